using Pipeline.Storage;

namespace Pipeline.Archive;

/// <summary>The files of the archive by the day that they are of, of all data sets.</summary>
internal sealed class ArchivedDays(IObjectStore objects)
{
    /// <summary>The files of days before one, in ordinal order of name. A file whose folder names no day is none of them.</summary>
    public async Task<IReadOnlyList<string>> BeforeAsync(DateTimeOffset day, CancellationToken cancellationToken)
    {
        List<string> files = [];
        await foreach (StoredObject item in objects.ListAsync(ArchiveFolder.Root, cancellationToken))
        {
            if (ArchiveFolder.DayOf(item.Name) is DateTimeOffset of && of < day)
            {
                files.Add(item.Name);
            }
        }

        return files;
    }
}
