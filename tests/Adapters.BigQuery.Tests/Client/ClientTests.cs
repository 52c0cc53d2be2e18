using System.Net;
using System.Text.Json.Nodes;
using Pipeline.Contracts;
using Pipeline.Incidents;
using Pipeline.Preprocessing;
using Pipeline.Storage;

namespace Pipeline.Adapters.BigQuery.Tests;

/// <summary>What Google's client sends for the port's calls, and that it sends nothing of its own accord.</summary>
[TestClass]
public sealed class ClientTests : IAsyncDisposable
{
    private readonly Dataset _dataset = new(new DuckBigQuery { RowsPerPage = 100 });
    private readonly LoopbackBigQuery _server;
    private readonly BigQueryWarehouse _warehouse;

    public ClientTests()
    {
        _server = new LoopbackBigQuery(_dataset.Faults);
        _warehouse = new BigQueryWarehouse(Dataset.Options with { Endpoint = _server.Address }, () => null, GoogleBigQuery.Connect);
    }

    [TestInitialize]
    public Task Open() => _warehouse.InitializeAsync();

    public async ValueTask DisposeAsync()
    {
        _warehouse.Dispose();
        await _server.DisposeAsync();
        _dataset.Dispose();
    }

    [TestMethod]
    public async Task A_job_has_an_id_of_ours_the_labels_the_limit_and_the_dataset()
    {
        await _warehouse.UpsertIncidentsAsync([Rows.Incident("A", "o'neill")]);

        JsonNode query = _server.Jobs.Last();
        ((string)query["jobReference"]!["jobId"]!).ShouldStartWith("pipeline_");
        ((string)query["jobReference"]!["location"]!).ShouldBe("EU");
        ((string)query["configuration"]!["labels"]!["step"]!).ShouldBe("upsert-incidents");
        query["configuration"]!["query"]!["maximumBytesBilled"]!.ToString().ShouldBe("100000000000");
        ((string)query["configuration"]!["query"]!["defaultDataset"]!["datasetId"]!).ShouldBe("pipeline");
        ((bool)query["configuration"]!["query"]!["useLegacySql"]!).ShouldBeFalse();
        ((string)query["configuration"]!["query"]!["query"]!).ShouldNotContain("o'neill");
        _server.Requests.ShouldContain(request => request.Contains("formatOptions.useInt64Timestamp=true", StringComparison.OrdinalIgnoreCase));
    }

    [TestMethod]
    public async Task A_request_that_was_accepted_and_answered_with_503_finds_its_job()
    {
        int before = _dataset.Duck.Jobs.Count;
        _dataset.Faults.Fail("load", Unavailable, isDone: true);

        (await _warehouse.UpsertIncidentsAsync([Rows.Incident("A")])).ShouldBe(new UpsertOutcome(1, 0, 0));

        (_dataset.Duck.Jobs.Count - before).ShouldBe(2);
    }

    [TestMethod]
    [DataRow("query")]
    [DataRow("load")]
    [DataRow("table")]
    public async Task The_client_does_not_repeat_what_the_adapter_repeats(string call)
    {
        int before = _dataset.Faults.Calls.Count(made => made == call);
        _dataset.Faults.Fail(call, Unavailable, times: 100);

        await Should.ThrowAsync<WarehouseException>(() => call is "table" ? _warehouse.InitializeAsync() : _warehouse.UpsertIncidentsAsync([Rows.Incident("A")]));

        (_dataset.Faults.Calls.Count(made => made == call) - before).ShouldBe(call is "table" ? Dataset.Options.Attempts * BigQueryTables.All.Count : Dataset.Options.Attempts);
    }

    [TestMethod]
    public async Task Pages_follow_each_other_by_their_tokens()
    {
        await _warehouse.SavePreprocessedAsync([.. Enumerable.Range(0, 350).Select(i => Rows.Preprocessed($"{i:000}"))], [], "w", 1);
        _dataset.Faults.Fail("page 200", Unavailable);

        PreprocessedIncident[] window = await _warehouse.ReadWindowAsync("network", "e", Rows.Day(1), Rows.Day(2)).ToArrayAsync();

        window.Select(incident => incident.Number).ShouldBe(Enumerable.Range(0, 350).Select(i => $"{i:000}"));
    }

    [TestMethod]
    public async Task Cancelling_reaches_the_job()
    {
        using CancellationTokenSource cancellation = new();
        _dataset.Faults.Hold = Held.Lost;
        _dataset.Faults.OnCall = call =>
        {
            if (call is "find")
            {
                cancellation.Cancel();
            }
        };

        await Should.ThrowAsync<OperationCanceledException>(() => _warehouse.SetSettingAsync("a", "1", cancellation.Token));

        _server.Requests.ShouldContain(request => request.Contains("/cancel", StringComparison.Ordinal));
    }

    [TestMethod]
    public async Task A_refusal_comes_with_its_status_and_reason()
    {
        _dataset.Faults.Fail("query", DuckBigQuery.Refusal(HttpStatusCode.Forbidden, "accessDenied", "Access Denied"));

        (await Should.ThrowAsync<WarehouseException>(() => _warehouse.CountChangesAsync(0))).Message.ShouldContain("BigQuery Job User");
    }

    private static Google.GoogleApiException Unavailable => DuckBigQuery.Refusal(HttpStatusCode.ServiceUnavailable, "backendError", "Try again");
}
