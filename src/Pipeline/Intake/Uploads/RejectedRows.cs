using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Pipeline.Storage;

namespace Pipeline.Intake;

/// <summary>
/// The rejected rows of a file as they came, in a temporary file that is gone with this: one JSON object a line. Rows that could not be told into fields have no values.
/// </summary>
public sealed class RejectedRows : IDisposable
{
    private const byte EndOfLine = (byte)'\n';

    private readonly FileStream _rows = TemporaryFile.Create();
    private readonly Dictionary<RejectKind, int> _kinds = [];
    private string[]? _names;

    /// <summary>How many there are.</summary>
    public int Count { get; private set; }

    /// <summary>How many rows lie before those that are added next, where what is read comes by pages; 0 for a file.</summary>
    internal int RowsBefore { get; set; }

    /// <summary>How many there are of each kind of fault.</summary>
    internal IReadOnlyDictionary<RejectKind, int> Kinds => _kinds;

    /// <summary>Adds a row.</summary>
    /// <param name="header">The names of the file's columns.</param>
    /// <param name="row">The row.</param>
    /// <param name="reject">Why it was rejected.</param>
    public void Add(IReadOnlyList<string> header, IntakeRow row, Reject reject)
    {
        ArgumentNullException.ThrowIfNull(row);
        ArgumentNullException.ThrowIfNull(reject);
        _names ??= Distinct(header);
        Dictionary<string, string> values = new(StringComparer.Ordinal);
        for (int i = 0; i < Math.Min(_names.Length, row.Fields.Count); i++)
        {
            values[_names[i]] = row.Fields[i];
        }

        JsonSerializer.Serialize(_rows, new RejectedRow(RowsBefore + row.Row, RowsBefore + row.Line, reject.Field, reject.Kind, reject.Reason, values), PipelineJson.Compact);
        _rows.WriteByte(EndOfLine);
        _kinds[reject.Kind] = _kinds.GetValueOrDefault(reject.Kind) + 1;
        Count++;
    }

    /// <summary>Copies all rows, as NDJSON.</summary>
    public async Task CopyToAsync(Stream target, CancellationToken cancellationToken)
    {
        await _rows.FlushAsync(cancellationToken);
        _rows.Position = 0;
        await _rows.CopyToAsync(target, cancellationToken);
    }

    /// <summary>The rows of such a stream, one by one.</summary>
    public static async IAsyncEnumerable<RejectedRow> ReadAsync(Stream stream, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using StreamReader lines = new(stream, leaveOpen: true);
        while (await lines.ReadLineAsync(cancellationToken) is { } line)
        {
            yield return JsonSerializer.Deserialize<RejectedRow>(line, PipelineJson.Compact)!;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _rows.Dispose();

    // A name that is there again gets its number behind it, or its values would be lost.
    private static string[] Distinct(IReadOnlyList<string> header)
    {
        HashSet<string> taken = new(StringComparer.Ordinal);
        return [.. header.Select(name =>
        {
            string free = name;
            for (int i = 2; !taken.Add(free); i++)
            {
                free = string.Create(CultureInfo.InvariantCulture, $"{name} ({i})");
            }

            return free;
        })];
    }
}

/// <summary>A row that was not accepted.</summary>
/// <param name="Row">The row's number among the data rows, from 1.</param>
/// <param name="Line">The line of the file on which it begins, from 1.</param>
/// <param name="Field">The column that is to blame; null where it is the whole row.</param>
/// <param name="Kind">The kind of fault.</param>
/// <param name="Reason">What is wrong and how to mend it.</param>
/// <param name="Values">The row as it came, by the names of the columns; empty where it could not be read.</param>
public sealed record RejectedRow(int Row, int Line, string? Field, RejectKind Kind, string Reason, IReadOnlyDictionary<string, string> Values);
