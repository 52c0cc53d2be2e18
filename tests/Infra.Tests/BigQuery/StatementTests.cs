using System.Text.RegularExpressions;
using Pipeline.Adapters.BigQuery;
using Pipeline.Classification;
using Pipeline.Incidents;
using Pipeline.Infra.Tests.Support;
using Pipeline.Measures;
using Pipeline.Recovery;
using Pipeline.TestSupport;

namespace Pipeline.Infra.Tests.BigQuery;

/// <summary>All statements of the warehouse, analyzed by Google's own analyzer as the adapter sends them: transactions put together, staging tables in place, parameters with the types that the code gives them.</summary>
[TestClass]
public sealed partial class StatementTests
{
    private const string Folder = "src/Adapters/BigQuery";
    private const string StagingName = "staging_1";

    private static readonly string Code = string.Join('\n', Directory.EnumerateFiles(Path.Combine(SharedFiles.RepositoryRoot, Folder), "*.cs").Order(StringComparer.Ordinal).Select(File.ReadAllText));

    private static readonly Dictionary<string, string> Types = new(StringComparer.Ordinal)
    {
        ["Text"] = "STRING",
        ["Number"] = "INT64",
        ["Texts"] = "ARRAY<STRING>",
        ["Fractions"] = "ARRAY<FLOAT64>",
        ["Time"] = "TIMESTAMP",
        ["OptionalTime"] = "TIMESTAMP",
        ["Days"] = "ARRAY<TIMESTAMP>",
        ["OptionalText"] = "STRING",
        ["OptionalNumber"] = "INT64",
        ["Date"] = "INT64",
        ["Embedding"] = "BYTES",
        ["Fraction"] = "FLOAT64",
        ["Cells"] = "ARRAY<STRING>",
    };

    private static readonly BigQuerySource Source = new() { SourceTable = "replica", SourceTexts = "short_description, caller.name" };

    private static readonly Lazy<Task<Dictionary<string, Analysis>>> Analyzed = new(() => AnalyzeAsync(Scripts()));

    [TestMethod]
    public async Task Every_script_is_right_to_its_last_statement()
    {
        Dictionary<string, Analysis> results = await Analyzed.Value;

        results.Where(result => result.Value.Problems.Length > 0).Select(result => $"{result.Key}: {string.Join("; ", result.Value.Problems)}").ShouldBeEmpty();
        results.Where(result => result.Key.StartsWith("transaction", StringComparison.Ordinal)).ShouldAllBe(result => result.Value.Kinds.First(kind => kind != "create") == "Begin" && result.Value.Kinds.Last() == "Commit");
        results.SelectMany(result => result.Value.Kinds).Count(kind => kind == "Merge").ShouldBeGreaterThan(8);
    }

    [TestMethod]
    public void Every_file_of_statements_is_analyzed()
    {
        string all = string.Join('\n', Scripts().Values) + BigQuerySql.Get("create-tables");
        string[] files = [.. Directory.EnumerateFiles(Path.Combine(SharedFiles.RepositoryRoot, Folder, "Sql"), "*.sql").Select(file => Path.GetFileNameWithoutExtension(file))];

        files.Length.ShouldBeGreaterThan(20);
        Source.Script().Sql.ShouldContain("CREATE TEMP TABLE source_rows");
        files.Where(file => file is not ("transaction" or "pull-source" or "rename-embedding") && !all.Contains(BigQuerySql.From(WithoutDeclarations(BigQuerySql.Get(file)), StagingName), StringComparison.Ordinal)).ShouldBeEmpty("statements that no script holds");
    }

    [TestMethod]
    public async Task Statements_and_code_name_the_same_parameters()
    {
        Dictionary<string, Analysis> results = await Analyzed.Value;

        results.SelectMany(result => result.Value.Parameters).Distinct(StringComparer.Ordinal)
            .ShouldBe(Parameters().Keys.Select(name => name.ToLowerInvariant()), ignoreOrder: true);
    }

    [TestMethod]
    public async Task A_column_that_the_code_reads_comes_with_the_type_that_it_reads()
    {
        Dictionary<string, Analysis> results = await Analyzed.Value;
        (string Type, string Column)[] read = [.. Matches(ReadPattern(), Code).Select(match => (Types[match.Groups["kind"].Value], match.Groups["name"].Value)).Distinct()];

        read.Length.ShouldBeGreaterThan(25);
        foreach ((string type, string column) in read)
        {
            // Rows for a backup are read by the columns of their tables, several of which may have the same name.
            string[] given = [.. results.Where(result => !result.Key.StartsWith("rows of", StringComparison.Ordinal)).Select(result => result.Value.Columns.GetValueOrDefault(column)).OfType<string>().Distinct(StringComparer.Ordinal)];
            given.ShouldBe([type], $"what the statements give as {column}");
        }
    }

