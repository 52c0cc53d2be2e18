using System.Text.Json.Nodes;
using Pipeline.Contracts;
using Pipeline.Incidents;
using Pipeline.Preprocessing;
using Pipeline.Storage;

namespace Pipeline.Adapters.BigQuery.Tests;

/// <summary>The warehouse over the real client, against a server that speaks BigQuery's protocol.</summary>
[TestClass]
public sealed class BigQueryProtocolTests : IAsyncDisposable
{
    private static readonly string[] CountColumns = ["added:INTEGER", "changed:INTEGER"];
    private static readonly string[] PreprocessedColumns =
    [
        "number:STRING", "created_ticks:INTEGER", "tech_center:STRING", "content_hash:STRING", "embedder:STRING", "combined_incidents_summary:STRING", "embedding_bytes:BYTES",
    ];

    private readonly FakeBigQuery _server = new();

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [TestMethod]
    public async Task Incidents_are_loaded_into_a_staging_table_merged_from_there_and_the_table_is_deleted()
    {
        _server.Answer = (_, _) => FakeBigQuery.Rows(CountColumns, [1, 1]);
        using BigQueryWarehouse warehouse = _server.Warehouse();

        UpsertOutcome outcome = await warehouse.UpsertIncidentsAsync([Rows.Incident("A"), Rows.Incident("B", "o'neill"), Rows.Incident("C")]);

        outcome.ShouldBe(new UpsertOutcome(1, 1, 1));
        _server.Uploads.Single().Split('\n', StringSplitOptions.RemoveEmptyEntries).Length.ShouldBe(3);
        string staging = _server.Requests.Single(request => request.StartsWith("DELETE", StringComparison.Ordinal)).Split('/')[^1];
        JsonNode query = _server.Queries.Single()["query"]!;
        query["query"]!.GetValue<string>().ShouldContain($"FROM `{staging}` AS staged");
        query["query"]!.GetValue<string>().ShouldNotContain("o'neill");
        query["useLegacySql"]!.GetValue<bool>().ShouldBeFalse();
        query["defaultDataset"]!["datasetId"]!.GetValue<string>().ShouldBe("pipeline");
        query["maximumBytesBilled"]!.ToString().ShouldBe("100000000000");
    }

    [TestMethod]
    public async Task A_transaction_that_met_another_is_tried_again_on_what_was_loaded()
    {
        int attempts = 0;
        _server.Answer = (_, _) => ++attempts < 3
            ? FakeBigQuery.Error(400, "invalidQuery", "Transaction is aborted due to concurrent update against table a-project:pipeline.write_lock.")
            : FakeBigQuery.Rows(CountColumns, [2, 0]);
        using BigQueryWarehouse warehouse = _server.Warehouse();

        (await warehouse.UpsertIncidentsAsync([Rows.Incident("A"), Rows.Incident("B")])).Added.ShouldBe(2);

        attempts.ShouldBe(3);
        _server.Uploads.Count.ShouldBe(1);
    }

    [TestMethod]
    [DataRow(400, "invalidQuery", "Transaction is aborted due to concurrent update against table x.", "Others kept writing to the BigQuery dataset 'a-project.pipeline': after 4 attempts", 4)]
    [DataRow(400, "bytesBilledLimitExceeded", "Query exceeded limit", "BigQuery:MaximumGigabytesBilled", 1)]
    [DataRow(403, "accessDenied", "Access Denied", "BigQuery Job User", 1)]
    [DataRow(404, "notFound", "Not found: Dataset", "BigQuery:Dataset", 1)]
    [DataRow(503, "backendError", "Try again", "Run this step again later.", 4)]
    [DataRow(400, "invalidQuery", "Syntax error", "was refused", 1)]
    public async Task A_failure_says_what_where_and_how_to_mend_it(int status, string reason, string message, string expected, int attempts)
    {
        _server.Answer = (_, _) => FakeBigQuery.Error(status, reason, message);
        using BigQueryWarehouse warehouse = _server.Warehouse();

        WarehouseException failure = await Should.ThrowAsync<WarehouseException>(() => warehouse.CountChangesAsync(0));

        failure.Message.ShouldContain(expected);
        failure.Message.ShouldContain(message);
        _server.Queries.Count.ShouldBe(attempts);
    }

    [TestMethod]
    public async Task A_failed_write_deletes_its_staging_table_too()
    {
        _server.Answer = (_, _) => FakeBigQuery.Error(403, "accessDenied", "Access Denied");
        using BigQueryWarehouse warehouse = _server.Warehouse();

        await Should.ThrowAsync<WarehouseException>(() => warehouse.SavePreprocessedAsync([Rows.Preprocessed("A")], [], "w", 1));

        _server.Requests.Count(request => request.StartsWith("DELETE", StringComparison.Ordinal)).ShouldBe(1);
    }

