using System.Globalization;
using System.Text.RegularExpressions;
using Pipeline.Adapters.BigQuery;
using Pipeline.Incidents;
using Pipeline.Infra.Tests.Support;

namespace Pipeline.Infra.Tests.BigQuery;

/// <summary>The part of a pull that reads the user's own table, run by Google's own evaluator on rows of ours.</summary>
[TestClass]
public sealed partial class SourceTests
{
    private const string Columns = "number, opened_at, sys_updated_on, short_description, description, assignment_group";

    private static readonly BigQuerySource Source = new() { SourceTable = "replica" };

    // Further columns, as ServiceNow names them.
    private static readonly BigQuerySource Whole = Source with
    {
        SourcePriority = "priority",
        SourceState = "state",
        SourceResolved = "resolved_at",
        SourceCloseNotes = "close_notes",
        SourceReopenCount = "reopen_count",
        SourceLocation = "location",
        SourceConfigurationItem = "cmdb_ci",
    };

    [TestMethod]
    public async Task A_rows_hash_is_that_which_the_program_makes_of_the_same_incident()
    {
        (string Title, string? Description, string? Group)[] rows =
        [
            ("VPN drops", "Since the update.", "Network"),
            ("Drucker „Süd“ 🖨 druckt nicht", "Zeile 1\nZeile 2\t'Ende' \\ \"x\"", "Büro, Süd"),
            ("1:x", "", "1:x"),
            ("VPN drops", null, null),
        ];
        string[][] pulled = await RunAsync(Source, [.. rows.Select((row, i) => Row($"INC{i}", row.Title, row.Description, row.Group))], "number, row_hash, CAST(created_ticks AS STRING), CAST(updated_ticks AS STRING), tech_center");

        pulled.Length.ShouldBe(rows.Length);
        foreach (((string title, string? description, string? group), string[] row) in rows.Zip(pulled.OrderBy(row => row[0], StringComparer.Ordinal)))
        {
            Incident incident = new()
            {
                Number = row[0],
                CreatedOn = new DateTimeOffset(2026, 5, 1, 8, 0, 0, TimeSpan.Zero),
                UpdatedOn = new DateTimeOffset(2026, 5, 2, 8, 0, 0, TimeSpan.Zero).AddMicroseconds(1),
                Texts = [title, description ?? ""],
                TechCenter = group ?? "default",
            };
            row[1..].ShouldBe([BigQueryFormat.RowHash(incident, incident.Texts), Text(incident.CreatedOn!.Value.UtcTicks), Text(incident.UpdatedOn!.Value.UtcTicks), incident.TechCenter]);
        }
    }

    [TestMethod]
    public async Task Priority_state_resolution_and_their_like_come_in_where_settings_name_their_columns_and_count_in_the_hash()
    {
        string[] rows =
        [
            Row("A", "VPN drops") + ", '2 - High' AS priority, 6 AS state, '2026-05-03 08:00:00' AS resolved_at, 'Ersetzt: „beide“' AS close_notes, '3' AS reopen_count, ' Zürich ' AS location, 'srv-1' AS cmdb_ci",
            Row("B", "VPN drops") + ", '  ' AS priority, CAST(NULL AS INT64) AS state, 'soon' AS resolved_at, '' AS close_notes, 'often' AS reopen_count, CAST(NULL AS STRING) AS location, '' AS cmdb_ci",
        ];
        Incident bare = new() { Number = "B", CreatedOn = new DateTimeOffset(2026, 5, 1, 8, 0, 0, TimeSpan.Zero), UpdatedOn = new DateTimeOffset(2026, 5, 2, 8, 0, 0, TimeSpan.Zero).AddMicroseconds(1), Texts = ["VPN drops", "b"], TechCenter = "Network" };
        Incident whole = bare with { Priority = "2 - High", State = "6", ResolvedOn = new DateTimeOffset(2026, 5, 3, 8, 0, 0, TimeSpan.Zero), CloseNotes = "Ersetzt: „beide“", ReopenCount = 3, Location = "Zürich", ConfigurationItem = "srv-1" };

        string[][] pulled = await RunAsync(Whole, rows, "number, row_hash, priority, state, CAST(resolved_ticks AS STRING), close_notes, CAST(reopen_count AS STRING), location, cmdb_ci", columns: Columns + ", priority, state, resolved_at, close_notes, reopen_count, location, cmdb_ci");

        pulled.Single(row => row[0] is "A")[1..].ShouldBe([BigQueryFormat.RowHash(whole, whole.Texts), "2 - High", "6", Text(whole.ResolvedOn.Value.UtcTicks), "Ersetzt: „beide“", "3", "Zürich", "srv-1"]);
        pulled.Single(row => row[0] is "B")[1..].ShouldBe([BigQueryFormat.RowHash(bare, bare.Texts), null!, null!, null!, null!, null!, null!, null!]);
    }

