using System.Text;
using System.Text.Json;
using Pipeline.Datasets;
using Pipeline.Intake;
using Pipeline.Storage;

namespace Pipeline.Erasure;

/// <summary>
/// Takes an incident out of the files that came in and were kept, and out of their rejects. A file is written anew as CSV with its other rows, under its name with <c>.erased.csv</c> behind it;
/// one that cannot be told into rows is deleted where the number is anywhere in it.
/// </summary>
public sealed class EraseFromFiles(IIngestionLog log, IObjectStore objects, DatasetCatalog datasets, IntakeOptions standard)
{
    private const int Piece = 128 * 1024;

    // What drift is measured by: texts among others. It is made anew from what is left.
    private const string Derived = "drift/";

    // What is in them is not seen from outside.
    private static readonly string[] Packed = [".gz", ".zip", ".xlsx", ".parquet"];

    private static readonly string[] Folders = ["accepted/", "failed/"];

    /// <summary>Takes an incident out of all kept files. Doing it again changes nothing. Time: that of reading all of them.</summary>
    /// <param name="number">The incident's number.</param>
    /// <param name="lookedAt">The files that were looked at before, and need no other look; those that are looked at now are added. Null for all.</param>
    /// <param name="cancellationToken">Stops between files.</param>
    /// <returns>The rows that were taken out of files and of rejects, and the files that were deleted.</returns>
    public async Task<(int Rows, int Rejects, int Deleted)> RunAsync(string number, ISet<string>? lookedAt = null, CancellationToken cancellationToken = default)
    {
        IReadOnlyList<Dataset> all = await datasets.ListAsync(cancellationToken);
        Dataset dataset = OwnerOf(number, all);
        (int rows, int rejects, int deleted) = (0, 0, 0);
        foreach (string folder in Folders)
        {
            List<string> names = [];
            await foreach (StoredObject item in objects.ListAsync(folder, cancellationToken))
            {
                names.Add(item.Name);
            }

            foreach (string name in names)
            {
                Ingestion? ingestion = await log.FindIngestionAsync(name.Split('/')[1], cancellationToken);
                if (!string.Equals(DatasetOf(ingestion, all), dataset.Name, StringComparison.Ordinal) || lookedAt?.Add(name) == false)
                {
                    continue;
                }

                switch (name[(name.LastIndexOf('/') + 1)..])
                {
                    case "report.json":
                        break;
                    case "rejects.ndjson":
                        rejects += await FromRejectsAsync(name, WrittenAs(number, dataset), cancellationToken);
                        break;
                    default:
                        (int taken, bool isGone) = await FromFileAsync(name, ReadingOf(name, ingestion), dataset, number, cancellationToken);
                        rows += taken;
                        deleted += isGone ? 1 : 0;
                        break;
                }
            }
        }

        List<string> derived = [];
        await foreach (StoredObject item in objects.ListAsync(Derived, cancellationToken))
        {
            derived.Add(item.Name);
        }

        foreach (string name in derived)
        {
            await objects.DeleteAsync(name, cancellationToken);
        }

        return (rows, rejects, deleted);
    }

    /// <summary>Takes the rows of an incident out of the rejects that an import on this machine left, a CSV file; nothing happens where there is none.</summary>
    /// <returns>The rows that were taken out.</returns>
    public static int FromRejectsFile(string path, string number)
    {
        if (!File.Exists(path))
        {
            return 0;
        }

        string temporary = path + ".tmp";
        int taken;
        using (SourceFile file = SourceFile.Open(path))
        {
            ISourceReader source = SourceKind.Open(file, new IntakeOptions(), [], CancellationToken.None);
            using StreamWriter target = new(temporary, append: false, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));
            (taken, _) = KeptFile.Copy(source.Header, source.Read().Select(record => (record.Fields, Goes: record.Fields.Contains(number, StringComparer.Ordinal))), target);
        }

        if (taken > 0)
        {
            File.Move(temporary, path, overwrite: true);
        }
        else
        {
            File.Delete(temporary);
        }

