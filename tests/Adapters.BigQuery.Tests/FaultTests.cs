using System.Net;
using Google;
using Pipeline.Contracts;
using Pipeline.Incidents;
using Pipeline.Preprocessing;
using Pipeline.Storage;

namespace Pipeline.Adapters.BigQuery.Tests;

/// <summary>What becomes of a step when something goes wrong on the way to BigQuery. docs/bigquery.md has the table.</summary>
[TestClass]
public sealed class FaultTests : IDisposable
{
    private readonly Dataset _dataset = new();
    private readonly BigQueryWarehouse _warehouse;

    public FaultTests() => _warehouse = _dataset.Warehouse();

    private FaultyBigQuery Faults => _dataset.Faults;

    private static GoogleApiException Unavailable => DuckBigQuery.Refusal(HttpStatusCode.ServiceUnavailable, "backendError", "Try again");

    private static HttpRequestException Dropped => new("The connection was closed.");

    [TestInitialize]
    public Task Open() => _warehouse.InitializeAsync();

    public void Dispose()
    {
        _warehouse.Dispose();
        _dataset.Dispose();
    }

    [TestMethod]
    [DataRow("query", true)]
    [DataRow("query", false)]
    [DataRow("load", true)]
    [DataRow("load", false)]
    [DataRow("create", true)]
    public async Task A_request_whose_answer_is_lost_is_sent_again_and_finds_what_it_made(string call, bool isRefused)
    {
        int before = _dataset.Duck.Jobs.Count;
        Faults.Fail(call, isRefused ? Unavailable : Dropped, isDone: true);

        (await _warehouse.UpsertIncidentsAsync([Rows.Incident("A"), Rows.Incident("B")])).ShouldBe(new UpsertOutcome(2, 0, 0));

        (_dataset.Duck.Jobs.Count - before).ShouldBe(2, "one load and one transaction");
        (await _warehouse.CountChangesAsync(0)).ShouldBe(2);
    }

    [TestMethod]
    public async Task Looking_at_a_job_is_repeated_and_the_job_is_not()
    {
        int before = _dataset.Duck.Jobs.Count;
        int looks = 0;
        Faults.Hold = Held.Committed;
        Faults.OnCall = call =>
        {
            if (call is "find" && ++looks < 4)
            {
                Faults.Hold = null;
                throw looks % 2 == 0 ? Unavailable : Dropped;
            }
        };

        await _warehouse.SetSettingAsync("a", "1");

        looks.ShouldBeGreaterThanOrEqualTo(4);
        (_dataset.Duck.Jobs.Count - before).ShouldBe(1);
        (await _warehouse.GetSettingAsync("a")).ShouldBe("1");
    }

    [TestMethod]
    public async Task A_dropped_page_is_asked_for_again_by_its_token()
    {
        using Dataset paged = new(new DuckBigQuery { RowsPerPage = 100 });
        using BigQueryWarehouse warehouse = paged.Warehouse();
        await warehouse.SavePreprocessedAsync([.. Enumerable.Range(0, 1000).Select(i => Rows.Preprocessed($"{i:0000}"))], [], "w", 1);
        paged.Faults.Fail("page 500", Dropped);
        int before = paged.Duck.Jobs.Count;

        List<string> read = await NumbersAsync(warehouse);

        read.ShouldBe(Enumerable.Range(0, 1000).Select(i => $"{i:0000}"));
        (paged.Duck.Jobs.Count - before).ShouldBe(1);
        paged.Faults.Calls.Count(call => call is "page 500").ShouldBe(2);
    }

    [TestMethod]
    public async Task A_cancelled_write_is_cancelled_in_BigQuery_too_and_stores_nothing()
    {
        using CancellationTokenSource cancellation = new();
        Faults.Hold = Held.Lost;
        Faults.OnCall = call => CancelAt("find", call, cancellation);

        await Should.ThrowAsync<OperationCanceledException>(() => _warehouse.SetSettingAsync("a", "1", cancellation.Token));

        Count("cancel").ShouldBeGreaterThan(0);
        Faults.Hold = null;
        (await _warehouse.GetSettingAsync("a")).ShouldBeNull();
    }

    [TestMethod]
    public async Task A_write_that_had_committed_when_it_was_cancelled_has_succeeded()
    {
        using CancellationTokenSource cancellation = new();
        Faults.Hold = Held.Committed;
        Faults.OnCall = call => CancelAt("find", call, cancellation);

        await _warehouse.SetSettingAsync("a", "1", cancellation.Token);

        Count("cancel").ShouldBeGreaterThan(0);
        Faults.Hold = null;
        (await _warehouse.GetSettingAsync("a")).ShouldBe("1");
    }