    [TestMethod]
    public async Task A_failed_load_is_tried_again_only_where_its_reason_passes_and_leaves_no_table()
    {
        int loads = 0;
        _server.Load = () => ++loads == 1 ? Failed("backendError", "Try again") : new JsonObject { ["state"] = "DONE" };
        _server.Answer = (_, _) => FakeBigQuery.Rows(CountColumns, [1, 0]);
        using BigQueryWarehouse warehouse = _server.Warehouse();

        await warehouse.UpsertIncidentsAsync([Rows.Incident("A")]);

        _server.Uploads.Distinct(StringComparer.Ordinal).Count().ShouldBe(1);
        _server.Loads.ShouldAllBe(load => load["load"]!["writeDisposition"]!.ToString().Equals("WRITE_TRUNCATE", StringComparison.Ordinal));
        _server.Loads.Count.ShouldBe(2);
        _server.Tables.ShouldBeEmpty();

        _server.Load = () => Failed("invalid", "Error while reading data");
        WarehouseException failure = await Should.ThrowAsync<WarehouseException>(() => warehouse.UpsertIncidentsAsync([Rows.Incident("A")]));

        failure.Message.ShouldContain("a-project.pipeline");
        failure.Message.ShouldContain("Error while reading data");
        _server.Loads.Count.ShouldBe(3);
        _server.Queries.Count.ShouldBe(1);
        _server.Tables.ShouldBeEmpty();
    }

    [TestMethod]
    public async Task Cancelling_ends_the_wait_for_a_query_and_deletes_the_staging_table()
    {
        using CancellationTokenSource cancellation = new();
        _server.Answer = (_, _) =>
        {
            cancellation.Cancel();
            return new JsonObject { ["jobComplete"] = false };
        };
        using BigQueryWarehouse warehouse = _server.Warehouse();

        await Should.ThrowAsync<OperationCanceledException>(() => warehouse.UpsertIncidentsAsync([Rows.Incident("A")], cancellation.Token));

        _server.Queries.Count.ShouldBe(1);
        _server.Tables.ShouldBeEmpty();
    }

    [TestMethod]
    public async Task Cancelling_ends_the_wait_for_a_load_and_deletes_the_staging_table()
    {
        using CancellationTokenSource cancellation = new();
        _server.Load = () =>
        {
            cancellation.CancelAfter(50);
            return new JsonObject { ["state"] = "RUNNING" };
        };
        using BigQueryWarehouse warehouse = _server.Warehouse();

        await Should.ThrowAsync<OperationCanceledException>(() => warehouse.UpsertIncidentsAsync([Rows.Incident("A")], cancellation.Token));

        _server.Queries.ShouldBeEmpty();
        _server.Tables.ShouldBeEmpty();
    }

    [TestMethod]
    public async Task A_window_is_read_page_by_page_and_exactly()
    {
        PreprocessedIncident[] incidents = [Rows.Preprocessed("A", createdOn: Rows.Day(3).AddTicks(3), embedding: [1.5f, -0f, float.Epsilon]), Rows.Preprocessed("B")];
        _server.Answer = (_, pageToken) =>
        {
            JsonObject page = FakeBigQuery.Rows(PreprocessedColumns, Row(incidents[pageToken is null ? 0 : 1]));
            page["totalRows"] = "2";
            if (pageToken is null)
            {
                page["pageToken"] = "second";
            }

            return page;
        };
        using BigQueryWarehouse warehouse = _server.Warehouse();

        List<PreprocessedIncident> read = [];
        await foreach (PreprocessedIncident incident in warehouse.ReadWindowAsync("network", "e", Rows.Day(1), Rows.Day(5)))
        {
            read.Add(incident);
        }

        read.Select(incident => incident.Number).ShouldBe(["A", "B"]);
        read[0].CreatedOn.ShouldBe(incidents[0].CreatedOn);
        read[1].CreatedOn.ShouldBeNull();
        read[0].Embedding.ToArray().Select(BitConverter.SingleToInt32Bits).ShouldBe(incidents[0].Embedding.ToArray().Select(BitConverter.SingleToInt32Bits));
        string[] parameters = [.. _server.Queries.Single()["query"]!["queryParameters"]!.AsArray().Select(parameter => $"{parameter!["name"]}={parameter["parameterValue"]!["value"]}")];
        parameters.ShouldContain(parameter => parameter.Equals("techCenter=network", StringComparison.Ordinal));
        parameters.ShouldContain(parameter => parameter.Equals($"fromTicks={Rows.Day(1).UtcTicks}", StringComparison.Ordinal));
        parameters.ShouldContain(parameter => parameter.StartsWith("firstInstant=2026-01-01 00:00:00", StringComparison.Ordinal));
    }

