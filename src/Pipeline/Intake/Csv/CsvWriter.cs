using System.Buffers;
using System.Globalization;

namespace Pipeline.Intake;

/// <summary>
/// Writes CSV by RFC 4180 with line feeds. A text that a spreadsheet would take for a formula gets an apostrophe before it, by which spreadsheets know a text; numbers stay numbers.
/// </summary>
/// <param name="output">Where the lines go. It stays open.</param>
/// <param name="raw">Whether every text is written as it is, for a reader that is no spreadsheet.</param>
public sealed class CsvWriter(TextWriter output, bool raw = false)
{
    private static readonly SearchValues<char> Special = SearchValues.Create(",\"\r\n");

    /// <summary>Writes one record.</summary>
    public void Write(params ReadOnlySpan<string> fields)
    {
        for (int i = 0; i < fields.Length; i++)
        {
            if (i > 0)
            {
                output.Write(',');
            }

            WriteField(!raw && IsFormula(fields[i]) ? "'" + fields[i] : fields[i]);
        }

        output.Write('\n');
    }

    /// <summary>Whether a spreadsheet would calculate the text: it begins as a formula does, and is no number.</summary>
    private static bool IsFormula(string text) =>
        text.Length > 0
        && (text[0] is '=' or '+' or '-' or '@' or '\t' or '\r' or '\n' or '＝' or '＋' or '－' or '＠')
        && !double.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent, CultureInfo.InvariantCulture, out _);

    private void WriteField(string text)
    {
        if (text.AsSpan().ContainsAny(Special) || (text.Length > 0 && (text[0] == ' ' || text[^1] == ' ')))
        {
            output.Write('"');
            output.Write(text.Replace("\"", "\"\"", StringComparison.Ordinal));
            output.Write('"');
        }
        else
        {
            output.Write(text);
        }
    }
}
