using System.Net;
using System.Text.RegularExpressions;
using Pipeline.Contracts;
using Pipeline.Contracts.Backups;
using Pipeline.Preprocessing;
using Pipeline.Recovery;
using Pipeline.Search;

namespace Pipeline.Adapters.BigQuery.Tests;

/// <summary>What backups of this warehouse have of their own: what they read, whose rows they hold, and what goes wrong on the way.</summary>
[TestClass]
public sealed partial class SnapshotTests : IDisposable
{
    private readonly List<IDisposable> _made = [];

    public void Dispose() => _made.ForEach(one => one.Dispose());

    [TestMethod]
    public void Every_table_is_in_a_backup_but_for_what_is_made_again_and_its_days_are_its_partitions()
    {
        BigQueryTables.All.Keys.Except(KeptTable.All.Select(table => table.Name), StringComparer.Ordinal).ShouldBe(["search_entries", "write_lock"], ignoreOrder: true);
        KeptTable.All.ShouldAllBe(table => BigQueryTables.All.ContainsKey(table.Name));
        Dictionary<string, string> partitions = PartitionPattern().Matches(BigQuerySql.Get("create-tables")).ToDictionary(match => match.Groups["table"].Value, match => match.Groups["column"].Value, StringComparer.Ordinal);
        KeptTable.All.Where(table => table.Day is not null).Select(table => (table.Name, table.Day)).ShouldBe(partitions.Where(partition => partition.Key != "search_entries").Select(partition => (partition.Key, (string?)partition.Value)), ignoreOrder: true);
    }

    [TestMethod]
    public async Task Of_the_large_tables_an_incremental_backup_reads_the_days_that_have_changed_alone()
    {
        (Dataset dataset, BackedUpPlace place) = await PlaceAsync();
        await place.Incidents.UpsertIncidentsAsync([Rows.Incident("A"), Rows.Incident("B", createdOn: Rows.Day(2)), Rows.Incident("C", createdOn: Rows.Day(3)), Rows.Incident("D") with { CreatedOn = null }]);
        await place.Warehouse<IPreprocessedIncidents>().SavePreprocessedAsync([Rows.Preprocessed("A", createdOn: Rows.Day(1)), Rows.Preprocessed("B", createdOn: Rows.Day(2))], [], "w", 4);
        await place.BackUpAsync();
        await place.Incidents.UpsertIncidentsAsync([Rows.Incident("B", "changed", createdOn: Rows.Day(2))]);
        int before = dataset.Duck.Queries.Count();

        (await place.TryBackUpAsync(BackupType.Incremental)).ShouldNotBeNull();

        QueryJob[] read = [.. dataset.Duck.Queries.Skip(before).Where(query => query.Labels["step"] == "read-kept-rows")];
        read.Where(query => query.Sql.Contains("FROM preprocessed_incidents ", StringComparison.Ordinal)).ShouldBeEmpty();
        read.Where(query => query.Sql.Contains("FROM incidents ", StringComparison.Ordinal)).ShouldHaveSingleItem().Parameters.Single(parameter => parameter.Name == "days").Values!.Select(day => day[..10]).ShouldBe(["2026-01-02"]);
        dataset.Duck.Queries.Skip(before).Where(query => query.Sql.Contains("@at", StringComparison.Ordinal)).Select(query => query.Parameters.Single(parameter => parameter.Name == "at").Value).Distinct(StringComparer.Ordinal).ShouldHaveSingleItem();
    }

    [TestMethod]
    public async Task Days_are_read_several_at_a_time_and_their_pieces_have_numbers_of_the_day()
    {
        (Dataset dataset, BackedUpPlace place) = await PlaceAsync();
        await place.Incidents.UpsertIncidentsAsync([.. Enumerable.Range(0, 4_100).Select(i => Rows.Incident($"{i:00000}")), .. Enumerable.Range(0, 3).Select(i => Rows.Incident($"late {i}", createdOn: Rows.Day(5))), Rows.Incident("none") with { CreatedOn = null }]);

        await using IWarehouseSnapshot snapshot = await place.Tables.OpenSnapshotAsync();
        List<TableRows> pieces = await snapshot.ReadAsync("incidents").ToListAsync();

        pieces.Select(rows => rows.Rows.Count).ShouldBe([1, 4_096, 4, 3]);
        long day = pieces[1].Number;
        pieces.Select(rows => rows.Number).ShouldBe([0, day, day + 1, day + 400_000]);
        pieces.Select(rows => rows.Version).ShouldAllBe(version => version != null);
        pieces[1].Version.ShouldBe(pieces[2].Version);
        dataset.Duck.Queries.Count(query => query.Labels["step"] == "read-kept-rows").ShouldBe(2, "the rows without a date, and the two days together");
    }

