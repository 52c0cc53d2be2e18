using System.Diagnostics;
using System.Text.Json.Serialization;

namespace Pipeline.Audit;

/// <summary>What somebody did, to be written into the audit. Never holds a text or a number of an incident; see <see cref="AuditText.OfIncident"/>.</summary>
/// <param name="Actor">Who did it, as it is known: a person, an application, a key, the schedule; what is longer than 200 characters is cut.</param>
/// <param name="Action">What was done, in the words of <see cref="AuditActions"/>.</param>
/// <param name="Subject">To what: the path of a resource, a version, a backup; what is longer than 300 characters is cut.</param>
/// <param name="Outcome">How it ended.</param>
public sealed record AuditNote(string Actor, string Action, string Subject, AuditOutcome Outcome)
{
    /// <summary>Tells this act from every other, however often its writing is tried.</summary>
    public string Id { get; init; } = Guid.CreateVersion7().ToString("N");

    /// <summary>When it was done, in UTC; null for the moment at which it is handed over.</summary>
    public DateTimeOffset? At { get; init; }

    /// <summary>The actor's role; null where there is none.</summary>
    public string? Role { get; init; }

    /// <summary>By which way.</summary>
    public AuditWay Via { get; init; }

    /// <summary>More of the outcome, such as an HTTP status; null for nothing. What is longer than 300 characters is cut.</summary>
    public string? Detail { get; init; }

    /// <summary>How many times it was done, 1 or more: what is repeated again and again is written once with its count.</summary>
    public int Count { get; init; } = 1;

    /// <summary>The trace id of what it was part of, 32 hexadecimal digits; null where there is none.</summary>
    public string? Trace { get; init; } = Activity.Current is { IdFormat: ActivityIdFormat.W3C } current ? current.TraceId.ToString() : null;
}

/// <summary>A line of the audit.</summary>
/// <param name="Number">Its place in its chain, from 1.</param>
/// <param name="Id">Tells the act from every other.</param>
/// <param name="At">When it was done, in UTC, as the clock of the machine said it: the order is that of the numbers.</param>
/// <param name="Actor">Who did it.</param>
/// <param name="Role">The actor's role; null where there is none.</param>
/// <param name="Via">By which way.</param>
/// <param name="Action">What was done.</param>
/// <param name="Subject">To what; in JSON its name is <c>object</c>.</param>
/// <param name="Outcome">How it ended.</param>
/// <param name="Detail">More of the outcome; null for nothing.</param>
/// <param name="Count">How many times.</param>
/// <param name="Trace">The trace id of what it was part of; null where there is none.</param>
/// <param name="Previous">The hash of the line before; of the first line, that of the chain's name.</param>
public sealed record AuditEntry(long Number, string Id, DateTimeOffset At, string Actor, string? Role, AuditWay Via, string Action, [property: JsonPropertyName("object")] string Subject, AuditOutcome Outcome, string? Detail, int Count, string? Trace, string Previous);

/// <summary>How an act ended.</summary>
public enum AuditOutcome
{
    /// <summary>It was done.</summary>
    Done,

    /// <summary>It is about to be done: the line that says how it ended has the same trace id.</summary>
    Begun,

    /// <summary>It was ordered, and goes on behind the answer.</summary>
    Accepted,

    /// <summary>It was not done: the caller may not, or what was asked for is wrong.</summary>
    Refused,

    /// <summary>It was tried and failed.</summary>
    Failed,
}

/// <summary>By which way somebody came.</summary>
public enum AuditWay
{
    /// <summary>Nobody came: a timer, or work that goes on behind an answer.</summary>
    Pipeline,

    /// <summary>A request.</summary>
    Http,

    /// <summary>The command line.</summary>
    CommandLine,
}
