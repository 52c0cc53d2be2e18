using System.Globalization;

namespace Pipeline.Alerts;

/// <summary>Who is told of what, and how often.</summary>
public sealed record AlertOptions
{
    /// <summary>Minutes in which the same alert is told once and then only counted, 1 to 10,080.</summary>
    public int SuppressMinutes { get; init; } = 60;

    /// <summary>How often a message is tried on a channel, 1 to 20: after 1, 2, 4 minutes and so on.</summary>
    public int Attempts { get; init; } = 5;

    /// <summary>Whether the rules are looked at here; not where something else does, such as Azure Monitor. Events are alerts in any case.</summary>
    public bool EvaluateRules { get; init; } = true;

    /// <summary>Days after which an alert that nobody is to answer for any more is forgotten, 1 to 3650.</summary>
    public int RetentionDays { get; init; } = 365;

    /// <summary>The routes. Without any, alerts are kept in the log and nobody is told.</summary>
    public IReadOnlyList<AlertRoute> Routes { get; init; } = [];

    /// <summary>The channels.</summary>
    public IReadOnlyList<AlertChannelOptions> Channels { get; init; } = [];

    /// <summary>When alerts are kept and nobody is told.</summary>
    public IReadOnlyList<MaintenanceWindow> Maintenance { get; init; } = [];

    /// <summary>Whether an alert falls into a maintenance window.</summary>
    public bool IsMuted(string rule, string? techCenter, DateTimeOffset now) => Maintenance.Any(window =>
        now >= window.From && now < window.Until && Includes(window.Rules, rule) && (window.TechCenters.Count == 0 || Includes(window.TechCenters, techCenter)));

    /// <summary>Checks ranges, names and references.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
    /// <exception cref="SettingException">A route or channel is incomplete, or a name is not there.</exception>
    public void Validate()
    {
        SettingRange.Require(SuppressMinutes, 1, 10_080, "Alerts:SuppressMinutes");
        SettingRange.Require(Attempts, 1, 20, "Alerts:Attempts");
        SettingRange.Require(RetentionDays, 1, 3_650, "Alerts:RetentionDays");
        foreach ((int i, AlertChannelOptions channel) in Channels.Index())
        {
            channel.Validate(Name("Channels", i));
        }

        RequireDifferent("Alerts:Channels", Channels.Select(c => c.Name));
        RequireDifferent("Alerts:Routes", Routes.Select(r => r.Name));
        foreach ((int i, AlertRoute route) in Routes.Index())
        {
            SettingRange.Require(route.EscalateAfterMinutes, 1, 10_080, $"{Name("Routes", i)}:EscalateAfterMinutes");
            Require(Name("Routes", i), "Channels", route.Channels, Channels.Select(c => c.Name));
            Require(Name("Routes", i), "Rules", route.Rules, AlertRules.All.Select(r => r.Name));
            Require(Name("Routes", i), "EscalateTo", route.EscalateTo is null ? [] : [route.EscalateTo], Routes.Select(r => r.Name));
        }

        foreach ((int i, MaintenanceWindow window) in Maintenance.Index())
        {
            Require(Name("Maintenance", i), "Rules", window.Rules, AlertRules.All.Select(r => r.Name));
            if (window.Until <= window.From)
            {
                throw new SettingException($"{Name("Maintenance", i)}:Until", "must be later than From.");
            }
        }
    }

    internal static bool Includes(IReadOnlyList<string> names, string? name) => names.Count == 0 || (name is not null && names.Contains(name, StringComparer.Ordinal));

    private static string Name(string list, int i) => string.Create(CultureInfo.InvariantCulture, $"Alerts:{list}:{i}");

    private static void Require(string setting, string field, IEnumerable<string> named, IEnumerable<string> known)
    {
        if (named.Except(known, StringComparer.Ordinal).FirstOrDefault() is string unknown)
        {
            throw new SettingException($"{setting}:{field}", $"names '{unknown}', which is not there. Known: {string.Join(", ", known)}.");
        }
    }

    private static void RequireDifferent(string setting, IEnumerable<string> names)
    {
        if (names.FirstOrDefault(string.IsNullOrWhiteSpace) is not null)
        {
            throw new SettingException(setting, "has an entry without a Name.");
        }

        if (names.CountBy(name => name, StringComparer.Ordinal).FirstOrDefault(n => n.Value > 1) is { Key: string twice })
        {
            throw new SettingException(setting, $"has two entries of the Name '{twice}'.");
        }
    }
}

/// <summary>Who is told of which alerts. All routes that match are taken.</summary>
public sealed record AlertRoute
{
    /// <summary>The route's name.</summary>
    public string Name { get; init; } = "";

    /// <summary>The rules that it is for; empty for all.</summary>
    public IReadOnlyList<string> Rules { get; init; } = [];

    /// <summary>The least bad alerts that it is for.</summary>
    public AlertSeverity Severity { get; init; } = AlertSeverity.Notice;

