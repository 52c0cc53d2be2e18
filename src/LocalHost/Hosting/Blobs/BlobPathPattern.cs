using System.Text;
using System.Text.RegularExpressions;

namespace Pipeline.LocalHost.Hosting.Blobs;

/// <summary>
/// The path of a blob trigger: a container and a name, in which <c>{name}</c> stands for any text, slashes included, as in the Azure host.
/// A path that is a container alone stands for everything in it.
/// </summary>
internal sealed partial class BlobPathPattern
{
    private readonly string _text;
    private readonly Regex _regex;

    private BlobPathPattern(string text, string prefix, IReadOnlyList<string> names, Regex regex)
    {
        _text = text;
        _regex = regex;
        Prefix = prefix;
        Names = names;
    }

    /// <summary>What every matching name begins with.</summary>
    public string Prefix { get; }

    /// <summary>The names in braces.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>Reads a path.</summary>
    /// <exception cref="FormatException">The text is no path; the message says why.</exception>
    public static BlobPathPattern Parse(string text)
    {
        int slash = text.IndexOf('/', StringComparison.Ordinal);
        string container = slash < 0 ? text : text[..slash];
        if (container.Length == 0 || container.AsSpan().ContainsAny('{', '}'))
        {
            throw new FormatException($"The path '{text}' must begin with a container's name, such as 'hdbscan-models/{{name}}'.");
        }

        if (slash < 0 || slash == text.Length - 1)
        {
            return new BlobPathPattern(text, $"{container}/", [], Compile($"^{Regex.Escape(container)}/.+$"));
        }

        List<string> names = [];
        StringBuilder pattern = new("^");
        int at = 0;
        foreach (Match match in Parameter().Matches(text))
        {
            pattern.Append(Regex.Escape(Literal(text, at, match.Index)));
            string name = match.Groups["name"].Value;
            if (names.Contains(name, StringComparer.OrdinalIgnoreCase))
            {
                throw new FormatException($"The path '{text}' has the name '{name}' twice.");
            }

            names.Add(name);
            pattern.Append($"(?<{name}>.*)");
            at = match.Index + match.Length;
        }

        pattern.Append(Regex.Escape(Literal(text, at, text.Length))).Append('$');
        int brace = text.IndexOf('{', StringComparison.Ordinal);
        return new BlobPathPattern(text, brace < 0 ? text : text[..brace], names, Compile(pattern.ToString()));
    }

    /// <summary>The values of the names in braces; null where the object is another.</summary>
    public IReadOnlyDictionary<string, string>? Match(string name)
    {
        Match match = _regex.Match(name);
        return match.Success ? Names.ToDictionary(n => n, n => match.Groups[n].Value, StringComparer.OrdinalIgnoreCase) : null;
    }

    /// <summary>The path as it was written.</summary>
    public override string ToString() => _text;

    private static Regex Compile(string pattern) => new(pattern, RegexOptions.CultureInvariant | RegexOptions.Singleline | RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(1));

    private static string Literal(string text, int from, int to)
    {
        string literal = text[from..to];
        return literal.AsSpan().ContainsAny('{', '}')
            ? throw new FormatException($"The path '{text}' cannot be read: a brace encloses a name of letters, digits and '_' that begins with a letter.")
            : literal;
    }

    [GeneratedRegex(@"\{(?<name>[A-Za-z][A-Za-z0-9_]*)\}", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Parameter();
}
