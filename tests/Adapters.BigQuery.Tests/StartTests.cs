using Pipeline.Contracts;
using Pipeline.Incidents;
using Pipeline.Storage;

namespace Pipeline.Adapters.BigQuery.Tests;

/// <summary>What the first use finds in the dataset, and makes of it.</summary>
[TestClass]
public sealed class StartTests : IDisposable
{
    // As someone makes them who reads the mission and nothing else.
    private const string OthersTables = """
        CREATE TABLE preprocessed_incidents (number VARCHAR NOT NULL, sys_created_on TIMESTAMP NOT NULL, combined_incidents_summary VARCHAR NOT NULL, embedding DOUBLE[], tech_center VARCHAR NOT NULL);
        CREATE TABLE incident_predictions (incident_id VARCHAR NOT NULL, tech_center VARCHAR NOT NULL, predicted_cluster_id BIGINT NOT NULL, predicted_cluster_label VARCHAR NOT NULL, predicted_domain_id BIGINT NOT NULL,
            predicted_domain_name VARCHAR NOT NULL, confidence_score DOUBLE NOT NULL, prediction_timestamp TIMESTAMP NOT NULL, model_table_used VARCHAR NOT NULL, blob_model_path VARCHAR NOT NULL);
        """;

    private readonly Dataset _dataset = new();

    public void Dispose() => _dataset.Dispose();

    [TestMethod]
    public async Task The_dataset_and_all_tables_are_made_as_the_statements_say_and_a_second_start_changes_nothing()
    {
        await StartAsync();
        _dataset.Duck.HasDataset.ShouldBeTrue();
        int jobs = _dataset.Duck.Jobs.Count;

        await StartAsync();

        (_dataset.Duck.Jobs.Count - jobs).ShouldBe(1, "the version of the tables is read");
        foreach ((string name, IReadOnlyList<StagedColumn> columns) in BigQueryTables.All)
        {
            TableState state = await _dataset.Duck.FindTableAsync(name, CancellationToken.None);
            state.Columns.Select(column => column.Name).ShouldBe(columns.Select(column => column.Name));
            BigQueryTables.Completion("here", name, state).ShouldBeNull();
        }
    }

    [TestMethod]
    public async Task A_table_that_is_gone_is_made_anew()
    {
        await StartAsync();
        _dataset.Duck.Ask("DROP TABLE measures");

        using BigQueryWarehouse warehouse = _dataset.Warehouse();
        await warehouse.SaveMeasuresAsync([new(Rows.Day(1), null, null, "a", 1)]);

        (await warehouse.PurgeMeasuresAsync(Rows.Day(2))).ShouldBe(1);
    }

    [TestMethod]
    public async Task A_lock_that_was_emptied_is_filled()
    {
        await StartAsync();
        _dataset.Duck.Ask("DELETE FROM write_lock");

        using BigQueryWarehouse warehouse = _dataset.Warehouse();
        await warehouse.SetSettingAsync("a", "1");

        _dataset.Duck.Ask("SELECT COUNT(*) FROM write_lock")[0][0].ShouldBe("1");
    }

    [TestMethod]
    public async Task A_lock_that_is_emptied_under_way_lets_nothing_be_written()
    {
        using BigQueryWarehouse warehouse = _dataset.Warehouse();
        await warehouse.InitializeAsync();
        _dataset.Duck.Ask("DELETE FROM write_lock");

        (await Should.ThrowAsync<WarehouseException>(() => warehouse.SetSettingAsync("a", "1"))).Message.ShouldContain("start the program again");
        (await warehouse.GetSettingAsync("a")).ShouldBeNull();
    }

    [TestMethod]
    [DataRow("CREATE TABLE measures (time TIMESTAMP NOT NULL, tech_center VARCHAR, version BIGINT, name VARCHAR NOT NULL, value DOUBLE NOT NULL)", "measures.version", "INT64; it must be STRING")]
    [DataRow("CREATE TABLE preprocessed_incidents (number VARCHAR NOT NULL, embedding VARCHAR)", "preprocessed_incidents.embedding", "STRING; it must be ARRAY<FLOAT64>")]
    [DataRow("CREATE TABLE settings (name VARCHAR NOT NULL, value VARCHAR NOT NULL, owner VARCHAR NOT NULL)", "settings.owner", "DROP NOT NULL")]
    public async Task A_column_that_the_program_cannot_use_is_named(string table, string column, string expected)
    {
        await HaveAsync(table);

        WarehouseException refused = await Should.ThrowAsync<WarehouseException>(StartAsync);

        refused.Message.ShouldContain(column);
        refused.Message.ShouldContain(expected);
    }

