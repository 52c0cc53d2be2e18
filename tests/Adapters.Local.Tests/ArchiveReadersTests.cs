using System.Text.Json;
using Pipeline.Archive;
using Pipeline.Contracts;
using Pipeline.Datasets;
using Pipeline.Incidents;
using Pipeline.TestSupport;

namespace Pipeline.Adapters.Local.Tests;

/// <summary>What another program sees of the archive: DuckDB, which npm installs on first use.</summary>
[TestClass]
public sealed class ArchiveReadersTests
{
    private static readonly DateTimeOffset First = new(2022, 3, 4, 5, 6, 7, 891, TimeSpan.Zero);

    [TestMethod]
    public async Task DuckDB_reads_the_archive_by_its_folders_with_the_documented_types()
    {
        string duckDb = await NpmInstallation.RequireAsync("DuckDb", "query.mjs");
        using TemporaryFolder folder = new();
        await using SqliteWarehouse warehouse = new(folder.File("warehouse.db"));
        await FillAsync(warehouse);

        FileObjectStore objects = new(folder.File("objects"));
        ArchiveOutcome outcome = await new ArchiveIncidents(warehouse, warehouse, objects, new DatasetCatalog(objects, warehouse), new ArchiveOptions(), 24, TimeProvider.System).RunAsync();

        (outcome.Days, outcome.Incidents).ShouldBe((3, 4));
        string all = $"read_parquet('{folder.File("objects/archive/incidents")}/**/*.parquet', hive_partitioning = true)";
        JsonElement answers = await AskAsync(duckDb, new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["days"] = $"SELECT year, month, day, COUNT(*) AS incidents FROM {all} GROUP BY ALL ORDER BY ALL",
            ["row"] = $"SELECT number, sys_created_on, sys_updated_on, texts[1] AS first, len(texts) AS texts, tech_center, priority, reopen_count, combined_incidents_summary, predicted_cluster_id, confidence_score FROM {all} WHERE number = 'INC1'",
            ["empty"] = $"SELECT COUNT(*) AS incidents FROM {all} WHERE sys_updated_on IS NULL AND predicted_cluster_id IS NULL AND priority IS NULL",
            ["types"] = $"SELECT column_name, column_type FROM (DESCRIBE SELECT * FROM {all}) WHERE column_name NOT IN ('year', 'month', 'day')",
            ["packed"] = $"SELECT DISTINCT compression FROM parquet_metadata('{folder.File("objects/archive/incidents")}/**/*.parquet')",
        });

        answers.GetProperty("days").EnumerateArray().Select(day => $"{day.GetProperty("year").GetString()}-{day.GetProperty("month").GetString()}-{day.GetProperty("day").GetString()}: {day.GetProperty("incidents").GetString()}")
            .ShouldBe(["2022-03-04: 2", "2022-03-05: 1", "2022-12-31: 1"]);
        answers.GetProperty("row").EnumerateArray().ShouldHaveSingleItem().EnumerateObject().ToDictionary(value => value.Name, value => value.Value.GetString(), StringComparer.Ordinal).ShouldBe(
            new Dictionary<string, string?>(StringComparer.Ordinal)
            {
                ["number"] = "INC1",
                ["sys_created_on"] = "2022-03-04 05:06:07.891+00",
                ["sys_updated_on"] = "2022-03-05 05:06:07.891+00",
                ["first"] = "Drucker \u00fc \u65e5\u672c",
                ["texts"] = "2",
                ["tech_center"] = "network",
                ["priority"] = "1 - High",
                ["reopen_count"] = "3",
                ["combined_incidents_summary"] = "text h",
                ["predicted_cluster_id"] = "3",
                ["confidence_score"] = "0.30000000000000004",
            },
            ignoreOrder: true);
        answers.GetProperty("empty")[0].GetProperty("incidents").GetString().ShouldBe("3");
        answers.GetProperty("packed").EnumerateArray().ShouldHaveSingleItem().GetProperty("compression").GetString().ShouldBe("SNAPPY");
        string[] types = [.. answers.GetProperty("types").EnumerateArray().Select(column => $"| `{column.GetProperty("column_name").GetString()}` | {column.GetProperty("column_type").GetString()} |")];
        string documented = await File.ReadAllTextAsync(Path.Combine(SharedFiles.RepositoryRoot, "docs", "archive.md"));
        types.Where(type => !documented.Contains(type, StringComparison.Ordinal)).ShouldBeEmpty("columns that docs/archive.md does not list with their types");
    }

    private static async Task FillAsync(SqliteWarehouse warehouse)
    {
        Incident full = Rows.Incident("INC1", "Drucker \u00fc \u65e5\u672c", createdOn: First, updatedOn: First.AddDays(1)) with { Priority = "1 - High", ReopenCount = 3 };
        await warehouse.UpsertIncidentsAsync(
        [
            full,
            Rows.Incident("INC2", createdOn: First.AddHours(3)),
            Rows.Incident("INC3", createdOn: First.AddDays(1)),
            Rows.Incident("INC4", createdOn: new DateTimeOffset(2022, 12, 31, 23, 59, 59, TimeSpan.Zero)),
            Rows.Incident("INC5", createdOn: new DateTimeOffset(2026, 1, 15, 0, 0, 0, TimeSpan.Zero)),
            Rows.Incident("INC6") with { CreatedOn = null },
        ]);
        await warehouse.SavePreprocessedAsync([Rows.Preprocessed("INC1", createdOn: First)], [], "preprocess", 6);
        await warehouse.SavePredictionsAsync([Rows.Answer("INC1")]);
    }

    private static async Task<JsonElement> AskAsync(string folder, IReadOnlyDictionary<string, string> queries)
    {
        ToolProcess run = await ToolProcess.RunAsync("node", ["query.mjs"], folder, JsonSerializer.Serialize(queries));
        run.ExitCode.ShouldBe(0, run.Errors);
        return JsonElement.Parse(run.Output);
    }
}
