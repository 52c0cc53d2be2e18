using Pipeline.Storage;

namespace Pipeline.Archive;

/// <summary>Finds an incident in the archive of a data set, and takes it out of there: the files that hold it are replaced by others without it.</summary>
public sealed class EraseFromArchive(IObjectStore objects)
{
    /// <summary>The rows of an incident, the newest first. Time: that of reading all of the archive.</summary>
    public async Task<IReadOnlyList<ArchivedRow>> FindAsync(string dataset, string number, CancellationToken cancellationToken = default)
    {
        List<ArchivedRow> rows = [];
        foreach (string file in await new ArchiveFolder(objects, dataset).FilesAsync(folder: null, cancellationToken))
        {
            await foreach (ArchivedRow row in ArchiveFile.ReadAsync(objects, file, cancellationToken))
            {
                if (string.Equals(row.Number, number, StringComparison.Ordinal))
                {
                    rows.Add(row);
                }
            }
        }

        return [.. rows.OrderByDescending(row => row.Sequence)];
    }

    /// <summary>Takes an incident out of every file. Doing it again changes nothing.</summary>
    /// <returns>The rows that were taken out.</returns>
    public async Task<int> RunAsync(string dataset, string number, CancellationToken cancellationToken = default)
    {
        ArchiveFolder folder = new(objects, dataset);
        int taken = 0;
        foreach (string file in await folder.FilesAsync(folder: null, cancellationToken))
        {
            taken += await FromFileAsync(folder, file, number, cancellationToken);
        }

        return taken;
    }

    private async Task<int> FromFileAsync(ArchiveFolder folder, string name, string number, CancellationToken cancellationToken)
    {
        int taken = 0;
        await using ArchiveFile rest = new();
        await foreach (ArchivedRow row in ArchiveFile.ReadAsync(objects, name, cancellationToken))
        {
            if (string.Equals(row.Number, number, StringComparison.Ordinal))
            {
                taken++;
            }
            else
            {
                await rest.AddAsync(row, cancellationToken);
            }
        }

        if (taken == 0)
        {
            return 0;
        }

        string? replacement = rest.Rows.Count > 0 ? await rest.PublishAsync(objects, name[..(name.LastIndexOf('/') + 1)], cancellationToken) : null;
        await folder.RemoveAsync([name], keep: replacement, cancellationToken);
        return taken;
    }
}
