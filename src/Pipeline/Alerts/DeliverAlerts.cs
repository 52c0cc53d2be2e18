using System.Globalization;
using Pipeline.Storage;

namespace Pipeline.Alerts;

/// <summary>
/// Tells people of alerts: looks for the routes of new ones, sends what waits, tries again what failed, and takes the next route where nobody has answered in time.
/// Every step is stored before the next begins. A message that was sent just before a crash may be sent once more; none is lost.
/// </summary>
public sealed class DeliverAlerts(IAlertLog log, RaiseAlert raise, IEnumerable<IAlertChannel> channels, AlertOptions options, TimeProvider clock)
{
    private const int MostAtOnce = 500;
    private const int MostTries = 20;

    // Nobody answers for an event of last month.
    private static readonly TimeSpan LongestOpen = TimeSpan.FromDays(30);

    private readonly Dictionary<string, IAlertChannel> _channels = channels.ToDictionary(channel => channel.Name, StringComparer.Ordinal);

    /// <summary>Does what is due by now.</summary>
    /// <returns>How many messages were sent, and how many attempts failed.</returns>
    /// <exception cref="WarehouseException">The warehouse cannot be read or written.</exception>
    public async Task<DeliveryOutcome> RunAsync(CancellationToken cancellationToken = default)
    {
        DeliveryOutcome outcome = new(0, 0);
        foreach (Alert alert in (await log.ReadAlertsAsync(MostAtOnce, openOnly: true, cancellationToken)).Reverse())
        {
            Alert current = await ChangeAsync(alert, Route, cancellationToken);
            foreach (AlertDelivery delivery in current.Deliveries.Where(IsDue).ToArray())
            {
                AlertDelivery tried = await TryAsync(current, delivery, cancellationToken);
                outcome = tried.State == DeliveryState.Sent ? outcome with { Sent = outcome.Sent + 1 } : outcome with { Failed = outcome.Failed + 1 };
                current = await ChangeAsync(current, fresh => fresh with { Deliveries = [.. fresh.Deliveries.Select(d => IsSame(d, delivery) ? tried : d)] }, cancellationToken);
                if (tried.State == DeliveryState.Failed)
                {
                    string text = string.Create(CultureInfo.InvariantCulture, $"The channel '{delivery.Channel}' took no message in {tried.Attempts} attempts. {tried.Problem} Mend Alerts:Channels, and try it with 'alerts test --channel {delivery.Channel}'.");
                    await raise.RunAsync(new AlertEvent(AlertRules.ChannelFailed, text, Subject: delivery.Channel, Avoid: delivery.Channel), cancellationToken);
                }
            }
        }

        return outcome;
    }

    // The routes of a new alert, and those that follow where nobody has answered.
    private Alert Route(Alert alert)
    {
        DateTimeOffset now = clock.GetUtcNow();
        if (alert.State != AlertState.Open)
        {
            return alert;
        }

        if (alert.RaisedAt < now - LongestOpen)
        {
            return alert with { State = AlertState.Ended, EndedAt = now, Deliveries = [.. alert.Deliveries.Where(d => d.State != DeliveryState.Waiting)] };
        }

        Alert routed = alert;
        if (!alert.IsRouted)
        {
            routed = options.Routes.Where(route => route.Matches(alert)).Aggregate(alert with { IsRouted = true }, (a, route) => Take(a, route, now));
        }

        foreach (AlertStep step in routed.Steps.Where(s => s.EscalateAt <= now).ToArray())
        {
            if (options.Routes.FirstOrDefault(r => string.Equals(r.Name, step.EscalateTo, StringComparison.Ordinal)) is AlertRoute next)
            {
                routed = Take(routed, next, now);
            }

            routed = routed with { Steps = [.. routed.Steps.Select(s => s == step ? s with { EscalateAt = null } : s)] };
        }

        return routed;
    }

    private static Alert Take(Alert alert, AlertRoute route, DateTimeOffset now) => alert.Steps.Any(s => string.Equals(s.Route, route.Name, StringComparison.Ordinal))
        ? alert
        : alert with
        {
            Steps = [.. alert.Steps, new AlertStep(route.Name, now, route.EscalateTo is null ? null : now.AddMinutes(route.EscalateAfterMinutes), route.EscalateTo)],
            Deliveries =
            [
                .. alert.Deliveries,
                .. route.Channels
                    .Where(channel => !string.Equals(channel, alert.Avoid, StringComparison.Ordinal) && !alert.Deliveries.Any(d => string.Equals(d.Channel, channel, StringComparison.Ordinal) && d.State == DeliveryState.Waiting))
                    .Select(channel => new AlertDelivery(route.Name, channel)),
            ],
        };

    private bool IsDue(AlertDelivery delivery) => delivery.State == DeliveryState.Waiting && (delivery.NextAt is null || delivery.NextAt <= clock.GetUtcNow());

    private static bool IsSame(AlertDelivery a, AlertDelivery b) => string.Equals(a.Channel, b.Channel, StringComparison.Ordinal) && string.Equals(a.Route, b.Route, StringComparison.Ordinal);

    private async Task<AlertDelivery> TryAsync(Alert alert, AlertDelivery delivery, CancellationToken cancellationToken)
    {
        DateTimeOffset now = clock.GetUtcNow();
        int attempts = delivery.Attempts + 1;
        try
        {
            IAlertChannel channel = _channels.GetValueOrDefault(delivery.Channel) ?? throw new AlertChannelException($"There is no channel '{delivery.Channel}' in Alerts:Channels any more.");
            bool isEscalated = alert.Steps.Any(s => string.Equals(s.EscalateTo, delivery.Route, StringComparison.Ordinal) && s.EscalateAt is null);
            await channel.SendAsync(new AlertMessage(alert, delivery.Route, isEscalated), cancellationToken);
            return delivery with { State = DeliveryState.Sent, Attempts = attempts, SentAt = now, NextAt = null, Problem = null };
        }
        catch (AlertChannelException e)
        {
            return attempts < options.Attempts
                ? delivery with { Attempts = attempts, NextAt = now.AddMinutes(Math.Pow(2, attempts - 1)), Problem = e.Message }
                : delivery with { Attempts = attempts, State = DeliveryState.Failed, NextAt = null, Problem = e.Message };
        }
    }

    // Somebody may count or acknowledge it at the same time.
    private async Task<Alert> ChangeAsync(Alert alert, Func<Alert, Alert> change, CancellationToken cancellationToken)
    {
        for (int tries = 0; tries < MostTries; tries++)
        {
            Alert changed = change(alert);
            if (ReferenceEquals(changed, alert) || changed == alert)
            {
                return alert;
            }

            if (await log.UpdateAlertAsync(changed, cancellationToken))
            {
                return changed with { Revision = changed.Revision + 1 };
            }

            alert = await log.FindAlertAsync(alert.Id, cancellationToken) ?? throw new WarehouseException($"The alert {alert.Id} is not in the table any more. Check the warehouse for a second writer.");
        }

        throw new WarehouseException($"The alert {alert.Id} is changed all the time. Check the warehouse for a second writer.");
    }
}

/// <summary>What a delivery run did.</summary>
/// <param name="Sent">Messages that a channel took.</param>
/// <param name="Failed">Attempts that failed.</param>
public sealed record DeliveryOutcome(int Sent, int Failed);
