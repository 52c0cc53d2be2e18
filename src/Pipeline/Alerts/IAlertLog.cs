namespace Pipeline.Alerts;

/// <summary>The table of alerts: what was raised, who was told, and what became of it. A port of the warehouse (<see cref="Storage.IWarehouse"/>).</summary>
public interface IAlertLog
{
    /// <summary>
    /// Adds an alert, unless one with its fingerprint was raised at or after <paramref name="since"/>: that one is counted once more instead.
    /// However many processes raise the same at once, it is added once.
    /// </summary>
    /// <returns>The alert as it is stored: the new one, or the earlier one.</returns>
    Task<Alert> RaiseAlertAsync(Alert alert, DateTimeOffset since, CancellationToken cancellationToken = default);

    /// <summary>Replaces an alert, unless it was changed since it was read.</summary>
    /// <returns>False where it was changed, or is not there: then nothing has happened.</returns>
    Task<bool> UpdateAlertAsync(Alert alert, CancellationToken cancellationToken = default);

    /// <summary>An alert; null where there is none of this id.</summary>
    Task<Alert?> FindAlertAsync(string id, CancellationToken cancellationToken = default);

    /// <summary>The alerts, the newest first.</summary>
    /// <param name="limit">The most to read.</param>
    /// <param name="openOnly">Only those that somebody is still to be told of, or still to answer for.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    Task<IReadOnlyList<Alert>> ReadAlertsAsync(int limit, bool openOnly = false, CancellationToken cancellationToken = default);

    /// <summary>Forgets alerts that were raised before a time. Those of which somebody is still to be told, or for which somebody is still to answer, are kept.</summary>
    /// <returns>How many were forgotten.</returns>
    Task<long> PurgeAlertsAsync(DateTimeOffset before, CancellationToken cancellationToken = default);
}

/// <summary>Something that somebody has to know, with the story of who was told.</summary>
public sealed record Alert
{
    /// <summary>Its id: it names the alert in messages and commands.</summary>
    public required string Id { get; init; }

    /// <summary>What makes two alerts the same: the rule and the tech center, and what else the event says.</summary>
    public required string Fingerprint { get; init; }

    /// <summary>The rule's name: see alert-rules.json.</summary>
    public required string Rule { get; init; }

    /// <summary>How bad it is.</summary>
    public required AlertSeverity Severity { get; init; }

    /// <summary>The tech center; null where it concerns all, or none.</summary>
    public string? TechCenter { get; init; }

    /// <summary>What it is, in a few words.</summary>
    public required string Title { get; init; }

    /// <summary>What happened, with the figures, and what to do. Holds no text of an incident.</summary>
    public required string Text { get; init; }

    /// <summary>When it was raised, in UTC.</summary>
    public required DateTimeOffset RaisedAt { get; init; }

    /// <summary>When the same was raised last, in UTC.</summary>
    public required DateTimeOffset LastAt { get; init; }

    /// <summary>How often the same was raised; 1 for once.</summary>
    public int Count { get; init; } = 1;

    /// <summary>What became of it.</summary>
    public AlertState State { get; init; }

    /// <summary>Who acknowledged it; null where nobody has.</summary>
    public string? AcknowledgedBy { get; init; }

    /// <summary>When it was acknowledged or ended, in UTC; null where it is open.</summary>
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>Whether the routes were looked for: until then nobody is told.</summary>
    public bool IsRouted { get; init; }

    /// <summary>Who is told by now, and who comes next where nobody answers.</summary>
    public IReadOnlyList<AlertStep> Steps { get; init; } = [];

    /// <summary>The messages, sent and to be sent.</summary>
    public IReadOnlyList<AlertDelivery> Deliveries { get; init; } = [];

    /// <summary>The channel that must not carry it, since it is about that channel; null for none.</summary>
    public string? Avoid { get; init; }

    /// <summary>Rises with every change.</summary>
    public int Revision { get; init; }

    /// <summary>Whether anything is still to be done about it.</summary>
    public bool IsOpen => State == AlertState.Open || Deliveries.Any(d => d.State == DeliveryState.Waiting);
}

/// <summary>A route that an alert has taken, and when the next one is taken where nobody acknowledges it.</summary>
/// <param name="Route">The route's name.</param>
/// <param name="TakenAt">When it was taken, in UTC.</param>
/// <param name="EscalateAt">When the next route is taken, in UTC; null for never.</param>
/// <param name="EscalateTo">The next route's name; null for none.</param>
public sealed record AlertStep(string Route, DateTimeOffset TakenAt, DateTimeOffset? EscalateAt = null, string? EscalateTo = null);

/// <summary>A message about an alert on one channel.</summary>
/// <param name="Route">The route that asks for it.</param>
/// <param name="Channel">The channel's name.</param>
/// <param name="State">Whether it was sent.</param>
/// <param name="Attempts">How often it was tried.</param>
/// <param name="NextAt">When it is tried next, in UTC; null where it is not.</param>
/// <param name="SentAt">When the channel took it, in UTC; null where it has not.</param>
/// <param name="Problem">Why the last attempt failed; null where none has.</param>
public sealed record AlertDelivery(string Route, string Channel, DeliveryState State = DeliveryState.Waiting, int Attempts = 0, DateTimeOffset? NextAt = null, DateTimeOffset? SentAt = null, string? Problem = null);

/// <summary>How bad an alert is.</summary>
public enum AlertSeverity
{
    /// <summary>To be known.</summary>
    Notice,

    /// <summary>To be looked at in working hours.</summary>
    Warning,

    /// <summary>Something does not work.</summary>
    Error,

    /// <summary>To be looked at now.</summary>
    Critical,
}

/// <summary>What became of an alert.</summary>
public enum AlertState
{
    /// <summary>Nobody has answered yet.</summary>
    Open,

    /// <summary>Somebody looks after it.</summary>
    Acknowledged,

    /// <summary>What raised it is so no more.</summary>
    Ended,

    /// <summary>Raised during maintenance: kept, and nobody told.</summary>
    Muted,
}

/// <summary>Whether a message was sent.</summary>
public enum DeliveryState
{
    /// <summary>To be sent, or tried again.</summary>
    Waiting,

    /// <summary>The channel took it.</summary>
    Sent,

    /// <summary>Given up.</summary>
    Failed,
}
