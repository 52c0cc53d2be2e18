using System.Globalization;
using System.Runtime.InteropServices;

namespace Pipeline.Intake;

/// <summary>How many fields the records of a CSV file have. An empty field too many at the end of the header or a row, and one that is missing there, are no faults: programs leave them out.</summary>
/// <param name="Fields">The header's fields.</param>
/// <param name="Named">The header's fields without those at its end that have no name.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct CsvWidth(int Fields, int Named)
{
    // A row of one field of two is rather another thing than a row whose last field is missing.
    private const int FewestWithOneMissing = 3;

    /// <summary>The width of a header.</summary>
    public static CsvWidth Of(IReadOnlyList<string> header)
    {
        int named = header.Count;
        while (named > 1 && header[named - 1].Length == 0)
        {
            named--;
        }

        return new CsvWidth(header.Count, named);
    }

    /// <summary>Whether a record has this width.</summary>
    /// <param name="fields">Its fields.</param>
    /// <param name="mayMiss">Whether its last field may be missing. Where quotes are in doubt, in a record of several lines or a file that is repaired, it may not.</param>
    public bool Fits(IReadOnlyList<string> fields, bool mayMiss)
    {
        for (int i = Fields; i < fields.Count; i++)
        {
            if (!string.IsNullOrWhiteSpace(fields[i]))
            {
                return false;
            }
        }

        return fields.Count >= Named - (mayMiss && Named >= FewestWithOneMissing ? 1 : 0);
    }

    /// <summary>The record with exactly the header's fields, or with the problem that it has others.</summary>
    public SourceRecord Fitted(SourceRecord record, bool mayMiss)
    {
        if (record.Problem is not null || record.Fields.Count == Fields)
        {
            return record;
        }

        if (!Fits(record.Fields, mayMiss))
        {
            string reason = string.Create(
                CultureInfo.InvariantCulture,
                $"The row has {record.Fields.Count} fields, the header has {Named}. Quote a field that holds the delimiter, or fill in the missing ones.");
            return record with { Fields = [], Problem = new Reject(RejectKind.FieldCount, reason) };
        }

        return record with { Fields = [.. record.Fields.Take(Fields), .. Enumerable.Repeat("", Math.Max(0, Fields - record.Fields.Count))] };
    }
}
