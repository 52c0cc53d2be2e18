using System.Globalization;
using System.Text.Json;
using Pipeline.Models;
using Pipeline.Requests;

namespace Pipeline.Corrections;

/// <summary>Asks for a correction.</summary>
/// <param name="TechCenter">The tech center's name or folder; null where only one has a model.</param>
/// <param name="Kind">What it does, such as <c>rename</c>.</param>
/// <param name="Problem">The problem that it is about.</param>
/// <param name="Into">Of a merge: the problem that takes it in.</param>
/// <param name="Variants">Of a split: the ids of the variants that leave.</param>
/// <param name="Text">The name, description, owner, note or problem record; empty to have none any more. Of a split the name of what leaves.</param>
/// <param name="Status">Of a status: open, knownError or ignored.</param>
/// <param name="Tickets">The numbers of the tickets.</param>
/// <param name="Seen">The newest correction that the caller knows: where another was made of the same problem since, this one is refused. Null to make it whatever came between.</param>
public sealed record CorrectionRequest(string? TechCenter = null, string? Kind = null, int? Problem = null, int? Into = null, IReadOnlyList<int>? Variants = null, string? Text = null, string? Status = null, IReadOnlyList<string>? Tickets = null, string? Seen = null)
{
    /// <summary>The most tickets of one correction.</summary>
    public const int MostTickets = 500;

    /// <summary>The most characters of a text.</summary>
    public const int LongestText = 4_000;

    private const int LongestName = 200;

    private static readonly Dictionary<CorrectionKind, string[]> FieldsOf = new()
    {
        [CorrectionKind.Rename] = ["text"],
        [CorrectionKind.Describe] = ["text"],
        [CorrectionKind.Owner] = ["text"],
        [CorrectionKind.Note] = ["text"],
        [CorrectionKind.Record] = ["text"],
        [CorrectionKind.Status] = ["status"],
        [CorrectionKind.Merge] = ["into"],
        [CorrectionKind.Split] = ["variants"],
        [CorrectionKind.Move] = ["tickets"],
        [CorrectionKind.NotThis] = ["tickets"],
    };

    /// <summary>Makes a correction of what is asked for, without an id, a time and a name, and with the numbers of its tickets alone.</summary>
    /// <exception cref="RequestException">A field is missing, does not belong to the kind, or is out of its range; each is named with the fix.</exception>
    public Correction Read()
    {
        Dictionary<string, string[]> errors = new(StringComparer.Ordinal);
        CorrectionKind? kind = Named<CorrectionKind>(Kind);
        if (kind is null or CorrectionKind.Undo)
        {
            throw RequestException.Invalid("kind", $"kind is {(Kind is null ? "missing" : $"'{Kind}'")}; it must be one of {string.Join(", ", FieldsOf.Keys.Select(NameOf))}.");
        }

        string[] needed = ["problem", .. FieldsOf[kind.Value]];
        string[] allowed = kind == CorrectionKind.Split ? [.. needed, "text"] : needed;
        foreach ((string name, object? value) in new (string, object?)[] { ("problem", Problem), ("into", Into), ("variants", Variants), ("text", Text), ("status", Status), ("tickets", Tickets) })
        {
            if (value is null && needed.Contains(name))
            {
                errors[name] = [$"{name} is missing. A correction of the kind {NameOf(kind.Value)} needs {string.Join(" and ", needed)}."];
            }
            else if (value is not null && !allowed.Contains(name))
            {
                errors[name] = [$"{name} does not belong to a correction of the kind {NameOf(kind.Value)}. Leave it out."];
            }
        }

        ProblemStatus? status = Named<ProblemStatus>(Status);
        Check(errors, "status", Status is not null && status is null, $"status is '{Status}'; it must be open, knownError or ignored.");
        string? shown = Text is null ? null : (kind is CorrectionKind.Note or CorrectionKind.Describe ? InertText.Lines(Text) : InertText.Line(Text)).Trim();
        int longest = kind is CorrectionKind.Note or CorrectionKind.Describe ? LongestText : LongestName;
        Check(errors, "text", Text?.Length > longest, string.Create(CultureInfo.InvariantCulture, $"text has {Text?.Length} characters; {longest} are the most."));
        Check(errors, "text", kind is CorrectionKind.Rename or CorrectionKind.Note && shown is { Length: 0 }, "text is blank. Say what it is to be.");
        Check(errors, "text", longest == LongestName && Text?.AsSpan().IndexOfAny('\n', '\r') >= 0, "text has several lines; send one.");
        Check(errors, "variants", Variants?.Count == 0, "variants is empty. Name the variants that leave; the problem's page lists them.");
        Check(errors, "tickets", Tickets is { Count: 0 or > MostTickets }, string.Create(CultureInfo.InvariantCulture, $"There are {Tickets?.Count} tickets; send 1 to {MostTickets} at once."));
        if (errors.Count > 0)
        {
            throw new RequestException(RequestProblem.Invalid, string.Join(' ', errors.Values.SelectMany(e => e)), errors);
        }

        return new Correction
        {
            Id = "",
            At = default,
            By = "",
            Kind = kind.Value,
            Problem = Problem,
            Into = Into,
            Variants = Variants is null ? null : [.. Variants.Distinct()],
            Text = shown,
            Status = status,
            Tickets = Tickets is null ? null : [.. Tickets.Distinct(StringComparer.Ordinal).Select(number => new MovedTicket(number, null))],
        };
    }

    /// <summary>A kind or status as it is written.</summary>
    public static string NameOf<T>(T value)
        where T : struct, Enum => JsonNamingPolicy.CamelCase.ConvertName(value.ToString());

    private static T? Named<T>(string? name)
        where T : struct, Enum => Enum.GetValues<T>().Where(value => string.Equals(NameOf(value), name, StringComparison.Ordinal)).Select(value => (T?)value).FirstOrDefault();

    private static void Check(Dictionary<string, string[]> errors, string field, bool isWrong, string message)
    {
        if (isWrong)
        {
            errors.TryAdd(field, [message]);
        }
    }
}
