using System.Globalization;
using Pipeline.Alerts;
using Pipeline.Storage;

namespace Pipeline.Keys;

/// <summary>Looks how old keys are and how long certificates are valid, and tells people in time. May be used from many threads.</summary>
public sealed class WatchKeys(IEnumerable<IDatedKeys> sources, KeyOptions options, RaiseAlert alerts, TimeProvider clock)
{
    private static readonly TimeSpan Pause = TimeSpan.FromDays(1);
    private long? _told;

    /// <summary>All keys that are known, with their state.</summary>
    public async Task<IReadOnlyList<KeyState>> ListAsync(CancellationToken cancellationToken = default)
    {
        List<KeyState> all = [];
        foreach (IDatedKeys source in sources)
        {
            all.AddRange((await source.ListAsync(cancellationToken)).Select(key => KeyState.Of(key, options, clock.GetUtcNow())));
        }

        return [.. all.OrderBy(key => key.Kind, StringComparer.Ordinal).ThenBy(key => key.Name, StringComparer.Ordinal)];
    }

    /// <summary>Raises an alert for each key that is old and each certificate that ends, once a day.</summary>
    /// <exception cref="WarehouseException">The warehouse cannot be written.</exception>
    public async Task RunAsync(CancellationToken cancellationToken = default)
    {
        if (_told is long told && clock.GetElapsedTime(told) < Pause)
        {
            return;
        }

        foreach (KeyState key in await ListAsync(cancellationToken))
        {
            if (Event(key) is AlertEvent happened)
            {
                await alerts.RunAsync(happened, cancellationToken);
            }
        }

        _told = clock.GetTimestamp();
    }

    private AlertEvent? Event(KeyState key)
    {
        string name = $"{key.Kind} {key.Name}";
        return key.State switch
        {
            KeyAge.Aging or KeyAge.Overdue => new AlertEvent(
                key.State == KeyAge.Overdue ? AlertRules.KeyOverdue : AlertRules.KeyAging,
                string.Create(CultureInfo.InvariantCulture, $"The key '{name}' is in use for {key.Days:0} days; {options.AlertDays} are the most. Rotate it: 'keys rotate --help' says how, without a restart."),
                Subject: name),
            KeyAge.Expiring or KeyAge.Expired => new AlertEvent(
                AlertRules.CertificateExpiring,
                string.Create(CultureInfo.InvariantCulture, $"The certificate '{key.Name}' {(key.State == KeyAge.Expired ? "has expired" : $"expires in {key.DaysLeft:0} days")}, on {key.Expires:yyyy-MM-dd HH:mm} UTC. Put another one in its place: a running host takes it up."),
                Subject: name,
                Severity: key.State == KeyAge.Expired ? AlertSeverity.Critical : null),
            _ => null,
        };
    }
}

/// <summary>A key or certificate with what its age means.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Kind">What it is for.</param>
/// <param name="Since">Since when it is in use, in UTC; null where it is not known.</param>
/// <param name="Days">For how many days; null where it is not known.</param>
/// <param name="Expires">Until when it is valid, in UTC; null for a key.</param>
/// <param name="DaysLeft">For how many days yet, negative after its end; null for a key.</param>
/// <param name="State">What that means.</param>
public sealed record KeyState(string Name, string Kind, DateTimeOffset? Since, double? Days, DateTimeOffset? Expires, double? DaysLeft, KeyAge State)
{
    /// <summary>The state of a key at a time.</summary>
    public static KeyState Of(DatedKey key, KeyOptions options, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(options);
        double? days = key.Since is DateTimeOffset since ? Math.Max(0, Math.Round((now - since).TotalDays, 1)) : null;
        double? left = key.Expires is DateTimeOffset expires ? Math.Round((expires - now).TotalDays, 1) : null;
        KeyAge state = !key.IsCurrent ? KeyAge.ReadsOnly
            : left is double rest ? rest <= 0 ? KeyAge.Expired : rest <= options.CertificateDays ? KeyAge.Expiring : KeyAge.Fresh
            : days is not double age ? KeyAge.Unknown
            : age > options.AlertDays ? KeyAge.Overdue : age > options.WarnDays ? KeyAge.Aging : KeyAge.Fresh;
        return new KeyState(key.Name, key.Kind, key.Since, days, key.Expires, left, state);
    }
}

/// <summary>What the age of a key means.</summary>
public enum KeyAge
{
    /// <summary>All is well.</summary>
    Fresh,

    /// <summary>It grows old.</summary>
    Aging,

    /// <summary>It is too old.</summary>
    Overdue,

    /// <summary>A certificate that ends soon.</summary>
    Expiring,

    /// <summary>A certificate that has ended.</summary>
    Expired,

    /// <summary>It only reads or verifies what is there; it need not be rotated.</summary>
    ReadsOnly,

    /// <summary>Since when it is in use is not known.</summary>
    Unknown,
}
