using System.Globalization;
using System.Text.Json.Nodes;
using Pipeline.RouteContract;

namespace Pipeline.LocalHost.Tests.Functions;

/// <summary>The contract of the routes, which a person replays on the Functions host with tools/RouteContract, holds here.</summary>
[TestClass]
public sealed class RouteContractTests
{
    // What only a fault of storage or of the code brings about cannot be asked for from outside.
    // Who may do what, and how often, is what AccessMatrixTests and LimitsTests have.
    private static readonly string[] Faults = ["403", "429", "500", "503"];

    // What takes a model of another embedder, a file of a gigabyte, an import that stands still, or the master key: ClassifyTextsTests, UploadsApiTests and ErasuresApiTests have it.
    private static readonly string[] NotReplayed =
    [
        // What takes two versions: VersionsApiTests has it.
        "POST /models/{techCenter}/{version}/promote 200", "POST /models/{techCenter}/{version}/promote 202", "POST /models/{techCenter}/{version}/canary 202",
        "POST /models/{techCenter}/{version}/retire 200", "POST /models/{techCenter}/rollback 200",
        // What takes an authority: DeskTests has it.
        "GET /sign-in 200",
        // What takes a version of a single layout, which is not made any more.
        "GET /likeness 422",
        // What takes a problem that has only just begun: ForecastProblemTests has it.
        "GET /forecast/{techCenter}/{id} 422", "GET /forecast/{techCenter} 422", "GET /forecast 422",
        // What takes two versions of forecasts: ForecastsApiTests has it.
        "POST /forecast-models/{techCenter}/{version}/promote 200", "POST /forecast-models/{techCenter}/{version}/promote 409",
        "POST /forecast-models/{techCenter}/rollback 200", "POST /forecast-models/{techCenter}/rollback 409",
        // What takes an incident that is not preprocessed, or a mebibyte, as of any body: SearchIncidentsTests has it.
        "POST /search 413", "GET /incidents/{number}/similar 422", "POST /embeddings 413",
        "POST /classify 409", "POST /alerts/{id}/ack 200", "POST /alerts/test 200",
        "POST /v1/uploads/{id} 413", "POST /v1/upload/survey-data 413", "POST /v1/uploads/{id}/retry 413",
        "POST /v1/uploads/{id}/retry 409",

        // What changes the problems of the others: CorrectionsApiTests has it.
        "POST /corrections 201", "POST /corrections 409", "DELETE /corrections/{id} 200", "DELETE /corrections/{id} 409",
        "POST /corrections/import 200", "POST /corrections/import 400", "POST /corrections/import 409", "POST /corrections/import 413",

        // What takes a report that was made: WatchTests has it.
        "GET /reports/weekly 200",
        "POST /v1/erasures 202", "POST /v1/erasures 400", "POST /v1/erasures 413", "GET /v1/erasures 200", "GET /v1/erasures/{id} 200", "GET /v1/erasures/{id} 404",
        // What takes the master key, which the contract does not have: EmergencyStopTests.
        .. new[] { "halt", "read-only", "resume" }.SelectMany(verb => new[] { $"POST /{verb} 200", $"POST /{verb} 400", $"POST /{verb} 413" }),
        // BackupsApiTests; and what takes two versions, or a host without a second store.
        // AuditApiTests.
        "GET /audit 200", "GET /audit 400", "GET /audit/verify 200", "GET /audit/verify 400",
        "POST /backups 202", "POST /backups 400", "POST /backups 409", "POST /backups 413", "GET /backups 200",
        "POST /backups/{id}/verify 202", "POST /backups/{id}/verify 404", "POST /backups/{id}/verify 409",
        "POST /backups/{id}/restore 202", "POST /backups/{id}/restore 400", "POST /backups/{id}/restore 404", "POST /backups/{id}/restore 409", "POST /backups/{id}/restore 413",
        "GET /backup-work/{instanceId} 200", "GET /backup-work/{instanceId} 404", "POST /models/rollback 200",
        .. Streams,
    ];

    // What takes another writer, sixteen mebibytes, a reader of events, or a file in the object store: StreamsApiTests and the tests of the streams have it.
    private static IEnumerable<string> Streams =>
    [
        "POST /tweets 409", "POST /tweets 413", "POST /streams/{name}/items 413", "GET /streams/{name}/events 200", "POST /streams/{name}/config/reload 200",
        .. new[]
        {
            "POST items", "GET clusters", "GET clusters/{id}/items", "GET stats", "GET search", "GET events", "POST backup", "GET backups", "POST restore", "POST verify", "GET config", "PUT config", "POST config/reload",
        }.Select(operation => $"{operation.Replace(" ", " /streams/{name}/", StringComparison.Ordinal)} 409"),
    ];

    // So many layouts, of so many incidents, that a training is still under way when it is cancelled.
    private static readonly Dictionary<string, string?> Thorough = new(StringComparer.Ordinal) { ["Training:Layouts"] = "99" };

    [TestMethod]
    public async Task The_contract_holds_on_an_empty_warehouse()
    {
        await using Api api = await Api.StartAsync();

        await ReplayAsync(api, "empty");
    }

    [TestMethod]
    public async Task The_contract_holds_with_data()
    {
        await using Api api = await Api.StartAsync(Thorough);
        await api.ReportAsync("Network", 2_000);
        await api.PreprocessAsync();
        await api.PostAsync("/api/train", new { });
        await api.TrainedAsync("/api/train/train-2026-q2");

        await ReplayAsync(api, "data");
    }

    [TestMethod]
    public void The_contract_has_every_operation_with_every_status_that_it_describes()
    {
        IEnumerable<string> described =
            from path in OpenApi.Document["paths"]!.AsObject()
            from operation in path.Value!.AsObject()
            where operation.Value is JsonObject
            from status in operation.Value!["responses"]!.AsObject()
            where !Faults.Contains(status.Key, StringComparer.Ordinal)
            select $"{operation.Key.ToUpperInvariant()} {path.Key} {status.Key}";

        string[] replayed = [.. RouteCase.All.Where(c => c.Route is not null).Select(c => string.Create(CultureInfo.InvariantCulture, $"{c.Route} {c.Status}")).Distinct(StringComparer.Ordinal)];

        replayed.Concat(NotReplayed).Order(StringComparer.Ordinal).ShouldBe(described.Order(StringComparer.Ordinal));
    }

    [TestMethod]
    public void What_a_host_does_otherwise_is_explained() =>
        RouteCase.All.SelectMany(c => c.Differs).ShouldAllBe(d => d.Key == "functions" && d.Value.Why.Length > 0);

    private static async Task ReplayAsync(Api api, string state)
    {
        using HttpClient client = new() { BaseAddress = api.Client.BaseAddress };
        RouteReplay replay = new(client, Api.Key, "local");
        (await replay.StateAsync()).ShouldBe(state);
        List<string> problems = [];
        await foreach ((RouteCase route, IReadOnlyList<string>? found) in replay.RunAsync(state))
        {
            problems.AddRange((found ?? ["was left out"]).Select(problem => $"{route.Route} {route.Path} ({route.Name}): {problem}"));
        }

        problems.ShouldBeEmpty();
    }
}
