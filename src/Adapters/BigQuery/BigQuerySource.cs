using System.Globalization;
using System.Text.RegularExpressions;
using Pipeline.Intake;

namespace Pipeline.Adapters.BigQuery;

/// <summary>
/// The user's own table or view of incidents, such as a replica of ServiceNow's, and what its columns mean. The section <c>BigQuery</c> of the settings, each name with <c>Source</c> in front.
/// Columns may be of any type that casts to STRING, those of times TIMESTAMP, DATETIME, DATE or STRING.
/// </summary>
public sealed partial record BigQuerySource
{
    /// <summary>Names the staged rows of the script, which are made by it.</summary>
    internal const string Pulled = "pulled_rows";

    private const int LongestText = 100_000;

    /// <summary>The table: its name in the warehouse's dataset, or with a dataset, and a project, before it; empty pulls nothing.</summary>
    public string SourceTable { get; init; } = "";

    /// <summary>The incident's number.</summary>
    public string SourceNumber { get; init; } = "number";

    /// <summary>When a row was last changed: by it the new rows are found.</summary>
    public string SourceUpdated { get; init; } = "sys_updated_on";

    /// <summary>When the incident was opened; <c>none</c> leaves incidents undated.</summary>
    public string SourceCreated { get; init; } = "opened_at";

    /// <summary>The texts in the order of the summary, with commas between.</summary>
    public string SourceTexts { get; init; } = "short_description,description";

    /// <summary>The tech center; <c>none</c> puts all rows into <c>default</c>.</summary>
    public string SourceTechCenter { get; init; } = "assignment_group";

    /// <summary>The priority in the source's words, of which <c>1</c>, <c>2</c>, <c>P1</c>, <c>P2</c>, critical and high are urgent; <c>none</c> for no such column.</summary>
    public string SourcePriority { get; init; } = IntakeOptions.None;

    /// <summary>The state in the source's words, or <c>none</c>.</summary>
    public string SourceState { get; init; } = IntakeOptions.None;

    /// <summary>When the incident was resolved, or <c>none</c>.</summary>
    public string SourceResolved { get; init; } = IntakeOptions.None;

    /// <summary>How it was resolved, or <c>none</c>.</summary>
    public string SourceCloseNotes { get; init; } = IntakeOptions.None;

    /// <summary>How often it was opened again, or <c>none</c>.</summary>
    public string SourceReopenCount { get; init; } = IntakeOptions.None;

    /// <summary>Where it happened, or <c>none</c>.</summary>
    public string SourceLocation { get; init; } = IntakeOptions.None;

    /// <summary>What is affected, or <c>none</c>.</summary>
    public string SourceConfigurationItem { get; init; } = IntakeOptions.None;

    /// <summary>How many minutes before the watermark are read again, 0 to 10,080: replicas are filled late and out of order.</summary>
    public double SourceOverlapMinutes { get; init; } = 120;

    /// <summary>How many days back the first pull begins, 1 to 36,500.</summary>
    public int SourceSinceDays { get; init; } = 730;

