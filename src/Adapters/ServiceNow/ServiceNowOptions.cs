using System.Globalization;
using System.Text.RegularExpressions;

namespace Pipeline.Adapters.ServiceNow;

/// <summary>Which table of which instance is read, and how. The section <c>ServiceNow</c> of the settings; the secrets in it are read anew whenever they are used.</summary>
public sealed partial record ServiceNowOptions
{
    /// <summary>The section's name.</summary>
    public const string Section = "ServiceNow";

    /// <summary>The instance's address, such as <c>https://NAME.service-now.com</c>; empty pulls nothing.</summary>
    public string Instance { get; init; } = "";

    /// <summary>The table: <c>incident</c>, or another whose rows have the fields of a task.</summary>
    public string Table { get; init; } = "incident";

    /// <summary>Which rows, as an encoded query such as <c>active=true^priority=1</c>; empty for all. Another query reads the table from the beginning.</summary>
    public string Query { get; init; } = "";

    /// <summary>Further fields to ask for, with commas between, such as <c>u_details</c>: those that the settings of the intake name.</summary>
    public string Fields { get; init; } = "";

    /// <summary>Rows of one request, 10 to 10,000. A request that takes ServiceNow too long is sent again for half as many.</summary>
    public int PageSize { get; init; } = 1_000;

    /// <summary>How many minutes before the watermark are read again, 0 to 1440: a change may become visible later than its time says.</summary>
    public double OverlapMinutes { get; init; } = 5;

    /// <summary>How many days back the first pull begins, 1 to 36,500.</summary>
    public int SinceDays { get; init; } = 730;

    /// <summary>How often a request is sent before it counts as failed, 1 to 20.</summary>
    public int Attempts { get; init; } = 6;

    /// <summary>The pause before the second attempt where ServiceNow names none, 0 to 60 s; it doubles each time, up to a minute.</summary>
    public double FirstRetrySeconds { get; init; } = 1;

    /// <summary>How long an attempt may take, 1 to 600 s.</summary>
    public int TimeoutSeconds { get; init; } = 100;

    /// <summary>The pages of one step, after which a long pull takes a breath.</summary>
    internal int PagesAtOnce { get; init; } = 50;

    /// <summary>Checks every value but the secrets.</summary>
    /// <exception cref="SettingException">A value is missing or malformed.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of its range.</exception>
    public void Validate()
    {
        Require(
            Uri.TryCreate(Instance, UriKind.Absolute, out Uri? address) && address.AbsolutePath is "/" && (address.Scheme is "https" || (address.Scheme is "http" && address.IsLoopback)),
            nameof(Instance),
            Instance,
            "the https address of an instance, such as https://NAME.service-now.com");
        Require(TablePattern().IsMatch(Table), nameof(Table), Table, "the name of a table, such as incident");
        Require(Fields.Length == 0 || Fields.Split(',').All(field => FieldPattern().IsMatch(field.Trim())), nameof(Fields), Fields, "names of fields with commas between");
        Require(
            !Query.Contains("^NQ", StringComparison.Ordinal) && !Query.Contains("ORDERBY", StringComparison.Ordinal) && !Query.Contains("^EQ", StringComparison.Ordinal),
            nameof(Query),
            Query,
            "an encoded query without ^NQ, ^EQ and ORDERBY, to which a condition on sys_updated_on can be added; write two alternatives with ^OR");
        Range(PageSize, 10, 10_000, nameof(PageSize));
        Range(OverlapMinutes, 0, 1440, nameof(OverlapMinutes));
        Range(SinceDays, 1, 36_500, nameof(SinceDays));
        Range(Attempts, 1, 20, nameof(Attempts));
        Range(FirstRetrySeconds, 0, 60, nameof(FirstRetrySeconds));
        Range(TimeoutSeconds, 1, 600, nameof(TimeoutSeconds));
    }

    private static void Require(bool holds, string name, string value, string expected)
    {
        if (!holds)
        {
            throw new SettingException($"{Section}:{name}", $"is '{value}'; it must be {expected}.");
        }
    }

    private static void Range(double value, double lowest, double highest, string name)
    {
        if (!(value >= lowest && value <= highest))
        {
            throw new ArgumentOutOfRangeException(name, value, string.Create(CultureInfo.InvariantCulture, $"{Section}:{name} is {value}; it must be from {lowest} to {highest}."));
        }
    }

    [GeneratedRegex("^[a-z][a-z0-9_]{0,79}$", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex TablePattern();

    // A field of a row that is referred to has its way in front: caller_id.location.
    [GeneratedRegex("^[a-z][a-z0-9_.]{0,199}$", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex FieldPattern();
}
