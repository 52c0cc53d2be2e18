namespace Pipeline.Incidents;

/// <summary>One incident as its source system knows it, before any cleaning. Holds personal data: it never leaves the warehouse unmasked.</summary>
public sealed record Incident
{
    /// <summary>The incident's number, its identity in every table. Not empty.</summary>
    public required string Number { get; init; }

    /// <summary>When the incident was opened, in UTC; null where the source has no dates.</summary>
    public DateTimeOffset? CreatedOn { get; init; }

    /// <summary>When the incident was last changed, in UTC; null where the source does not say. The newest version of a number wins.</summary>
    public DateTimeOffset? UpdatedOn { get; init; }

    /// <summary>The text columns in the order in which they make up the summary, ServiceNow's short description first.</summary>
    public required IReadOnlyList<string> Texts { get; init; }

    /// <summary>The tech center that owns the incident: a model is trained for each.</summary>
    public required string TechCenter { get; init; }

    /// <summary>How urgent the source holds it to be, in the source's words; null where it does not say.</summary>
    public string? Priority { get; init; }

    /// <summary>Where its handling stands, in the source's words; null where it does not say.</summary>
    public string? State { get; init; }

    /// <summary>When it was resolved or closed, in UTC; null where it is open or the source does not say.</summary>
    public DateTimeOffset? ResolvedOn { get; init; }

    /// <summary>How it was resolved; null where the source does not say. Holds personal data as <see cref="Texts"/> do.</summary>
    public string? CloseNotes { get; init; }

    /// <summary>How often it was opened again, from 0; null where the source does not say.</summary>
    public int? ReopenCount { get; init; }

    /// <summary>Where it happened; null where the source does not say.</summary>
    public string? Location { get; init; }

    /// <summary>What it happened to; null where the source does not say.</summary>
    public string? ConfigurationItem { get; init; }
}
