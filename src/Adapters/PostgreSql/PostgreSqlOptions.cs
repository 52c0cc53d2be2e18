using System.Globalization;
using System.Text.RegularExpressions;
using Npgsql;

namespace Pipeline.Adapters.PostgreSql;

/// <summary>Where the warehouse is. The section <c>PostgreSql</c> of the settings.</summary>
public sealed partial record PostgreSqlOptions
{
    // A write waits for those of other processes, and a batch of thousands of vectors takes its time.
    private const int CommandSeconds = 300;

    /// <summary>
    /// Npgsql's connection string: <c>Host</c>, <c>Port</c>, <c>Database</c>, <c>Username</c>, and for TLS <c>SSL Mode=VerifyFull</c> with <c>Root Certificate</c>. Must be set.
    /// A password in it is used, but <c>PostgreSql:Password</c> is the place for one.
    /// </summary>
    public string ConnectionString { get; init; } = "";

    /// <summary>The schema that holds the tables, made where it is missing: small letters, digits and underscores.</summary>
    public string Schema { get; init; } = "pipeline";

    /// <summary>How often a step is tried while the server is away, restarts or asks for it, 1 to 20.</summary>
    public int Attempts { get; init; } = 8;

    /// <summary>Seconds after which another process takes over from one that writes and is not heard of any more, 5 to 600.</summary>
    public int LeaseSeconds { get; init; } = 30;

    /// <summary>The pause before the second attempt; it doubles each time, up to 5 seconds.</summary>
    internal TimeSpan FirstRetry { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>What the database is called in messages. Holds no password.</summary>
    internal string Where
    {
        get
        {
            NpgsqlConnectionStringBuilder parts = new(ConnectionString);
            return string.Create(CultureInfo.InvariantCulture, $"the PostgreSQL database '{parts.Database}' on {parts.Host}, port {parts.Port}, schema '{Schema}'");
        }
    }

    /// <summary>Checks every value.</summary>
    /// <exception cref="SettingException">A value is missing, malformed or out of its range; the message names the setting and where to set it.</exception>
    public void Validate()
    {
        Connection();
        Require(SchemaPattern().IsMatch(Schema), nameof(Schema), Schema, "small letters, digits and underscores, up to 40, a letter first");
        RequireRange(Attempts, 1, 20, nameof(Attempts));
        RequireRange(LeaseSeconds, 5, 600, nameof(LeaseSeconds));
    }

    /// <summary>The parts of the connection string, with what it leaves open.</summary>
    /// <exception cref="SettingException">The connection string cannot be read, or names no host, database or user.</exception>
    internal NpgsqlConnectionStringBuilder Connection()
    {
        const string Expected = "Host=NAME;Database=NAME;Username=NAME";
        if (string.IsNullOrWhiteSpace(ConnectionString))
        {
            throw new SettingException("PostgreSql:ConnectionString", $"is missing; it must be like {Expected}.");
        }

        NpgsqlConnectionStringBuilder parts;
        try
        {
            parts = new NpgsqlConnectionStringBuilder(ConnectionString);
        }
        catch (Exception e) when (e is ArgumentException or FormatException or OverflowException or InvalidCastException or KeyNotFoundException)
        {
            // The cause may quote the password, so it is not passed on.
            throw new SettingException("PostgreSql:ConnectionString", $"cannot be read ({e.GetType().Name}); it must be like {Expected}, with the names that Npgsql knows.");
        }

        if (string.IsNullOrWhiteSpace(parts.Host) || string.IsNullOrWhiteSpace(parts.Database) || string.IsNullOrWhiteSpace(parts.Username))
        {
            throw new SettingException("PostgreSql:ConnectionString", $"names no host, no database or no user; it must be like {Expected}.");
        }

        if (!parts.ContainsKey("Command Timeout"))
        {
            parts.CommandTimeout = CommandSeconds;
        }

        parts.SearchPath = Schema;
        parts.ApplicationName ??= "pipeline";
        parts.IncludeErrorDetail = false;
        return parts;
    }

    /// <summary>The schema alone: the connection string may hold a password.</summary>
    public override string ToString() => $"PostgreSQL, schema '{Schema}'";

    private static void Require(bool holds, string name, string value, string expected)
    {
        if (!holds)
        {
            throw new SettingException($"PostgreSql:{name}", string.IsNullOrEmpty(value) ? $"is missing; it must be {expected}." : $"is '{value}'; it must be {expected}.");
        }
    }

    private static void RequireRange(int value, int lowest, int highest, string name) =>
        Require(value >= lowest && value <= highest, name, value.ToString(CultureInfo.InvariantCulture), string.Create(CultureInfo.InvariantCulture, $"from {lowest} to {highest}"));

    [GeneratedRegex("^[a-z][a-z0-9_]{0,39}$", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex SchemaPattern();
}