    [TestMethod]
    public async Task Tables_that_others_made_are_completed_and_what_others_write_into_them_stays()
    {
        await HaveAsync(OthersTables);
        _dataset.Duck.Ask("INSERT INTO preprocessed_incidents (number, sys_created_on, combined_incidents_summary, embedding, tech_center) VALUES ('INC1', TIMESTAMP '2026-01-01 00:00:00', 'vpn drops', [0.1, 0.2], 'network')");
        _dataset.Duck.Ask("INSERT INTO incident_predictions VALUES ('INC1', 'network', 3, 'vpn', 1, 'net', 0.5, TIMESTAMP '2026-01-02 00:00:00', 'network/2026_q2', 'hdbscan-models/network/2026_q2')");
        using BigQueryWarehouse warehouse = _dataset.Warehouse();

        await warehouse.SavePreprocessedAsync([Rows.Preprocessed("undated")], [], "w", 1);

        _dataset.Duck.Ask("INSERT INTO preprocessed_incidents (number, sys_created_on, combined_incidents_summary, embedding, tech_center) VALUES ('INC2', TIMESTAMP '2026-01-01 00:00:00', 'vpn drops', [0.1, 0.2], 'network')");
        _dataset.Duck.Ask("SELECT number FROM preprocessed_incidents ORDER BY number").Select(row => row[0]).ShouldBe(["INC1", "INC2", "undated"]);
        (await warehouse.ReadPredictedAsync().ToArrayAsync()).ShouldHaveSingleItem().Prediction.PredictedAt.ShouldBe(new DateTimeOffset(2026, 1, 2, 0, 0, 0, TimeSpan.Zero));
    }

    [TestMethod]
    public async Task An_embedding_in_bytes_of_an_early_version_gives_its_name_to_the_array()
    {
        await HaveAsync("CREATE TABLE preprocessed_incidents (number VARCHAR NOT NULL, sys_created_on TIMESTAMP, tech_center VARCHAR NOT NULL, content_hash VARCHAR, embedder VARCHAR, combined_incidents_summary VARCHAR NOT NULL, embedding BLOB)");
        _dataset.Duck.Ask("INSERT INTO preprocessed_incidents VALUES ('A', TIMESTAMP '2026-01-01 10:00:00', 'network', 'h', 'e', 'text', from_base64('AACAPw=='))");
        using BigQueryWarehouse warehouse = _dataset.Warehouse();

        (await warehouse.FindEmbeddingsAsync("e", ["h"]))["h"].ToArray().ShouldBe([1f]);
    }

    [TestMethod]
    public async Task Tables_of_a_newer_program_are_refused()
    {
        using (BigQueryWarehouse warehouse = _dataset.Warehouse())
        {
            await warehouse.SetSettingAsync("warehouse.schema", "99");
        }

        (await Should.ThrowAsync<WarehouseException>(StartAsync)).Message.ShouldContain("schema version 99");
    }

    [TestMethod]
    public async Task Rows_that_others_write_into_incidents_are_changes_and_an_import_replaces_them()
    {
        using BigQueryWarehouse warehouse = _dataset.Warehouse();
        await warehouse.UpsertIncidentsAsync([Rows.Incident("A")]);
        _dataset.Duck.Ask("INSERT INTO incidents (number, sys_created_on, texts, tech_center) VALUES ('B', TIMESTAMP '2026-01-03 08:30:00', ['by hand'], 'network'), ('C', NULL, ['undated'], 'network')");

        (await warehouse.CountChangesAsync(1)).ShouldBe(2);
        IReadOnlyList<IncidentChange> changes = await warehouse.ReadChangesAsync(1, 10);

        changes.Select(change => (change.Sequence, change.Incident.Number, change.Incident.CreatedOn)).ShouldBe([(2, "B", Rows.Day(3)), (3, "C", null)]);
        (await warehouse.UpsertIncidentsAsync([Rows.Incident("B"), Rows.Incident("C")])).ShouldBe(new UpsertOutcome(0, 2, 0));
        (await warehouse.ReadChangesAsync(0, 10)).Select(change => change.Incident.Number).ShouldBe(["A", "B", "C"]);
    }

    // A dataset that is there, with a table in it.
    private async Task HaveAsync(string tables)
    {
        await _dataset.Duck.CreateDatasetAsync(new Dictionary<string, string>(StringComparer.Ordinal), CancellationToken.None);
        _dataset.Duck.Ask(tables);
    }

    private async Task StartAsync()
    {
        using BigQueryWarehouse warehouse = _dataset.Warehouse();
        await warehouse.InitializeAsync();
    }
}
