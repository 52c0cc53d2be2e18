using System.Text;

namespace Pipeline.Intake;

/// <summary>
/// Splits lines into records by RFC 4180 and finds its way back after a broken one: where a quoted field is never closed, is closed with
/// text behind it, or leaves a record of several lines with the wrong number of fields, the first of its lines alone is the broken record, and reading goes on with the line after it.
/// </summary>
/// <remarks>
/// Quotes inside an unquoted field are text. A lost quote whose field happens to end before a delimiter cannot be told for certain from a text of several lines.
/// Only in a file that is repaired, because strict reading has found broken quotes in it, is it taken for lost, when every further line by itself has the header's number of fields (at least 3)
/// and begins with a value of the same pattern as the record, such as INC0010001 and INC0010002.
/// Holds as many lines as the longest quoted field has, at most <see cref="MaxQuotedCharacters"/> characters of them.
/// </remarks>
/// <param name="lines">The lines, from the header on.</param>
/// <param name="dialect">How the file separates and quotes.</param>
internal sealed class CsvRecordReader(CsvLineReader lines, CsvDialect dialect)
{
    /// <summary>A longer quoted field counts as never closed.</summary>
    public const int MaxQuotedCharacters = 64 * 1024 * 1024;

    private readonly List<CsvLine> _ahead = [];
    private readonly List<string> _fields = [];
    private readonly StringBuilder _quoted = new();
    private int _head;

    /// <summary>The header's width; until it is known, quotes that have swallowed rows are not looked for.</summary>
    public CsvWidth? Width { get; set; }

    /// <summary>Whether a quoted field held a quote behind a backslash, so far.</summary>
    public bool HasEscapedQuotes { get; private set; }

    /// <summary>Records whose quotes were broken, so far.</summary>
    public int BrokenQuotes { get; private set; }

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

            BrokenQuotes += fault is null ? 0 : 1;
            Reject? problem = fault is null ? FirstProblem(count) : new Reject(RejectKind.BrokenQuote, fault + " Close the quote, or double a quote that belongs to the text.");
            Consume(fault is null ? count : 1 + Continuations());
            return new SourceRecord(first.Number, problem is null ? [.. _fields] : [], problem);
        }

        return null;
    }

    /// <summary>How many lines behind a broken record's first one begin as no row does, and so belong to its text.</summary>
    private int Continuations()
    {
        int count = 0;
        if (dialect.KeyShape is { } shape)
        {
            while (Peek(1 + count) is { } line && !string.Equals(CsvKeyShape.Of(CsvKeyShape.FirstField(line.Text, dialect.Delimiter)), shape, StringComparison.Ordinal))
            {
                count++;
            }
        }

        return count;
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
                int end = text.IndexOf(dialect.Delimiter, position);
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
            int quote = dialect.EscapesByBackslash ? text.AsSpan(position).IndexOfAny('"', '\\') : text.AsSpan(position).IndexOf('"');
            quote += quote < 0 ? 0 : position;
            if (quote >= 0 && text[quote] == '\\')
            {
                TakeEscaped(text, quote, ref position);
                continue;
            }

            if (quote < 0)
            {
                _quoted.Append(text, position, text.Length - position).Append('\n');
                line++;
                if (_quoted.Length > MaxQuotedCharacters || Peek(line) is not { } next)
                {
                    return "A quote is opened in this row and never closed.";
                }

                (text, position) = (next.Text, 0);
                continue;
            }

            _quoted.Append(text, position, quote - position);
            HasEscapedQuotes |= quote > 0 && text[quote - 1] == '\\';
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
            return position >= text.Length || text[position] == dialect.Delimiter ? null : "A quoted field of this row has text behind its closing quote.";
        }
    }

    /// <summary>A backslash before a quote, a backslash or the delimiter stands for that character; before anything else it is one.</summary>
    private void TakeEscaped(string text, int backslash, ref int position)
    {
        char? next = backslash + 1 < text.Length ? text[backslash + 1] : null;
        bool escapes = next is '"' or '\\' || next == dialect.Delimiter;
        _quoted.Append(text, position, backslash - position);
        if (next is not null)
        {
            _quoted.Append(escapes ? next : '\\');
        }

        position = backslash + (escapes ? 2 : 1);
    }

    private bool HasSwallowedRows(int count)
    {
        if (Width is not { } width || !dialect.Repairs || width.Fields < 3)
        {
            return Width?.Fits(_fields, mayMiss: false) is false;
        }

        if (!width.Fits(_fields, mayMiss: false))
        {
            return true;
        }

        string pattern = Pattern(_fields[0]);
        for (int i = 1; i < count; i++)
        {
            string text = Peek(i)!.Value.Text;
            int end = text.IndexOf(dialect.Delimiter, StringComparison.Ordinal);
            if (end < 0 || text.AsSpan().Count(dialect.Delimiter) < width.Fields - 1 || !string.Equals(pattern, Pattern(text[..end].Trim('"')), StringComparison.Ordinal))
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
