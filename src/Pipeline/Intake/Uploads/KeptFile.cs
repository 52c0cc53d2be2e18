using System.Text;
using Pipeline.Storage;

namespace Pipeline.Intake;

/// <summary>A file that came in and is kept, written anew as CSV without some of its rows, under its name with <c>.erased.csv</c> behind it.</summary>
internal static class KeptFile
{
    private const string Rewritten = ".erased.csv";

    /// <summary>Whether a file was written here: it says its encoding itself.</summary>
    public static bool IsRewritten(string name) => name.EndsWith(Rewritten, StringComparison.Ordinal);

    /// <summary>Writes the file without the rows that are to go under its new name, where it has any, and deletes what is there under its old one.</summary>
    /// <param name="objects">Where it is kept.</param>
    /// <param name="name">The name that it has or was to have.</param>
    /// <param name="content">The file.</param>
    /// <param name="reader">How it is read.</param>
    /// <param name="goes">Whether the row of a number goes.</param>
    /// <param name="untoldGo">Asked where no row goes and some cannot be told: whether these go, as one of them may be such a row. Null for never.</param>
    /// <param name="cancellationToken">Stops between rows: then nothing is written.</param>
    /// <returns>The rows that were left out; with 0 nothing is written.</returns>
    /// <exception cref="IntakeException">It cannot be told into rows.</exception>
    public static async Task<int> WriteWithoutAsync(IObjectStore objects, string name, FileStream content, IncidentReader reader, Func<string, bool> goes, Func<Task<bool>>? untoldGo, CancellationToken cancellationToken)
    {
        using SourceFile file = SourceFile.Of(content, name[(name.LastIndexOf('/') + 1)..]);
        IncidentTable table = reader.Open(file, cancellationToken);
        await using FileStream rest = TemporaryFile.Create();
        int taken, untold;
        await using (StreamWriter target = new(rest, new UTF8Encoding(encoderShouldEmitUTF8Identifier: true), leaveOpen: true))
        {
            (taken, untold) = Copy(table.Header, table.Rows(cancellationToken).Select(row => (row.Fields, Goes: row.Number is { } number && goes(number))), target);
        }

        if (taken == 0 && untold > 0 && untoldGo is not null && await untoldGo())
        {
            taken = untold;
        }

        if (taken > 0)
        {
            rest.Position = 0;
            await objects.WriteAsync(IsRewritten(name) ? name : name + Rewritten, (target, stopping) => rest.CopyToAsync(target, stopping), cancellationToken: cancellationToken);
            await (IsRewritten(name) ? Task.CompletedTask : objects.DeleteAsync(name, cancellationToken));
        }

        return taken;
    }

    /// <summary>Copies rows but for those that go and those that cannot be told, and tells how many there are of both.</summary>
    public static (int Taken, int Untold) Copy(IReadOnlyList<string> header, IEnumerable<(IReadOnlyList<string> Fields, bool Goes)> rows, StreamWriter target)
    {
        CsvWriter csv = new(target, raw: true);
        csv.Write([.. header]);
        (int taken, int untold) = (0, 0);
        foreach ((IReadOnlyList<string> fields, bool goes) in rows)
        {
            taken += goes ? 1 : 0;
            untold += !goes && fields.Count == 0 ? 1 : 0;
            if (!goes && fields.Count > 0)
            {
                csv.Write([.. fields]);
            }
        }

        return (taken, untold);
    }
}