    [TestMethod]
    public async Task Statements_of_the_users_own_compute_with_embeddings_and_write_rows_without_our_columns()
    {
        Dictionary<string, Analysis> results = await AnalyzeAsync(new(StringComparer.Ordinal)
        {
            ["unnest"] = "SELECT number, (SELECT SQRT(SUM(part * part)) FROM UNNEST(embedding) AS part) AS length FROM preprocessed_incidents;",
            ["likeness"] = "SELECT other.number, (SELECT SUM(a * b) FROM UNNEST(one.embedding) AS a WITH OFFSET AS i JOIN UNNEST(other.embedding) AS b WITH OFFSET AS j ON i = j) AS likeness FROM preprocessed_incidents AS one, preprocessed_incidents AS other WHERE one.number = 'INC1' ORDER BY likeness DESC LIMIT 10;",
            ["insert"] = "INSERT INTO preprocessed_incidents (number, sys_created_on, combined_incidents_summary, embedding, tech_center) VALUES ('INC1', CURRENT_TIMESTAMP(), 'vpn drops', [0.1, 0.2], 'Network');",
        });

        results.SelectMany(result => result.Value.Problems).ShouldBeEmpty();
        BigQuerySql.Get("create-tables").Split("CREATE TABLE IF NOT EXISTS watermarks")[0].ShouldNotMatch("(row_hash|change_sequence|content_hash|embedder|embedding_bytes|_ticks|texts) [A-Z0-9<>]+ NOT NULL", "a column that only the program needs must be one that others can leave out");
    }

    [TestMethod]
    public async Task A_statement_that_is_wrong_is_found()
    {
        Dictionary<string, Analysis> results = await AnalyzeAsync(new(StringComparer.Ordinal)
        {
            ["column"] = "SELECT numbr FROM incidents;",
            ["parameter"] = "SELECT number FROM incidents WHERE number = @nobody;",
            ["type"] = "SELECT number FROM incidents WHERE number = @limit;",
            ["merge"] = "MERGE INTO settings AS target USING (SELECT @name AS name) AS source ON target.name = source.name WHEN MATCHED THEN UPDATE SET value = source.value;",
            ["second"] = "SELECT 1 AS one; SELECT two FROM UNNEST([1]) AS one;",
        });

        results.Remove("tables").ShouldBeTrue();
        results.ShouldAllBe(result => result.Value.Problems.Length == 1);
    }

    // As the adapter puts them together: each call of Transaction is a script, and so is every file that is read by itself.
    private static Dictionary<string, string> Scripts()
    {
        Dictionary<string, StagedRows> staged = new(StringComparer.Ordinal)
        {
            ["upsert-incidents"] = StagedRows.Of(Array.Empty<Incident>(), CancellationToken.None),
            ["save-preprocessed"] = StagedRows.Of([], [], CancellationToken.None),
            ["save-predictions"] = StagedRows.Of(Array.Empty<IncidentPrediction>(), CancellationToken.None),
            ["rebuild-search"] = StagedRows.Entries([], CancellationToken.None),
            ["save-measures"] = StagedRows.Of(Array.Empty<Measure>(), CancellationToken.None),
        };
        Dictionary<string, string> scripts = new(StringComparer.Ordinal);
        foreach (string[] names in Matches(TransactionPattern(), Code).Select(match => match.Groups["name"].Captures.Select(capture => capture.Value).ToArray()))
        {
            string table = staged.TryGetValue(names[0], out StagedRows? rows) ? CreateStaging(rows) : "";
            scripts[$"transaction {string.Join(" and ", names)}"] = table + BigQuerySql.Transaction(names).From(StagingName).Sql;
        }

        foreach (string name in Matches(StatementPattern(), Code).Select(match => match.Groups["name"].Value).Where(name => name is not ("create-tables" or "transaction")))
        {
            scripts[name] = BigQuerySql.Get(name);
        }

        // It changes a table as it was before.
        scripts["rename-embedding"] = "CREATE TABLE earlier (number STRING, embedding BYTES);\n" + BigQuerySql.Get("rename-embedding").Replace("preprocessed_incidents", "earlier", StringComparison.Ordinal);

        // What completes tables that others made, column by column.
        foreach ((string table, IReadOnlyList<StagedColumn> columns) in BigQueryTables.All)
        {
            TableState bare = new([.. columns.Where((_, place) => place % 2 == 0).Select(column => column.Mode is StagedColumn.Repeated ? column with { Type = column.Type[6..^1] } : column with { Mode = StagedColumn.Required })], 0);
            scripts[$"complete {table}"] = BigQueryTables.Completion("here", table, bare) ?? "";
        }

        // What backups read, clear and fill is made of the columns of each table.
        foreach (KeptTable table in KeptTable.All)
        {
            scripts[$"rows of {table.Name}"] = table.RowsWithoutDay.Sql;
            if (table.Day is not null)
            {
                scripts[$"days of {table.Name}"] = table.Days.Sql;
                scripts[$"rows of days of {table.Name}"] = table.RowsOfDays.Sql;
            }

            StagedRows rows = KeptRows.Stage(new TableRows(table.Name, 0, table.Shape, []), table, CancellationToken.None);
            scripts[$"transaction into {table.Name}"] = CreateStaging(rows) + table.Add(table.Shape.Select(column => column.Name)).From(StagingName).Sql;
        }

        scripts["count rows"] = KeptTable.Count.Sql;
        scripts["transaction clear tables"] = KeptTable.Clear(KeptTable.All).Sql;

        // The one script with names in it that the user gives; the columns are of the types that such a table has.
        scripts["transaction pull-source and upsert-incidents and end-pull"] =
            "CREATE TABLE replica (number STRING, opened_at DATETIME, sys_updated_on TIMESTAMP, short_description STRING, caller STRUCT<name STRING>, assignment_group STRING);\n" + Source.Script().Sql;
        scripts["transaction pull-source with all columns"] = "CREATE TABLE full_replica (number STRING, opened_at DATETIME, sys_updated_on TIMESTAMP, short_description STRING, caller STRUCT<name STRING>, assignment_group STRING, priority INT64, state STRING, resolved_at DATETIME, close_notes STRING, reopen_count STRING, location STRING, cmdb_ci STRING);\n"
            + (Source with { SourceTable = "full_replica", SourcePriority = "priority", SourceState = "state", SourceResolved = "resolved_at", SourceCloseNotes = "close_notes", SourceReopenCount = "reopen_count", SourceLocation = "location", SourceConfigurationItem = "cmdb_ci" }).Script().Sql;
        scripts["transaction pull-source of undated rows"] = "CREATE TABLE bare (id INT64, changed STRING, title STRING);\n"
            + (Source with { SourceTable = "bare", SourceNumber = "id", SourceUpdated = "changed", SourceCreated = "none", SourceTexts = "title", SourceTechCenter = "none" }).Script().Sql;
        scripts.Count.ShouldBeGreaterThan(20);
        return scripts;
    }