        return taken;
    }

    private async Task<int> FromRejectsAsync(string name, string number, CancellationToken cancellationToken)
    {
        await using FileStream? content = await objects.FetchAsync(name, cancellationToken);
        if (content is null)
        {
            return 0;
        }

        await using FileStream rest = TemporaryFile.Create();
        int taken = 0;
        await foreach (RejectedRow row in RejectedRows.ReadAsync(content, cancellationToken))
        {
            if (row.Values.Values.Any(value => string.Equals(value.Trim(), number, StringComparison.Ordinal)))
            {
                taken++;
                continue;
            }

            await JsonSerializer.SerializeAsync(rest, row, PipelineJson.Compact, cancellationToken);
            rest.WriteByte((byte)'\n');
        }

        if (taken > 0)
        {
            rest.Position = 0;
            await objects.WriteAsync(name, (target, stopping) => rest.CopyToAsync(target, stopping), cancellationToken: cancellationToken);
        }

        return taken;
    }

    private async Task<(int Rows, bool IsDeleted)> FromFileAsync(string name, IntakeOptions reading, Dataset dataset, string number, CancellationToken cancellationToken)
    {
        await using FileStream? content = await objects.FetchAsync(name, cancellationToken);
        if (content is null)
        {
            return (0, false);
        }

        string written = WrittenAs(number, dataset);
        try
        {
            return (await KeptFile.WriteWithoutAsync(objects, name, content, new IncidentReader(reading, dataset: dataset), its => string.Equals(its, number, StringComparison.Ordinal), async () => IsPacked(name) || await HoldsAsync(content, written, cancellationToken), cancellationToken), false);
        }
        catch (IntakeException)
        {
            bool holds = await HoldsAsync(content, written, cancellationToken);
            if (holds)
            {
                await objects.DeleteAsync(name, cancellationToken);
            }

            return (0, holds);
        }
    }

    /// <summary>How a file was read when it came in. What was written here says its encoding itself.</summary>
    private IntakeOptions ReadingOf(string name, Ingestion? ingestion)
    {
        IntakeOptions reading = ingestion?.Reading ?? standard;
        return KeptFile.IsRewritten(name) ? reading with { Encoding = null } : reading;
    }

    /// <summary>The data set that a stored number is of: other numbers than those of incidents begin with their data set's name.</summary>
    internal static Dataset OwnerOf(string number, IReadOnlyList<Dataset> datasets) => DatasetCatalog.OwnerOf(number, datasets);

    private static string DatasetOf(Ingestion? ingestion, IReadOnlyList<Dataset> datasets)
    {
        string? named = ingestion?.Dataset ?? (ingestion?.ObjectName is { } dropped ? IncomingFiles.FolderOf(dropped) : null);
        return datasets.FirstOrDefault(dataset => string.Equals(dataset.Name, named, StringComparison.OrdinalIgnoreCase))?.Name ?? Dataset.Incidents;
    }

    /// <summary>A number as the files of its data set have it.</summary>
    private static string WrittenAs(string number, Dataset dataset)
    {
        string before = dataset.NumberOf("");
        return number.StartsWith(before, StringComparison.Ordinal) ? number[before.Length..] : number;
    }

    private static bool IsPacked(string name) => Packed.Contains(Path.GetExtension(name), StringComparer.OrdinalIgnoreCase);

    private static async Task<bool> HoldsAsync(FileStream content, string number, CancellationToken cancellationToken) =>
        await HoldsAsync(content, Encoding.UTF8, number, cancellationToken) || await HoldsAsync(content, Encoding.Unicode, number, cancellationToken);

    /// <summary>Whether a number stands in a file, and not only as a part of another word or number.</summary>
    private static async Task<bool> HoldsAsync(FileStream content, Encoding encoding, string number, CancellationToken cancellationToken)
    {
        byte[] pattern = encoding.GetBytes(number);
        int unit = encoding.GetByteCount("0");
        content.Position = 0;
        byte[] buffer = new byte[Piece + pattern.Length + (2 * unit)];
        int kept = 0;
        while (await content.ReadAtLeastAsync(buffer.AsMemory(kept, Piece), Piece, throwOnEndOfStream: false, cancellationToken) is int read and > 0)
        {
            // What may go on in the next piece is looked at with it.
            if (Holds(buffer.AsSpan(0, kept + read), pattern, unit, isEnd: read < Piece))
            {
                return true;
            }

            int overlap = Math.Min(pattern.Length + (2 * unit), kept + read);
            buffer.AsSpan(kept + read - overlap, overlap).CopyTo(buffer);
            kept = overlap;
        }

        return false;
    }

    private static bool Holds(ReadOnlySpan<byte> text, ReadOnlySpan<byte> pattern, int unit, bool isEnd)
    {
        for (int from = 0; text[from..].IndexOf(pattern) is int at and >= 0; from += at + 1)
        {
            int first = from + at, after = first + pattern.Length;
            if (!(first >= unit && char.IsAsciiLetterOrDigit((char)text[first - unit])) && (after < text.Length ? !char.IsAsciiLetterOrDigit((char)text[after]) : isEnd))
            {
                return true;
            }
        }

        return false;
    }
}
