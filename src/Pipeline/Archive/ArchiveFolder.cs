using System.Globalization;
using Pipeline.Storage;

namespace Pipeline.Archive;

/// <summary>
/// The archive of a data set: <c>archive/{dataset}/year=2023/month=01/day=05/*.parquet</c>, by the day, in UTC, on which an incident was opened.
/// A file is named by its content and never written over. What replaces others stands beside them until they are removed, so of several rows of a number, that with the largest sequence counts.
/// </summary>
internal sealed class ArchiveFolder(IObjectStore objects, string dataset)
{
    /// <summary>Where the archives of all data sets are.</summary>
    public const string Root = "archive/";

    private const string Extension = ".parquet";

    /// <summary>The folder of a day.</summary>
    public string Of(DateTimeOffset day) => string.Create(CultureInfo.InvariantCulture, $"{Root}{dataset}/year={day.Year:0000}/month={day.Month:00}/day={day.Day:00}/");

    /// <summary>The day that a file of the archive is of, by its folder; null where that names none.</summary>
    public static DateTimeOffset? DayOf(string file) =>
        file.EndsWith(Extension, StringComparison.Ordinal)
        && file.Split('/') is [_, _, ['y', 'e', 'a', 'r', '=', .. string year], ['m', 'o', 'n', 't', 'h', '=', .. string month], ['d', 'a', 'y', '=', .. string day], _]
        && DateTimeOffset.TryParseExact($"{year}-{month}-{day}", "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset date)
            ? date
            : null;

    /// <summary>The files of a folder, or of all where it is null, in ordinal order.</summary>
    public async Task<IReadOnlyList<string>> FilesAsync(string? folder, CancellationToken cancellationToken)
    {
        List<string> files = [];
        await foreach (StoredObject item in objects.ListAsync(folder ?? $"{Root}{dataset}/", cancellationToken))
        {
            if (item.Name.EndsWith(Extension, StringComparison.Ordinal))
            {
                files.Add(item.Name);
            }
        }

        return files;
    }

    /// <summary>The newest row of each number in some files: the file and the row's hash and sequence.</summary>
    public async Task<Dictionary<string, ArchivedPlace>> IndexAsync(IReadOnlyList<string> files, CancellationToken cancellationToken)
    {
        Dictionary<string, ArchivedPlace> index = new(StringComparer.Ordinal);
        foreach (string file in files)
        {
            await foreach (ArchivedRow row in ArchiveFile.ReadAsync(objects, file, cancellationToken))
            {
                if (!index.TryGetValue(row.Number, out ArchivedPlace? other) || other.Sequence < row.Sequence)
                {
                    index[row.Number] = new ArchivedPlace(file, row.Sequence, row.Hash());
                }
            }
        }

        return index;
    }

    /// <summary>Copies the rows of some files that are the newest of their number into a new one, but for those that it has already.</summary>
    public async Task CopyAsync(IReadOnlyList<string> files, Dictionary<string, ArchivedPlace> index, ArchiveFile target, CancellationToken cancellationToken)
    {
        foreach (string file in files)
        {
            await foreach (ArchivedRow row in ArchiveFile.ReadAsync(objects, file, cancellationToken))
            {
                ArchivedPlace newest = index[row.Number];
                if (string.Equals(newest.File, file, StringComparison.Ordinal) && newest.Sequence == row.Sequence)
                {
                    await target.AddAsync(row, cancellationToken);
                }
            }
        }
    }

    /// <summary>Removes files that another one has replaced.</summary>
    public async Task RemoveAsync(IEnumerable<string> files, string? keep, CancellationToken cancellationToken)
    {
        foreach (string file in files.Where(file => !string.Equals(file, keep, StringComparison.Ordinal)))
        {
            await objects.DeleteAsync(file, cancellationToken);
        }
    }
}

/// <summary>Where the newest row of a number is.</summary>
/// <param name="File">The file.</param>
/// <param name="Sequence">The row's sequence.</param>
/// <param name="Hash">The row's hash.</param>
internal sealed record ArchivedPlace(string File, long Sequence, UInt128 Hash);
