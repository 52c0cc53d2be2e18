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
}
