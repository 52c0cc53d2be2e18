using System.Globalization;
using Pipeline.Storage;
using Pipeline.Telemetry;

namespace Pipeline.Alerts;

/// <summary>
/// The use case of whoever has something to tell: an event becomes an alert in the log, and nothing more. Who is told, and by which channel, is decided and done by
/// <see cref="DeliverAlerts"/> a minute later: a channel that fails holds nobody up, and a crash loses no alert.
/// </summary>
public sealed class RaiseAlert(IAlertLog log, AlertOptions options, TimeProvider clock)
{
    /// <summary>Raises an alert. The same again within <see cref="AlertOptions.SuppressMinutes"/> is counted and told to nobody.</summary>
    /// <returns>The alert as it is stored: the new one, or the earlier one with its count.</returns>
    /// <exception cref="ArgumentException">There is no rule of this name in alert-rules.json.</exception>
    /// <exception cref="WarehouseException">The warehouse cannot be written.</exception>
    public async Task<Alert> RunAsync(AlertEvent happened, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(happened);
        AlertRule rule = AlertRules.Find(happened.Rule);
        DateTimeOffset now = clock.GetUtcNow();
        Alert alert = new()
        {
            Id = string.Create(CultureInfo.InvariantCulture, $"{now:yyyyMMddHHmmss}-{Guid.NewGuid():N}")[..23],
            Fingerprint = string.Join('|', rule.Name, happened.TechCenter, happened.Subject),
            Rule = rule.Name,
            Severity = happened.Severity ?? rule.Severity,
            TechCenter = happened.TechCenter,
            Title = happened.TechCenter is null ? rule.Title : InertText.Line($"{rule.Title}: {happened.TechCenter}"),
            Text = InertText.Lines(happened.Text),
            RaisedAt = now,
            LastAt = now,
            State = options.IsMuted(rule.Name, happened.TechCenter, now) ? AlertState.Muted : AlertState.Open,
            Avoid = happened.Avoid,
        };
        Alert stored = await log.RaiseAlertAsync(alert, now.AddMinutes(-options.SuppressMinutes), cancellationToken);
        if (string.Equals(stored.Id, alert.Id, StringComparison.Ordinal))
        {
            PipelineMetrics.Alerts.Add(1, new("rule", rule.Name), new("severity", stored.Severity.ToString()));
        }

        return stored;
    }
}

/// <summary>Something happened that somebody has to know.</summary>
/// <param name="Rule">The name of its rule in alert-rules.json, such as <see cref="AlertRules.GateRefused"/>.</param>
/// <param name="Text">What happened, with the figures, and what to do. Never the text of an incident.</param>
/// <param name="TechCenter">The tech center; null where it concerns all, or none.</param>
/// <param name="Subject">What sets it apart from others of its rule and tech center, such as a version or a problem's id; null for nothing.</param>
/// <param name="Severity">How bad it is; null for what the rule says.</param>
/// <param name="Avoid">The channel that must not carry it; null for none.</param>
public sealed record AlertEvent(string Rule, string Text, string? TechCenter = null, string? Subject = null, AlertSeverity? Severity = null, string? Avoid = null);
