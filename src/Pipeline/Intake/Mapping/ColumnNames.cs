using System.Globalization;

namespace Pipeline.Intake;

/// <summary>Finds columns in a header by name: exactly, otherwise without regard to case, white space, underscores, quotes and characters that show nothing.</summary>
internal sealed class ColumnNames(IReadOnlyList<string> header)
{
    private const int Shown = 50;

    private readonly string[] _simple = [.. header.Select(Simplify)];

    /// <summary>The header's names.</summary>
    public IReadOnlyList<string> Header => header;

    /// <summary>The places of all columns of this name, in order.</summary>
    public IReadOnlyList<int> All(string name)
    {
        string simple = Simplify(name);
        return [.. Enumerable.Range(0, header.Count).Where(i => string.Equals(_simple[i], simple, StringComparison.Ordinal))];
    }

    /// <summary>Whether there is a column of this name.</summary>
    public bool Has(string name) => _simple.Contains(Simplify(name), StringComparer.Ordinal);

    /// <summary>The place of the one column of this name that can be meant; null where there is none.</summary>
    /// <exception cref="IntakeException">There are several.</exception>
    public int? One(string name, string option)
    {
        IReadOnlyList<int> all = All(name);
        int[] exact = [.. all.Where(i => string.Equals(header[i], name, StringComparison.Ordinal))];
        return (exact.Length, all.Count) switch
        {
            (1, _) => exact[0],
            (0, 0) => null,
            (0, 1) => all[0],
            _ => throw Repeated(name, all, option),
        };
    }

    /// <summary>What there is, for messages.</summary>
    public string Present()
    {
        string more = header.Count > Shown ? string.Create(CultureInfo.InvariantCulture, $" and {header.Count - Shown} more") : "";
        return $"The columns that are there: {string.Join(", ", header.Take(Shown).Select(name => name.Length > 60 ? name[..60] + "..." : name))}{more}.";
    }

    private IntakeException Repeated(string name, IReadOnlyList<int> places, string option)
    {
        string where = string.Join(", ", places.Select(i => string.Create(CultureInfo.InvariantCulture, $"'{header[i]}' in place {i + 1}")));
        return new IntakeException($"There are several columns '{name}' ({where}), and only one can be meant. Rename the others in the file, or name another column with {option}.", isUsageError: true);
    }

    private static string Simplify(string name)
    {
        string simple = CellText.ColumnName(name);
        return string.Create(simple.Count(IsKept), simple, (span, source) =>
        {
            int length = 0;
            foreach (char c in source.Where(IsKept))
            {
                span[length++] = char.ToLowerInvariant(c);
            }
        });
    }

    private static bool IsKept(char c) => c is not ('_' or '"' or '\'') && !char.IsWhiteSpace(c);
}
