using System.Globalization;
using System.IO.Enumeration;
using System.Text.RegularExpressions;
using Pipeline.Requests;

namespace Pipeline.Runs;

/// <summary>
/// A search expression as MLflow's clients write it: comparisons joined by AND, such as <c>metrics.noise &lt; 0.2 and params.Algorithm = 'Layers'</c>.
/// The language is described at mlflow.org, "Search Runs".
/// </summary>
internal sealed partial class RunFilter
{
    private const int Longest = 10_000;
    private const int LongestPattern = 1_000;

    private readonly IReadOnlyList<Clause> _clauses;

    private RunFilter(IReadOnlyList<Clause> clauses) => _clauses = clauses;

    /// <summary>Reads an expression; an empty one holds for all.</summary>
    /// <exception cref="RequestException">It is too long, or cannot be read; the message shows where.</exception>
    public static RunFilter Parse(string? expression)
    {
        List<Clause> clauses = [];
        string rest = expression?.Trim() ?? "";
        if (rest.Length > Longest)
        {
            throw RequestException.Invalid("filter", string.Create(CultureInfo.InvariantCulture, $"The filter has {rest.Length} characters; {Longest} is the most."));
        }

        while (rest.Length > 0)
        {
            Match match = Comparison().Match(rest);
            if (!match.Success)
            {
                throw RequestException.Invalid("filter", $"The filter cannot be read at '{rest}'. Write comparisons joined by AND, such as metrics.noise < 0.2 AND params.Algorithm = 'Layers'.");
            }

            clauses.Add(Clause.Of(FilterKey.Of(match.Groups["key"].Value), match.Groups["op"].Value.ToUpperInvariant(), match.Groups["value"].Value));
            rest = rest[match.Length..].TrimStart();
        }

        return new RunFilter(clauses);
    }

    /// <summary>Whether everything that is asked for holds. What is not there fulfils nothing.</summary>
    /// <param name="valueOf">The number or text of a key; null where there is none.</param>
    public bool Holds(Func<FilterKey, object?> valueOf) => _clauses.All(clause => clause.Holds(valueOf(clause.Key)));

    [GeneratedRegex("""^(?<key>[A-Za-z_]+\.(?:`[^`]+`|"[^"]+"|[^\s=!<>]+)|[A-Za-z_]+)\s*(?<op>!=|<=|>=|=|<|>|NOT\s+IN\b|IN\b|I?LIKE\b)\s*(?<value>'[^']*'|"[^"]*"|\([^)]*\)|[-+0-9.eE]+)\s*(?:AND\s+|$)""", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1_000)]
    private static partial Regex Comparison();

    [GeneratedRegex(@"[*?\\]", RegexOptions.None, matchTimeoutMilliseconds: 1_000)]
    private static partial Regex Special();

    private sealed record Clause(FilterKey Key, string Operator, IReadOnlyList<string> Texts, double? Number)
    {
        public static Clause Of(FilterKey key, string comparison, string value)
        {
            IReadOnlyList<string> texts = value[0] == '(' ? [.. value[1..^1].Split(',').Select(v => Unquoted(v.Trim()))] : [Unquoted(value)];
            double? number = value[0] is '\'' or '"' or '(' ? null
                : double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out double parsed) ? parsed
                : throw RequestException.Invalid("filter", $"'{value}' in the filter is no number. Put texts between '.");
            return comparison.EndsWith("LIKE", StringComparison.Ordinal) && texts[0].Length > LongestPattern
                ? throw RequestException.Invalid("filter", string.Create(CultureInfo.InvariantCulture, $"What {comparison} compares with has {texts[0].Length} characters; {LongestPattern} is the most."))
                : new Clause(key, comparison, texts, number);
        }

        public bool Holds(object? value) => value switch
        {
            null => false,
            double measured => Number is double number ? Compare(measured.CompareTo(number)) : throw RequestException.Invalid("filter", $"{Key} is a number: compare it with one."),
            string text => Operator switch
            {
                "=" or "!=" or "<" or "<=" or ">" or ">=" => Compare(string.CompareOrdinal(text, Texts[0])),
                "LIKE" => Like(text, ignoreCase: false),
                "ILIKE" => Like(text, ignoreCase: true),
                "IN" => Texts.Contains(text, StringComparer.Ordinal),
                _ => !Texts.Contains(text, StringComparer.Ordinal),
            },
            _ => false,
        };

        private bool Compare(int order) => Operator switch
        {
            "=" => order == 0,
            "!=" => order != 0,
            "<" => order < 0,
            "<=" => order <= 0,
            ">" => order > 0,
            ">=" => order >= 0,
            _ => throw RequestException.Invalid("filter", $"{Key} is a number: {Operator} compares texts."),
        };

        // The same letter before both, since the matcher finds nothing in an empty text. In its language * and ? are what % and _ are here.
        private bool Like(string text, bool ignoreCase) =>
            FileSystemName.MatchesSimpleExpression($"x{Special().Replace(Texts[0], @"\$0").Replace('%', '*').Replace('_', '?')}", $"x{text}", ignoreCase);

        private static string Unquoted(string value) => value is ['\'' or '"', .., '\'' or '"'] ? value[1..^1] : value;
    }
}

/// <summary>What a filter or an order goes by.</summary>
/// <param name="Kind">Where to look.</param>
/// <param name="Name">The name there.</param>
internal sealed record FilterKey(FilterKind Kind, string Name)
{
    /// <summary>Reads a key such as <c>metrics.noise</c>; one without a prefix is an attribute.</summary>
    /// <exception cref="RequestException">The prefix is unknown.</exception>
    public static FilterKey Of(string key)
    {
        int dot = key.IndexOf('.', StringComparison.Ordinal);
        string prefix = dot < 0 ? "attribute" : key[..dot];
        string name = dot < 0 ? key : key[(dot + 1)..];
        return new FilterKey(
            prefix.ToUpperInvariant() switch
            {
                "METRIC" or "METRICS" => FilterKind.Metric,
                "PARAM" or "PARAMS" or "PARAMETER" or "PARAMETERS" => FilterKind.Parameter,
                "TAG" or "TAGS" => FilterKind.Tag,
                "ATTRIBUTE" or "ATTRIBUTES" or "ATTR" or "RUN" => FilterKind.Attribute,
                _ => throw RequestException.Invalid("filter", $"'{prefix}' is nothing to go by. Write metrics., params., tags. or attributes. before the name."),
            },
            name is ['`' or '"', .., '`' or '"'] ? name[1..^1] : name);
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Kind.ToString().ToLowerInvariant()} {Name}";
}

/// <summary>Where a filter or an order looks.</summary>
internal enum FilterKind
{
    /// <summary>What is known of every run: its name, its status, when it began.</summary>
    Attribute,

    /// <summary>The last value of a measure.</summary>
    Metric,

    /// <summary>A parameter.</summary>
    Parameter,

    /// <summary>A tag.</summary>
    Tag,
}