    [TestMethod]
    public async Task What_others_wrote_comes_back_as_it_was_and_takes_part_in_no_search()
    {
        (Dataset dataset, BackedUpPlace place) = await PlaceAsync();
        dataset.Duck.Ask("INSERT INTO preprocessed_incidents (number, sys_created_on, combined_incidents_summary, embedding, tech_center) VALUES ('OWN', TIMESTAMP '2026-01-05 10:00:00', 'written by hand', CAST([0.1, 'NaN', 1e-300] AS DOUBLE[]), 'network')");
        await place.Warehouse<IPreprocessedIncidents>().SavePreprocessedAsync([Rows.Preprocessed("A", createdOn: Rows.Day(1))], [], "w", 1);
        BackupManifest backup = await place.BackUpAsync();
        (Dataset other, BackedUpPlace found) = await PlaceAsync(place);

        await found.RestoreAsync(new RestoreOrder(backup.Id));

        const string Embeddings = "SELECT number, embedding, embedding_bytes FROM preprocessed_incidents ORDER BY number";
        other.Duck.Ask(Embeddings).Select(row => row[1]).ShouldBe(dataset.Duck.Ask(Embeddings).Select(row => row[1]));
        other.Duck.Ask(Embeddings)[1][2].ShouldBeNull();
        (await found.Search.FindAsync(new SearchQuery(["text", "written"], new float[] { 1, 2 }, "e", 5))).Count.ShouldBe(0, "no incident of these numbers is stored");
        other.Duck.Ask("SELECT number FROM search_entries").ShouldHaveSingleItem()[0].ShouldBe("A");
        other.Duck.Ask("SELECT value FROM settings WHERE name = 'warehouse.schema'").ShouldHaveSingleItem();
    }

    [TestMethod]
    [DataRow("query", false)]
    [DataRow("query", true)]
    [DataRow("page 0", false)]
    [DataRow("load", true)]
    [DataRow("create", true)]
    [DataRow("delete", false)]
    public async Task A_request_that_fails_or_whose_answer_is_lost_changes_nothing_of_a_backup_and_a_restore(string call, bool isDone)
    {
        (Dataset dataset, BackedUpPlace place) = await PlaceAsync();
        await place.Incidents.UpsertIncidentsAsync([Rows.Incident("A"), Rows.Incident("B")]);
        await place.Warehouse<IPreprocessedIncidents>().SavePreprocessedAsync([Rows.Preprocessed("A", createdOn: Rows.Day(1))], [], "w", 1);
        dataset.Faults.Fail(call, DuckBigQuery.Refusal(HttpStatusCode.ServiceUnavailable, "backendError", "later"), isDone, times: 2);
        BackupManifest backup = await place.BackUpAsync();
        (Dataset other, BackedUpPlace found) = await PlaceAsync(place);
        other.Faults.Fail(call, DuckBigQuery.Refusal(HttpStatusCode.ServiceUnavailable, "backendError", "later"), isDone, times: 2);

        await found.RestoreAsync(new RestoreOrder(backup.Id));

        (await found.StateAsync()).DifferencesFrom(await place.StateAsync()).ShouldBeEmpty();
        other.Duck.Ask("SELECT COUNT(*) FROM incidents")[0][0].ShouldBe("2");
    }

    private async Task<(Dataset Dataset, BackedUpPlace Place)> PlaceAsync(BackedUpPlace? other = null)
    {
        Dataset dataset = new();
        BigQueryWarehouse warehouse = dataset.Warehouse();
        _made.AddRange([warehouse, dataset]);
        await warehouse.InitializeAsync();
        return (dataset, new BackedUpPlace(warehouse, other));
    }

    [GeneratedRegex(@"CREATE TABLE IF NOT EXISTS (?<table>[a-z_]+) \([^()]+\)\nPARTITION BY TIMESTAMP_TRUNC\((?<column>[a-z_]+), DAY\)", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex PartitionPattern();
}