    [TestMethod]
    public async Task A_load_that_is_cancelled_leaves_no_table()
    {
        using CancellationTokenSource cancellation = new();
        Faults.OnCall = call => CancelAt("load", call, cancellation);

        await Should.ThrowAsync<OperationCanceledException>(() => _warehouse.UpsertIncidentsAsync([Rows.Incident("A")], cancellation.Token));

        (await _warehouse.CountChangesAsync(0)).ShouldBe(0);
        await NoStagingTableIsLeftAsync();
    }

    [TestMethod]
    public async Task A_job_that_takes_too_long_is_cancelled_and_says_so()
    {
        using BigQueryWarehouse hasty = _dataset.Warehouse(Dataset.Options with { JobLimit = TimeSpan.FromMilliseconds(50) });
        await hasty.InitializeAsync();
        Faults.Hold = Held.Lost;

        WarehouseException late = await Should.ThrowAsync<WarehouseException>(() => hasty.SetSettingAsync("a", "1"));

        late.Message.ShouldContain("BigQuery:TimeoutSeconds");
        late.Message.ShouldContain("nothing of it was stored");
        Count("cancel").ShouldBeGreaterThan(0);
    }

    [TestMethod]
    [DataRow(HttpStatusCode.RequestTimeout, "")]
    [DataRow(HttpStatusCode.TooManyRequests, "rateLimitExceeded")]
    [DataRow(HttpStatusCode.Forbidden, "rateLimitExceeded")]
    [DataRow(HttpStatusCode.BadGateway, "")]
    public async Task What_passes_is_sent_again(HttpStatusCode status, string reason)
    {
        Faults.Fail("query", DuckBigQuery.Refusal(status, reason, "later"), times: 3);

        await _warehouse.SetSettingAsync("a", "1");

        (await _warehouse.GetSettingAsync("a")).ShouldBe("1");
    }

    [TestMethod]
    public async Task A_request_is_sent_no_more_often_than_the_setting_says()
    {
        int before = Count("query");
        Faults.Fail("query", Unavailable, times: 100);

        (await Should.ThrowAsync<WarehouseException>(() => _warehouse.SetSettingAsync("a", "1"))).Message.ShouldContain("Run this step again later");

        (Count("query") - before).ShouldBe(Dataset.Options.Attempts);
    }

    [TestMethod]
    [DataRow(400, "bytesBilledLimitExceeded", "BigQuery:MaximumGigabytesBilled")]
    [DataRow(400, "resourcesExceeded", "Training:WindowMonths")]
    [DataRow(403, "responseTooLarge", "Preprocessing:BatchSize")]
    [DataRow(403, "accessDenied", "BigQuery Job User")]
    [DataRow(404, "notFound", "BigQuery:Dataset")]
    [DataRow(401, "authError", "does not know who asks")]
    [DataRow(400, "invalidQuery", "was refused")]
    public async Task What_is_refused_says_how_to_mend_it_and_is_not_sent_again(int status, string reason, string expected)
    {
        int before = Count("query");
        Faults.Fail("query", DuckBigQuery.Refusal((HttpStatusCode)status, reason, "in Google's words"));

        WarehouseException failure = await Should.ThrowAsync<WarehouseException>(() => _warehouse.CountChangesAsync(0));

        failure.Message.ShouldContain(expected);
        failure.Message.ShouldContain("a-project.pipeline");
        failure.Message.ShouldContain("in Google's words");
        (Count("query") - before).ShouldBe(1);
    }

    [TestMethod]
    public async Task Part_of_a_load_that_fails_is_loaded_again_and_the_rest_is_not()
    {
        using BigQueryWarehouse small = _dataset.Warehouse(Dataset.Options with { LoadBytes = 1 });
        await small.InitializeAsync();
        Faults.Fail("load", Unavailable, isDone: true);

        await small.SavePreprocessedAsync([.. Enumerable.Range(0, 9).Select(i => Rows.Preprocessed($"{i}"))], [], "w", 1);

        _dataset.Duck.Jobs.OfType<LoadJob>().Count().ShouldBe(9);
        (await NumbersAsync(small)).Count.ShouldBe(9);
    }

