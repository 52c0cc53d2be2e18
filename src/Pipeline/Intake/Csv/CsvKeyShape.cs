using System.Text;

namespace Pipeline.Intake;

/// <summary>
/// Finds out what the first fields of a file's rows have in common, such as INC and a number: every run of digits is a 0 and every run of letters an a.
/// In a file with broken quotes a line that begins otherwise is the rest of a text, and no row.
/// </summary>
internal sealed class CsvKeyShape
{
    private const int LongestKey = 40;
    private const double NearlyAll = 0.95;

    private readonly Dictionary<string, int> _shapes = new(StringComparer.Ordinal);
    private int _count;

    /// <summary>The shape of a first field; empty for one that is too long to be a key.</summary>
    public static string Of(ReadOnlySpan<char> field)
    {
        field = field.Trim();
        if (field.Length > LongestKey)
        {
            return "";
        }

        StringBuilder shape = new();
        foreach (char c in field)
        {
            char kind = char.IsDigit(c) ? '0' : char.IsLetter(c) ? 'a' : c;
            if (shape.Length == 0 || shape[^1] != kind || kind is not ('0' or 'a'))
            {
                shape.Append(kind);
            }
        }

        return shape.ToString();
    }

    /// <summary>The first field of a line, without quotes around it.</summary>
    public static ReadOnlySpan<char> FirstField(string line, char delimiter)
    {
        int end = line.IndexOf(delimiter, StringComparison.Ordinal);
        return (end < 0 ? line : line.AsSpan(0, end)).Trim('"');
    }

    /// <summary>Takes a sound row into account.</summary>
    public void Add(string firstField)
    {
        string shape = Of(firstField);
        _count++;
        _shapes[shape] = _shapes.GetValueOrDefault(shape) + 1;
    }

    /// <summary>The shape of nearly all rows, which has digits in it; null where there is none.</summary>
    public string? Common()
    {
        if (_count == 0)
        {
            return null;
        }

        (string shape, int count) = _shapes.MaxBy(entry => entry.Value);
        return shape.Contains('0', StringComparison.Ordinal) && count >= NearlyAll * _count ? shape : null;
    }
}
