using System.Globalization;

namespace Pipeline.Alerts;

/// <summary>
/// Tells people that the warehouse does not answer, which no log of alerts can hold: the message goes to the channels at once, once per window of suppression, and not before the
/// second failure in a row.
/// </summary>
public sealed class TellOfOutage(IEnumerable<IAlertChannel> channels, AlertOptions options, TimeProvider clock)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, IAlertChannel> _channels = channels.ToDictionary(channel => channel.Name, StringComparer.Ordinal);
    private int _failures;
    private DateTimeOffset _toldAt = DateTimeOffset.MinValue;

    /// <summary>Notes that it answered.</summary>
    public void Answered()
    {
        lock (_lock)
        {
            _failures = 0;
        }
    }

    /// <summary>Notes that it did not answer, and tells whom the routes name.</summary>
    /// <param name="problem">What it said, without secrets.</param>
    /// <param name="cancellationToken">Stops the sending.</param>
    /// <returns>How many channels took the message.</returns>
    public async Task<int> FailedAsync(string problem, CancellationToken cancellationToken = default)
    {
        DateTimeOffset now = clock.GetUtcNow();
        lock (_lock)
        {
            if (++_failures < 2 || now < _toldAt.AddMinutes(options.SuppressMinutes) || options.IsMuted(AlertRules.ServiceDown, techCenter: null, now))
            {
                return 0;
            }

            _toldAt = now;
        }

        AlertRule rule = AlertRules.Find(AlertRules.ServiceDown);
        Alert alert = new()
        {
            Id = string.Create(CultureInfo.InvariantCulture, $"{now:yyyyMMddHHmmss}-outage"),
            Fingerprint = rule.Name,
            Rule = rule.Name,
            Severity = rule.Severity,
            Title = rule.Title,
            Text = $"{rule.Description} {problem}",
            RaisedAt = now,
            LastAt = now,
            Count = _failures,
        };
        int sent = 0;
        foreach (AlertRoute route in options.Routes.Where(r => r.Matches(alert)))
        {
            foreach (IAlertChannel channel in route.Channels.Select(name => _channels.GetValueOrDefault(name)).OfType<IAlertChannel>())
            {
                try
                {
                    await channel.SendAsync(new AlertMessage(alert, route.Name, IsEscalated: false), cancellationToken);
                    sent++;
                }
                catch (AlertChannelException)
                {
                    // The others are told; there is no log to note it in.
                }
            }
        }

        return sent;
    }
}