    [TestMethod]
    public async Task Changed_incidents_are_read_from_their_days_only()
    {
        _server.Answer = (sql, _) => sql.Contains("AS found", StringComparison.Ordinal)
            ? FakeBigQuery.Rows(["found:INTEGER", "last_sequence:INTEGER", "first_day:TIMESTAMP", "last_day:TIMESTAMP"], [1, 7, Microseconds(Rows.Day(3)), Microseconds(Rows.Day(4))])
            : FakeBigQuery.Rows(
                ["change_sequence:INTEGER", "number:STRING", "created_ticks:INTEGER", "updated_ticks:INTEGER", "texts:STRING[]", "tech_center:STRING"],
                [7, "A", Rows.Day(3).UtcTicks, null, new[] { "one", "" }, "network"]);
        using BigQueryWarehouse warehouse = _server.Warehouse();

        IncidentChange change = (await warehouse.ReadChangesAsync(3, 10)).Single();

        change.Sequence.ShouldBe(7);
        change.Incident.Texts.ShouldBe(["one", ""]);
        change.Incident.CreatedOn.ShouldBe(Rows.Day(3));
        change.Incident.UpdatedOn.ShouldBeNull();
        string[] days = [.. _server.Queries.Last()["query"]!["queryParameters"]!.AsArray().Select(p => $"{p!["name"]}={p["parameterValue"]!["value"]}").Where(p => p.Contains("Instant", StringComparison.Ordinal))];
        days[0].ShouldStartWith("firstInstant=2026-01-03 00:00:00");
        days[1].ShouldStartWith("lastInstant=2026-01-04 23:59:59.999999");
    }

    [TestMethod]
    public async Task Changed_credentials_are_used_from_the_next_step_on()
    {
        string? key = "first";
        List<string?> used = [];
        BigQueryOptions options = new() { ProjectId = "a-project" };
        using BigQueryWarehouse warehouse = new(options, () => key, (json, _) =>
        {
            used.Add(json);
            return Task.FromResult(_server.Client());
        });

        await warehouse.GetSettingAsync("a");
        await warehouse.GetSettingAsync("a");
        key = "second";
        await warehouse.GetSettingAsync("a");

        used.ShouldBe(["first", "second"]);
    }

    [TestMethod]
    public async Task Nothing_to_store_asks_nothing_of_BigQuery()
    {
        using BigQueryWarehouse warehouse = _server.Warehouse();
        (await warehouse.UpsertIncidentsAsync([])).ShouldBe(new UpsertOutcome(0, 0, 0));
        await warehouse.SavePredictionsAsync([]);
        (await warehouse.FindEmbeddingsAsync("e", [])).ShouldBeEmpty();
        _server.Requests.ShouldBeEmpty();
    }

    [TestMethod]
    public async Task Credentials_of_a_person_or_a_broken_key_are_refused_without_quoting_them()
    {
        foreach (string json in (string[])["""{ "type": "authorized_user", "refresh_token": "secret" }""", "secret", """{ "type": "service_account", "private_key": "secret", "client_email": "a@b" }"""])
        {
            using BigQueryWarehouse warehouse = new(new BigQueryOptions { ProjectId = "a-project" }, () => json);
            WarehouseException refused = await Should.ThrowAsync<WarehouseException>(() => warehouse.GetSettingAsync("a"));
            refused.Message.ShouldContain("BigQuery:Credentials");
            refused.ToString().ShouldNotContain("secret");
        }
    }

    private static JsonObject Failed(string reason, string message) => new()
    {
        ["state"] = "DONE",
        ["errorResult"] = new JsonObject { ["reason"] = reason, ["message"] = message },
        ["errors"] = new JsonArray(new JsonObject { ["reason"] = reason, ["message"] = message }),
    };

    private static object?[] Row(PreprocessedIncident incident) =>
    [
        incident.Number, incident.CreatedOn?.UtcTicks, incident.TechCenter, incident.ContentHash, incident.Embedder, incident.Summary, BigQueryFormat.Embedding(incident.Embedding.Span),
    ];

    private static long Microseconds(DateTimeOffset date) => (date - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;
}