    /// <summary>The columns of the texts.</summary>
    internal string[] Texts => [.. SourceTexts.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)];

    /// <summary>Checks every name. They become part of a statement, so nothing but names may be in them.</summary>
    /// <exception cref="SettingException">A name is missing or cannot be one.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
    public void Validate()
    {
        Require(TablePattern().IsMatch(SourceTable), nameof(SourceTable), SourceTable, "a table or view, such as servicenow.incident or project-1.servicenow.incident");
        foreach ((string name, string value) in new[] { (nameof(SourceNumber), SourceNumber), (nameof(SourceUpdated), SourceUpdated), (nameof(SourceCreated), SourceCreated), (nameof(SourceTechCenter), SourceTechCenter), (nameof(SourcePriority), SourcePriority), (nameof(SourceState), SourceState), (nameof(SourceResolved), SourceResolved), (nameof(SourceCloseNotes), SourceCloseNotes), (nameof(SourceReopenCount), SourceReopenCount), (nameof(SourceLocation), SourceLocation), (nameof(SourceConfigurationItem), SourceConfigurationItem) }
            .Concat(Texts.Select(column => (nameof(SourceTexts), column))))
        {
            Require(ColumnPattern().IsMatch(value), name, value, "the name of a column: letters, digits and underscores, with points before the fields of a record");
        }

        Require(Texts.Length > 0, nameof(SourceTexts), SourceTexts, "one or more columns with commas between");
        Require(!IsNone(SourceNumber) && !IsNone(SourceUpdated), IsNone(SourceNumber) ? nameof(SourceNumber) : nameof(SourceUpdated), IntakeOptions.None, "a column of the table: without it nobody can tell which rows are new");
        Range(SourceOverlapMinutes, 0, 10_080, nameof(SourceOverlapMinutes));
        Range(SourceSinceDays, 1, 36_500, nameof(SourceSinceDays));
    }

    /// <summary>
    /// The script of a pull, with the names in place. Its parameters are <c>since</c> and <c>latest</c> (TIMESTAMP) and <c>name</c> (STRING), the setting of the watermark. Its last statement gives the counts.
    /// </summary>
    internal BigQueryScript Script()
    {
        Dictionary<string, string> names = new(StringComparer.Ordinal)
        {
            ["{number}"] = Quoted(SourceNumber),
            ["{updated}"] = Quoted(SourceUpdated),
            ["{created}"] = IsNone(SourceCreated) ? "CAST(NULL AS TIMESTAMP)" : $"SAFE_CAST(source.{Quoted(SourceCreated)} AS TIMESTAMP)",
            ["{hasDate}"] = IsNone(SourceCreated) ? "FALSE" : "TRUE",
            ["{texts}"] = string.Join(", ", Texts.Select(column => string.Create(CultureInfo.InvariantCulture, $"SUBSTR(COALESCE(CAST(source.{Quoted(column)} AS STRING), ''), 1, {LongestText})"))),
            ["{techCenter}"] = IsNone(SourceTechCenter) ? "''" : $"CAST(source.{Quoted(SourceTechCenter)} AS STRING)",
            ["{priority}"] = Fact(SourcePriority),
            ["{state}"] = Fact(SourceState),
            ["{resolved}"] = IsNone(SourceResolved) ? "CAST(NULL AS TIMESTAMP)" : $"SAFE_CAST(source.{Quoted(SourceResolved)} AS TIMESTAMP)",
            ["{closeNotes}"] = Fact(SourceCloseNotes),
            ["{reopenCount}"] = IsNone(SourceReopenCount) ? "CAST(NULL AS INT64)" : $"SAFE_CAST(CAST(source.{Quoted(SourceReopenCount)} AS STRING) AS INT64)",
            ["{location}"] = Fact(SourceLocation),
            ["{configurationItem}"] = Fact(SourceConfigurationItem),
            ["{table}"] = Quoted(SourceTable),
            ["{isNew}"] = $"SAFE_CAST(source.{Quoted(SourceUpdated)} AS TIMESTAMP) >= @since",
        };
        BigQueryScript script = BigQuerySql.Transaction("pull-source", "upsert-incidents", "end-pull").From(Pulled);
        return script with { Sql = names.Aggregate(script.Sql, (sql, name) => sql.Replace(name.Key, name.Value, StringComparison.Ordinal)) };
    }

    // What has no letter says nothing.
    private static string Fact(string column) => IsNone(column)
        ? "CAST(NULL AS STRING)"
        : string.Create(CultureInfo.InvariantCulture, $"NULLIF(SUBSTR(TRIM(CAST(source.{Quoted(column)} AS STRING)), 1, {LongestText}), '')");

    private static bool IsNone(string name) => string.Equals(name, IntakeOptions.None, StringComparison.OrdinalIgnoreCase);

    // Each part in quotes of its own; a project may hold a colon or points, so it is all but the last two parts.
    private static string Quoted(string name)
    {
        string[] parts = name.Split('.');
        return string.Join('.', parts.Length <= 3 ? parts.Select(part => $"`{part}`") : [$"`{string.Join('.', parts[..^2])}`", $"`{parts[^2]}`", $"`{parts[^1]}`"]);
    }

    private static void Require(bool holds, string name, string value, string expected)
    {
        if (!holds)
        {
            throw new SettingException($"BigQuery:{name}", $"is '{value}'; it must be {expected}.");
        }
    }

    private static void Range(double value, double lowest, double highest, string name)
    {
        if (!(value >= lowest && value <= highest))
        {
            throw new ArgumentOutOfRangeException(name, value, string.Create(CultureInfo.InvariantCulture, $"BigQuery:{name} is {value}; it must be from {lowest} to {highest}."));
        }
    }

    [GeneratedRegex("^([a-z][a-z0-9.:-]{4,61}[.])?([A-Za-z0-9_]{1,200}[.])?[A-Za-z0-9_-]{1,200}$", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex TablePattern();

    [GeneratedRegex("^[A-Za-z_][A-Za-z0-9_]{0,299}([.][A-Za-z_][A-Za-z0-9_]{0,299}){0,1}$", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex ColumnPattern();
}