    [TestMethod]
    public async Task A_load_that_breaks_off_halfway_stores_nothing_and_leaves_no_table()
    {
        using BigQueryWarehouse small = _dataset.Warehouse(Dataset.Options with { LoadBytes = 1 });
        await small.InitializeAsync();
        int loads = 0;
        Faults.OnCall = call =>
        {
            if (call is "load" && ++loads > 1)
            {
                throw DuckBigQuery.Refusal(HttpStatusCode.Forbidden, "quotaExceeded", "No more loads");
            }
        };

        WarehouseException failure = await Should.ThrowAsync<WarehouseException>(() => small.SavePreprocessedAsync([Rows.Preprocessed("A"), Rows.Preprocessed("B")], [], "w", 1));

        failure.Message.ShouldContain("quota");
        (await NumbersAsync(small)).ShouldBeEmpty();
        (await small.GetWatermarkAsync("w")).ShouldBe(0);
        await NoStagingTableIsLeftAsync();
    }

    [TestMethod]
    public async Task A_confidence_that_is_no_number_is_refused_with_its_incident()
    {
        WarehouseException refused = await Should.ThrowAsync<WarehouseException>(() => _warehouse.SavePredictionsAsync([Rows.Answer("A"), Rows.Answer("INC7") with { Confidence = double.NaN }]));

        refused.Message.ShouldContain("'INC7'");
        refused.Message.ShouldContain("NaN");
    }

    [TestMethod]
    public async Task Eight_processes_that_write_at_once_all_get_their_turn()
    {
        BigQueryWarehouse[] processes = [.. Enumerable.Range(0, 8).Select(_ => _dataset.Warehouse(Dataset.Options with { Attempts = 1 }))];

        await Task.WhenAll(processes.Select((process, i) => Task.Run(async () =>
        {
            for (int write = 0; write < 6; write++)
            {
                await process.UpsertIncidentsAsync([Rows.Incident($"{i}-{write}")]);
            }
        })));

        IReadOnlyList<IncidentChange> changes = await _warehouse.ReadChangesAsync(0, 100);
        changes.Select(change => change.Sequence).ShouldBe(Enumerable.Range(1, 48).Select(i => (long)i));
        foreach (BigQueryWarehouse process in processes)
        {
            process.Dispose();
        }
    }

    [TestMethod]
    public async Task The_last_day_of_the_calendar_is_a_day_like_others()
    {
        DateTimeOffset last = new(9999, 12, 31, 23, 59, 59, TimeSpan.Zero);
        await _warehouse.UpsertIncidentsAsync([Rows.Incident("A", createdOn: last), Rows.Incident("B")]);
        await _warehouse.SavePreprocessedAsync([Rows.Preprocessed("A", createdOn: last)], [], "w", 1);

        (await _warehouse.ReadChangesAsync(0, 10)).Select(change => change.Incident.CreatedOn).ShouldBe([last, Rows.Day(1)]);
        (await _warehouse.FindEmbeddingsAsync("e", ["h"])).Count.ShouldBe(1);
        (await _warehouse.ReadOpenedAsync(last, DateTimeOffset.MaxValue, null, 10)).Count.ShouldBe(1);
        (await _warehouse.ReadUnpredictedAsync("network", "e", "v", null, 10)).ShouldHaveSingleItem().CreatedOn.ShouldBe(last);
    }

    private static void CancelAt(string at, string call, CancellationTokenSource cancellation)
    {
        if (string.Equals(call, at, StringComparison.Ordinal))
        {
            cancellation.Cancel();
        }
    }

    private static async Task<List<string>> NumbersAsync(BigQueryWarehouse warehouse)
    {
        List<string> read = [];
        await foreach (PreprocessedIncident incident in warehouse.ReadWindowAsync("network", "e", Rows.Day(1), Rows.Day(2)))
        {
            read.Add(incident.Number);
        }

        return read;
    }

    private int Count(string call) => Faults.Calls.Count(made => string.Equals(made, call, StringComparison.Ordinal));

    private async Task NoStagingTableIsLeftAsync()
    {
        _dataset.Duck.Staged.ShouldNotBeEmpty();
        foreach (StagingTable table in _dataset.Duck.Staged)
        {
            (await Should.ThrowAsync<GoogleApiException>(() => _dataset.Duck.FindTableAsync(table.Name, CancellationToken.None))).HttpStatusCode.ShouldBe(HttpStatusCode.NotFound);
        }
    }
}