    // They go to the beginning of a script.
    private static string WithoutDeclarations(string sql) => string.Join('\n', sql.Split('\n').Where(line => !line.StartsWith("DECLARE ", StringComparison.Ordinal)));

    private static string CreateStaging(StagedRows rows)
    {
        IEnumerable<string> columns = rows.Columns.Select(column =>
        {
            string type = column.Type switch { "INTEGER" => "INT64", "FLOAT" => "FLOAT64", "BOOLEAN" => "BOOL", _ => column.Type };
            return column.Mode switch
            {
                StagedColumn.Repeated => $"{column.Name} ARRAY<{type}>",
                StagedColumn.Required => $"{column.Name} {type} NOT NULL",
                _ => $"{column.Name} {type}",
            };
        });
        return $"CREATE TABLE {StagingName} ({string.Join(", ", columns)});\n";
    }

    private static Dictionary<string, string> Parameters()
    {
        Dictionary<string, string> parameters = new(StringComparer.Ordinal);
        foreach (Match match in Matches(ParameterPattern(), Code))
        {
            string name = match.Groups["name"].Value;
            string type = Types[match.Groups["kind"].Value];
            parameters.TryAdd(name, type);
            parameters[name].ShouldBe(type, $"{name} has two types");
        }

        return parameters;
    }

    private static Task<Dictionary<string, Analysis>> AnalyzeAsync(Dictionary<string, string> scripts)
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Inconclusive("Google's analyzer is served for Linux and macOS: this test needs it and is skipped.");
        }

        return Checkers.RunAsync<Dictionary<string, Analysis>>("zetasql.cjs", new { parameters = Parameters(), tables = BigQuerySql.Get("create-tables"), scripts });
    }

    private static MatchCollection Matches(Regex pattern, string text) => pattern.Matches(text);

    [GeneratedRegex("""BigQuerySql\.Transaction\((?:"(?<name>[a-z-]+)"(?:, )?)+\)""", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 5000)]
    private static partial Regex TransactionPattern();

    [GeneratedRegex("""(?:BigQuerySql\.Get|BigQueryScript\.Of|FirstAsync|ListAsync|ReadAsync)\(\s*"(?<name>[a-z-]+)["]""", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 5000)]
    private static partial Regex StatementPattern();

    [GeneratedRegex("""\b(?<kind>Text|Number|Texts|Fractions|Time|Days)\("(?<name>[A-Za-z0-9]+)["]""", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 5000)]
    private static partial Regex ParameterPattern();

    [GeneratedRegex("""\b(?:(?<kind>Text|OptionalText|Number|OptionalNumber|Time|OptionalTime|Days|Embedding|Date)\([a-z]+, |row\.(?<kind>Fraction|Cells)\()"(?<name>[a-z_]+)"\)""", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 5000)]
    private static partial Regex ReadPattern();

    private sealed record Analysis(string[] Problems, string[] Kinds, string[] Parameters, Dictionary<string, string> Columns);
}
