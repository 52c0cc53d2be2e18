using System.Text;

namespace Pipeline.Intake;

/// <summary>
/// Splits lines into records by RFC 4180 and finds its way back after a broken one: where a quoted field is never closed, is closed with
/// text behind it, or has swallowed what are plainly rows (or leaves a record of several lines with the wrong number of fields), the first of its lines alone is the broken record, and reading goes on with the line after it.
/// </summary>
/// <remarks>
/// Quotes inside an unquoted field are text. A lost quote whose field happens to end before a delimiter cannot be told for certain from a text of several lines;
/// it is taken for lost when every further line by itself has the header's number of fields (at least 3) and begins with a value of the same pattern as the record,
/// such as INC0010001 and INC0010002. Holds as many lines as the longest quoted field has, at most <see cref="MaxQuotedLines"/>.
/// </remarks>
internal sealed class CsvRecordReader(CsvLineReader lines, char delimiter, CsvLine? first = null)
{
    /// <summary>A quoted field of more lines counts as never closed.</summary>
    public const int MaxQuotedLines = 10_000;

    private const int MaxQuotedCharacters = 64 * 1024 * 1024;

    private readonly List<CsvLine> _ahead = first is { } line ? [line] : [];
    private readonly List<string> _fields = [];
    private readonly StringBuilder _quoted = new();
    private int _head;

    /// <summary>The header's number of fields; until it is known, quotes that have swallowed rows are not looked for.</summary>
    public int FieldCount { get; set; }

    /// <summary>The next record that is not a blank line; null at the end of the file.</summary>
    public SourceRecord? Read()
    {
        while (Peek(0) is { } first)
        {
            if (string.IsNullOrWhiteSpace(first.Text) && first.Problem is null)
            {
                Consume(1);
                continue;
            }

            int count = Split(out string? fault);
            if (fault is null && count > 1 && HasSwallowedRows(count))
            {
                fault = "This row has a quote that is not closed in it, or a delimiter too many: the rows after it would be taken for its text.";
            }

            Reject? problem = fault is null ? FirstProblem(count) : new Reject(RejectKind.BrokenQuote, fault + " Close the quote, or double a quote that belongs to the text.");
            Consume(fault is null ? count : 1);
            return new SourceRecord(first.Number, problem is null ? [.. _fields] : [], problem);
        }

        return null;
    }

    /// <summary>Splits the record that begins at the next line into <see cref="_fields"/>; returns its number of lines.</summary>
    private int Split(out string? fault)
    {
        _fields.Clear();
        fault = null;
        int line = 0;
        string text = Peek(0)!.Value.Text;
        for (int position = 0; ; position++)
        {
            if (position < text.Length && text[position] == '"')
            {
                fault = ReadQuoted(ref line, ref text, ref position);
                if (fault is not null)
                {
                    return 1;
                }
            }
            else
            {
                int end = text.IndexOf(delimiter, position);
                end = end < 0 ? text.Length : end;
                _fields.Add(text[position..end]);
                position = end;
            }

            if (position >= text.Length)
            {
                return line + 1;
            }
        }
    }

    /// <summary>Reads a quoted field from its opening quote to the delimiter behind it or the end of the line; returns what is wrong with it.</summary>
    private string? ReadQuoted(ref int line, ref string text, ref int position)
    {
        _quoted.Clear();
        position++;
        while (true)
        {
            int quote = text.IndexOf('"', position);
            if (quote < 0)
            {
                _quoted.Append(text, position, text.Length - position).Append('\n');
                line++;
                if (line > MaxQuotedLines || _quoted.Length > MaxQuotedCharacters || Peek(line) is not { } next)
                {
                    return "A quote is opened in this row and never closed.";
                }

                (text, position) = (next.Text, 0);
                continue;
            }

            _quoted.Append(text, position, quote - position);
            position = quote + 1;
            if (position < text.Length && text[position] == '"')
            {
                _quoted.Append('"');
                position++;
                continue;
            }

            while (position < text.Length && text[position] == ' ')
            {
                position++;
            }

            _fields.Add(_quoted.ToString());
            return position >= text.Length || text[position] == delimiter ? null : "A quoted field of this row has text behind its closing quote.";
        }
    }

    private bool HasSwallowedRows(int count)
    {
        if (FieldCount < 3 || _fields.Count != FieldCount)
        {
            return FieldCount > 0 && _fields.Count != FieldCount;
        }

        string pattern = Pattern(_fields[0]);
        for (int i = 1; i < count; i++)
        {
            string text = Peek(i)!.Value.Text;
            int end = text.IndexOf(delimiter, StringComparison.Ordinal);
            if (end < 0 || text.AsSpan().Count(delimiter) < FieldCount - 1 || !string.Equals(pattern, Pattern(text[..end].Trim('"')), StringComparison.Ordinal))
            {
                return false;
            }
        }

        return pattern.Contains('0', StringComparison.Ordinal);
    }

    /// <summary>A value with every digit as 0 and every letter as a.</summary>
    private static string Pattern(string value) => string.Create(value.Length, value, (pattern, source) =>
    {
        for (int i = 0; i < source.Length; i++)
        {
            pattern[i] = char.IsDigit(source[i]) ? '0' : char.IsLetter(source[i]) ? 'a' : source[i];
        }
    });

    private Reject? FirstProblem(int count)
    {
        for (int i = 0; i < count; i++)
        {
            if (Peek(i)!.Value.Problem is { } problem)
            {
                return problem;
            }
        }

        return null;
    }

    private CsvLine? Peek(int offset)
    {
        while (_ahead.Count - _head <= offset)
        {
            if (lines.Read() is not { } line)
            {
                return null;
            }

            _ahead.Add(line);
        }

        return _ahead[_head + offset];
    }

    private void Consume(int count)
    {
        _head += count;
        if (_head == _ahead.Count)
        {
            _ahead.Clear();
            _head = 0;
        }
    }
}
