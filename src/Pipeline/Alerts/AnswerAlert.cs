using Pipeline.Requests;
using Pipeline.Storage;

namespace Pipeline.Alerts;

/// <summary>The use case of whoever answers for an alert: nobody else is told of it then.</summary>
public sealed class AnswerAlert(IAlertLog log, TimeProvider clock)
{
    private const int MostTries = 20;

    /// <summary>Acknowledges an alert. Acknowledging it again keeps who was first.</summary>
    /// <exception cref="RequestException">There is no alert of this id, or nobody is named.</exception>
    /// <exception cref="WarehouseException">The warehouse cannot be read or written.</exception>
    public Task<Alert> AcknowledgeAsync(string id, string by, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(by);
        if (string.IsNullOrWhiteSpace(by) || by.Length > 200)
        {
            throw RequestException.Invalid("by", "Say who answers for the alert, in 1 to 200 characters.");
        }

        return ChangeAsync(id, alert => alert.State is AlertState.Acknowledged ? alert : alert with { State = AlertState.Acknowledged, AcknowledgedBy = by.Trim(), EndedAt = clock.GetUtcNow(), Deliveries = Sent(alert) }, cancellationToken);
    }

    /// <summary>Ends an open alert, since what raised it is so no more. One that is acknowledged stays so.</summary>
    /// <exception cref="WarehouseException">The warehouse cannot be read or written.</exception>
    public Task<Alert> EndAsync(string id, CancellationToken cancellationToken = default) =>
        ChangeAsync(id, alert => alert.State is AlertState.Open ? alert with { State = AlertState.Ended, EndedAt = clock.GetUtcNow() } : alert, cancellationToken);

    // Who was not told yet need not be.
    private static AlertDelivery[] Sent(Alert alert) => [.. alert.Deliveries.Where(d => d.State != DeliveryState.Waiting)];

    private async Task<Alert> ChangeAsync(string id, Func<Alert, Alert> change, CancellationToken cancellationToken)
    {
        for (int tries = 0; tries < MostTries; tries++)
        {
            Alert alert = await log.FindAlertAsync(id, cancellationToken) ?? throw RequestException.NotFound("id", $"There is no alert '{id}'. 'alerts list' and GET /api/alerts show them.");
            Alert changed = change(alert);
            if (ReferenceEquals(changed, alert) || await log.UpdateAlertAsync(changed, cancellationToken))
            {
                return changed;
            }
        }

        throw new WarehouseException($"The alert {id} is changed all the time. Check the warehouse for a second writer.");
    }
}