    [TestMethod]
    public async Task A_row_that_cannot_be_an_incident_has_its_reason_and_of_each_number_the_newest_counts()
    {
        string[] rows =
        [
            Row("OLD", "a", updated: "2026-04-30 23:59:59"),
            Row("SAME", "first", updated: "2026-05-01 09:00:00"),
            Row("SAME", "second", updated: "2026-05-01 10:00:00"),
            Row("", "a"),
            Row("EMPTY", " ", description: ""),
            Row("PLACEHOLDER", "a", created: "9999-12-31 00:00:00"),
            Row("ANCIENT", "a", created: "1970-01-01 00:00:00"),
            Row("FUTURE", "a", updated: "2031-01-01 00:00:00"),
            Row(new string('x', 300), "a"),
            Row("  TRIMMED ", "a", group: "   "),
        ];

        string[][] found = await RunAsync(Source, rows, "number, COALESCE(reason, 'none')", "source_rows");
        string[][] pulled = await RunAsync(Source, rows, "number, texts[OFFSET(0)], tech_center");

        found.Select(row => $"{row[0][..Math.Min(row[0].Length, 11)]} {row[1]}").ShouldBe(
            ["SAME Superseded", "SAME none", " Malformed", "EMPTY EmptyText", "PLACEHOLDER InvalidDate", "ANCIENT InvalidDate", "FUTURE InvalidDate", "xxxxxxxxxxx TooLong", "TRIMMED none"], ignoreOrder: true);
        pulled.ShouldBe([["SAME", "second", "Network"], ["TRIMMED", "a", "default"]], new RowComparer(), ignoreOrder: true);
    }

    [TestMethod]
    public async Task Rows_without_a_date_and_a_tech_center_come_in_where_the_settings_say_that_there_are_none()
    {
        BigQuerySource bare = Source with { SourceCreated = "none", SourceTechCenter = "none", SourceTexts = "description, short_description" };

        string[][] pulled = await RunAsync(bare, [Row("A", "title", description: "details")], "number, CAST(created_ticks AS STRING), tech_center, texts[OFFSET(0)], texts[OFFSET(1)]");

        pulled.ShouldHaveSingleItem().ShouldBe(["A", null!, "default", "details", "title"]);
    }

    private static string Row(string number, string title, string? description = "b", string? group = "Network", string created = "2026-05-01 08:00:00", string updated = "2026-05-02 08:00:00.000001") =>
        $"SELECT {Literal(number)} AS number, DATETIME '{created}' AS opened_at, TIMESTAMP '{updated}+00' AS sys_updated_on, {Literal(title)} AS short_description, {Literal(description)} AS description, {Literal(group)} AS assignment_group";

    private static string Literal(string? text) => text is null
        ? "CAST(NULL AS STRING)"
        : $"'{text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("'", "\\'", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal)}'";

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

    // The evaluator knows no temporary tables: what they are made of is named instead.
    private static async Task<string[][]> RunAsync(BigQuerySource source, string[] rows, string asked, string from = BigQuerySource.Pulled, string columns = Columns)
    {
        string script = source.Script().Sql.Replace("@since", "TIMESTAMP '2026-05-01 00:00:00+00'", StringComparison.Ordinal).Replace("@latest", "TIMESTAMP '2026-07-01 00:00:00+00'", StringComparison.Ordinal);
        IEnumerable<string> named = TablePattern().Matches(script).Select(match => $"{match.Groups["name"].Value} AS ({match.Groups["query"].Value})");
        string query = $"WITH replica AS (SELECT {columns} FROM ({string.Join(" UNION ALL ", rows)})), {string.Join(", ", named)} SELECT {asked} FROM {from}";
        return (await Checkers.RunAsync<Dictionary<string, string[][]>>("zetasql-query.cjs", new Dictionary<string, string>(StringComparer.Ordinal) { ["pull"] = query }))["pull"];
    }

    [GeneratedRegex("CREATE TEMP TABLE (?<name>source_rows|pulled_rows) AS\n(?<query>.*?);", RegexOptions.CultureInvariant | RegexOptions.Singleline | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 5000)]
    private static partial Regex TablePattern();

    private sealed class RowComparer : IEqualityComparer<string[]>
    {
        public bool Equals(string[]? x, string[]? y) => x!.SequenceEqual(y!, StringComparer.Ordinal);

        public int GetHashCode(string[] row) => string.Join('|', row).GetHashCode(StringComparison.Ordinal);
    }
}
