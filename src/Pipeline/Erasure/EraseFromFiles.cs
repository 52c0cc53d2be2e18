using System.Text;
using System.Text.Json;
using Pipeline.Intake;
using Pipeline.Storage;

namespace Pipeline.Erasure;

/// <summary>
/// Takes an incident out of the files that came in and were kept, and out of their rejects. A file is written anew as CSV with its other rows, under its name with <c>.erased.csv</c> behind it;
/// one that cannot be told into rows is deleted where the number is anywhere in it.
/// </summary>
public sealed class EraseFromFiles(IIngestionLog log, IObjectStore objects, IntakeOptions standard)
{
    private const string Rewritten = ".erased.csv";
    private const int Piece = 128 * 1024;

    // What drift is measured by: texts among others. It is made anew from what is left.
    private const string Derived = "drift/";

    private static readonly string[] Folders = ["accepted/", "failed/"];

    /// <summary>Takes an incident out of all kept files. Doing it again changes nothing. Time: that of reading all of them.</summary>
    /// <returns>The rows that were taken out of files and of rejects, and the files that were deleted.</returns>
    public async Task<(int Rows, int Rejects, int Deleted)> RunAsync(string number, CancellationToken cancellationToken = default)
    {
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
                switch (name[(name.LastIndexOf('/') + 1)..])
                {
                    case "report.json":
                        break;
                    case "rejects.ndjson":
                        rejects += await FromRejectsAsync(name, number, cancellationToken);
                        break;
                    default:
                        (int taken, bool isGone) = await FromFileAsync(name, number, cancellationToken);
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
            taken = Copy(source.Header, source.Read().Select(record => (record.Fields, IsIt: record.Fields.Contains(number, StringComparer.Ordinal))), target);
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

    private async Task<(int Rows, bool IsDeleted)> FromFileAsync(string name, string number, CancellationToken cancellationToken)
    {
        await using FileStream? content = await objects.FetchAsync(name, cancellationToken);
        if (content is null)
        {
            return (0, false);
        }

        try
        {
            return (await FromTableAsync(name, content, number, cancellationToken), false);
        }
        catch (IntakeException)
        {
            bool holds = await HoldsAsync(content, Encoding.UTF8.GetBytes(number), cancellationToken) || await HoldsAsync(content, Encoding.Unicode.GetBytes(number), cancellationToken);
            if (holds)
            {
                await objects.DeleteAsync(name, cancellationToken);
            }

            return (0, holds);
        }
    }

    private async Task<int> FromTableAsync(string name, FileStream content, string number, CancellationToken cancellationToken)
    {
        using SourceFile file = SourceFile.Of(content, name[(name.LastIndexOf('/') + 1)..]);
        IncidentTable table = new IncidentReader(await ReadingAsync(name, cancellationToken)).Open(file, cancellationToken);
        await using FileStream rest = TemporaryFile.Create();
        int taken;
        await using (StreamWriter target = new(rest, new UTF8Encoding(encoderShouldEmitUTF8Identifier: true), leaveOpen: true))
        {
            taken = Copy(table.Header, table.Rows(cancellationToken).Select(row => (row.Fields, IsIt: string.Equals(row.Number, number, StringComparison.Ordinal))), target);
        }

        if (taken > 0)
        {
            string newName = name.EndsWith(Rewritten, StringComparison.Ordinal) ? name : name + Rewritten;
            rest.Position = 0;
            await objects.WriteAsync(newName, (target, stopping) => rest.CopyToAsync(target, stopping), cancellationToken: cancellationToken);
            if (!string.Equals(newName, name, StringComparison.Ordinal))
            {
                await objects.DeleteAsync(name, cancellationToken);
            }
        }

        return taken;
    }

    /// <summary>How a file was read when it came in. What was written here says its encoding itself.</summary>
    private async Task<IntakeOptions> ReadingAsync(string name, CancellationToken cancellationToken)
    {
        Ingestion? ingestion = await log.FindIngestionAsync(name.Split('/')[1], cancellationToken);
        IntakeOptions reading = ingestion?.Reading ?? standard;
        return name.EndsWith(Rewritten, StringComparison.Ordinal) ? reading with { Encoding = null } : reading;
    }

    private static int Copy(IReadOnlyList<string> header, IEnumerable<(IReadOnlyList<string> Fields, bool IsIt)> rows, StreamWriter target)
    {
        CsvWriter csv = new(target, raw: true);
        csv.Write([.. header]);
        int taken = 0;
        foreach ((IReadOnlyList<string> fields, bool isIt) in rows)
        {
            taken += isIt ? 1 : 0;
            if (!isIt && fields.Count > 0)
            {
                csv.Write([.. fields]);
            }
        }

        return taken;
    }

    private static async Task<bool> HoldsAsync(FileStream content, byte[] pattern, CancellationToken cancellationToken)
    {
        content.Position = 0;
        byte[] buffer = new byte[Piece + pattern.Length];
        int kept = 0;
        while (await content.ReadAsync(buffer.AsMemory(kept, Piece), cancellationToken) is int read and > 0)
        {
            if (buffer.AsSpan(0, kept + read).IndexOf(pattern) >= 0)
            {
                return true;
            }

            int overlap = Math.Min(pattern.Length - 1, kept + read);
            buffer.AsSpan(kept + read - overlap, overlap).CopyTo(buffer);
            kept = overlap;
        }

        return false;
    }
}
