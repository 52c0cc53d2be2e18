using System.Globalization;
using Pipeline.Requests;
using Pipeline.Storage;

namespace Pipeline.Alerts;

/// <summary>The use case of whoever looks at the alerts and their history.</summary>
public sealed class ShowAlerts(IAlertLog log)
{
    /// <summary>The most alerts of one answer.</summary>
    public const int Most = 1_000;

    private const int Standard = 100;

    /// <summary>Lists alerts, the newest first.</summary>
    /// <param name="state">Only those of this <see cref="AlertState"/>; null for all.</param>
    /// <param name="limit">How many, 1 to 1,000; null for 100.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <exception cref="RequestException">The state or the limit is none.</exception>
    /// <exception cref="WarehouseException">The warehouse cannot be read.</exception>
    public async Task<IReadOnlyList<Alert>> RunAsync(string? state = null, string? limit = null, CancellationToken cancellationToken = default)
    {
        AlertState? asked = null;
        if (!string.IsNullOrEmpty(state))
        {
            asked = Enum.GetNames<AlertState>().Contains(state, StringComparer.OrdinalIgnoreCase)
                ? Enum.Parse<AlertState>(state, ignoreCase: true)
                : throw RequestException.Invalid("state", $"'{state}' is no state of an alert. Known: {string.Join(", ", Enum.GetNames<AlertState>()).ToLowerInvariant()}.");
        }

        int most = Standard;
        if (!string.IsNullOrEmpty(limit) && !(int.TryParse(limit, NumberStyles.None, CultureInfo.InvariantCulture, out most) && most is >= 1 and <= Most))
        {
            throw RequestException.Invalid("limit", string.Create(CultureInfo.InvariantCulture, $"The limit is '{limit}'; it must be from 1 to {Most}."));
        }

        IReadOnlyList<Alert> alerts = await log.ReadAlertsAsync(asked is null ? most : Most, openOnly: false, cancellationToken);
        return [.. alerts.Where(a => asked is null || a.State == asked).Take(most)];
    }
}