    /// <summary>The tech centers that it is for; empty for all alerts, also those of none.</summary>
    public IReadOnlyList<string> TechCenters { get; init; } = [];

    /// <summary>The channels that carry the message.</summary>
    public IReadOnlyList<string> Channels { get; init; } = [];

    /// <summary>The route to take where nobody has acknowledged in time; null for none. A route that others escalate to is taken by escalation alone where <see cref="OnlyByEscalation"/> says so.</summary>
    public string? EscalateTo { get; init; }

    /// <summary>Minutes until then, 1 to 10,080.</summary>
    public int EscalateAfterMinutes { get; init; } = 30;

    /// <summary>Whether it is taken only where another route escalates to it.</summary>
    public bool OnlyByEscalation { get; init; }

    /// <summary>Whether an alert takes it at once.</summary>
    public bool Matches(Alert alert)
    {
        ArgumentNullException.ThrowIfNull(alert);
        return !OnlyByEscalation && alert.Severity >= Severity && AlertOptions.Includes(Rules, alert.Rule) && AlertOptions.Includes(TechCenters, alert.TechCenter);
    }
}

/// <summary>How messages leave: one address of one kind. Which fields are needed depends on the kind.</summary>
public sealed record AlertChannelOptions
{
    /// <summary>The channel's name.</summary>
    public string Name { get; init; } = "";

    /// <summary>What it is.</summary>
    public AlertChannelKind Kind { get; init; }

    /// <summary>Slack, Teams, webhook: where messages are posted. A secret for the first two.</summary>
    public string? Url { get; init; }

    /// <summary>Webhook: the key of the signature; empty for unsigned messages. A secret.</summary>
    public string? Secret { get; init; }

    /// <summary>E-mail: the server's name.</summary>
    public string? Host { get; init; }

    /// <summary>E-mail: its port, 1 to 65,535.</summary>
    public int Port { get; init; } = 587;

    /// <summary>E-mail: whether the connection must be encrypted. Only a server on this machine can do without.</summary>
    public bool Tls { get; init; } = true;

    /// <summary>E-mail: the account; null for none.</summary>
    public string? User { get; init; }

    /// <summary>E-mail: its password. A secret.</summary>
    public string? Password { get; init; }

    /// <summary>E-mail: the sender's address.</summary>
    public string? From { get; init; }

    /// <summary>E-mail: the recipients' addresses.</summary>
    public IReadOnlyList<string> To { get; init; } = [];

    /// <summary>Checks what the kind needs.</summary>
    /// <exception cref="SettingException">Something is missing.</exception>
    public void Validate(string setting)
    {
        if (Kind == AlertChannelKind.Email)
        {
            Need(Host, "Host");
            Need(From, "From");
            Need(To.Count == 0 || To.Any(string.IsNullOrWhiteSpace) ? null : "to", "To");
            SettingRange.Require(Port, 1, 65_535, $"{setting}:Port");
            if (!Tls && Host is not ("localhost" or "127.0.0.1" or "::1"))
            {
                throw new SettingException($"{setting}:Tls", "is false; only a mail server on this machine (localhost) can do without encryption.");
            }
        }
        else if (!Uri.TryCreate(Url, UriKind.Absolute, out Uri? address) || !(Has(address, Uri.UriSchemeHttps) || (Has(address, Uri.UriSchemeHttp) && address.IsLoopback)))
        {
            throw new SettingException($"{setting}:Url", "must be an address that begins with https://.");
        }

        static bool Has(Uri address, string scheme) => string.Equals(address.Scheme, scheme, StringComparison.Ordinal);

        void Need(string? value, string field)
        {
            if (string.IsNullOrWhiteSpace(value))
            {
                throw new SettingException($"{setting}:{field}", $"is missing; a channel of the kind {Kind} needs it.");
            }
        }
    }
}

/// <summary>The kinds of channels.</summary>
public enum AlertChannelKind
{
    /// <summary>E-mail by SMTP.</summary>
    Email,

    /// <summary>A Slack channel, by its incoming webhook.</summary>
    Slack,

    /// <summary>A Teams channel, by the workflow that takes an adaptive card.</summary>
    Teams,

    /// <summary>Any address that takes the alert as JSON, signed.</summary>
    Webhook,
}

/// <summary>A time in which alerts are kept and nobody is told.</summary>
public sealed record MaintenanceWindow
{
    /// <summary>Its begin, in UTC.</summary>
    public DateTimeOffset From { get; init; }

    /// <summary>Its end, in UTC.</summary>
    public DateTimeOffset Until { get; init; }

    /// <summary>The rules that it is about; empty for all.</summary>
    public IReadOnlyList<string> Rules { get; init; } = [];

    /// <summary>The tech centers that it is about; empty for all alerts, also those of none.</summary>
    public IReadOnlyList<string> TechCenters { get; init; } = [];
}
