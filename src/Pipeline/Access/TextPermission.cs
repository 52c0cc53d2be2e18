using Pipeline.Incidents;
using Pipeline.Preprocessing;
using Pipeline.Requests;

namespace Pipeline.Access;

/// <summary>
/// Decides in which form a caller sees the texts of incidents, their close notes and the rows that were refused: the one place that does. They are masked, but for a caller whose role has the
/// permission <see cref="Name"/> and who asks for them as they came; what the settings name for the role stays masked then too.
/// </summary>
public sealed class TextPermission
{
    /// <summary>The permission's name.</summary>
    public const string Name = "read_text";

    /// <summary>What asks for texts as they came.</summary>
    public const string AsTheyCame = "raw";

    private const string InPlace = "masked";

    private readonly Dictionary<Role, TextView> _raw = [];

    /// <summary>Makes the decision from the settings.</summary>
    /// <param name="options">Which roles have the permission, and what stays masked for each.</param>
    /// <param name="rules">The masking rules.</param>
    /// <param name="masker">What masks by all of them.</param>
    /// <param name="summaries">What makes masked texts.</param>
    public TextPermission(AccessOptions options, IReadOnlyList<MaskingRule> rules, Masker masker, SummaryBuilder summaries)
    {
        ArgumentNullException.ThrowIfNull(options);
        Masked = new MaskedView(summaries, masker);
        foreach (Role role in options.TextReaders)
        {
            IReadOnlyList<string> stays = options.PlaceholdersOf(role);
            _raw[role] = new RawView(new Masker([.. rules.Where(rule => stays.Contains(rule.Replacement.Trim('<', '>'), StringComparer.OrdinalIgnoreCase))]));
        }
    }

    /// <summary>The form in which everybody sees them.</summary>
    public TextView Masked { get; }

    /// <summary>The form in which a caller sees texts.</summary>
    /// <param name="caller">Who asks; null for one who is not known.</param>
    /// <param name="asked">What is asked for: <c>raw</c>, <c>masked</c>, or nothing, which is masked.</param>
    /// <exception cref="RequestException">The caller lacks the permission, or asks for something else.</exception>
    public TextView For(Caller? caller, string? asked) => asked switch
    {
        null or "" or InPlace => Masked,
        AsTheyCame => caller?.Role is Role role && _raw.TryGetValue(role, out TextView? raw)
            ? raw
            : throw new RequestException(RequestProblem.Forbidden, $"This needs the permission {Name}; {(caller?.Role is Role own ? $"the role {RoleNames.Of(own)} does not have it" : "you have no role")}. Leave texts={AsTheyCame} out to see masked texts; the setting Access:ReadText gives the permission."),
        _ => throw RequestException.Invalid("texts", $"texts must be {InPlace}, or {AsTheyCame} for texts as they came."),
    };
}

/// <summary>A form in which texts are shown. Safe for use by many threads.</summary>
public abstract class TextView
{
    /// <summary>What is shown of an incident's text; null where there is nothing to show.</summary>
    /// <param name="stored">The incident.</param>
    public abstract string? Text(StoredIncident stored);

    /// <summary>What is shown of how an incident was resolved; null where there is nothing to show.</summary>
    /// <param name="stored">The incident.</param>
    public abstract string? CloseNotes(StoredIncident stored);

    /// <summary>What is shown of a value of a row that was refused.</summary>
    /// <param name="column">The column's name, which may say what the value is.</param>
    /// <param name="value">The value as it came.</param>
    public abstract string Value(string column, string value);

    // A column's name is a label such as those that the rules look for before a value.
    private protected static string MaskValue(Masker masker, string column, string value)
    {
        string label = column + ": ";
        string masked = masker.Mask(label + value);
        return masked.StartsWith(label, StringComparison.Ordinal) ? masked[label.Length..] : masker.Mask(value);
    }
}

/// <summary>Masked by all rules.</summary>
internal sealed class MaskedView(SummaryBuilder summaries, Masker masker) : TextView
{
    public override string? Text(StoredIncident stored) => stored.Summary;

    public override string? CloseNotes(StoredIncident stored) =>
        stored.Incident.CloseNotes is { Length: > 0 } notes && summaries.Build([notes]) is { Length: > 0 } masked ? masked : null;

    public override string Value(string column, string value) => MaskValue(masker, column, value);
}

/// <summary>As it came, but for what some rules mask. They see the text without its markup, which can hide a datum.</summary>
internal sealed class RawView(Masker rest) : TextView
{
    public override string? Text(StoredIncident stored) => Plain(string.Join('\n', stored.Incident.Texts));

    public override string? CloseNotes(StoredIncident stored) => stored.Incident.CloseNotes is { } notes ? Plain(notes) : null;

    public override string Value(string column, string value) => MaskValue(rest, column, value);

    private string? Plain(string text) => rest.Mask(TextCleaner.Plain(text)) is { Length: > 0 } shown ? shown : null;
}
