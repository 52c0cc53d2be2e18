using System.Text.Json;
using Pipeline.Requests;
using Pipeline.Runs;
using Pipeline.Tests.Fakes;

namespace Pipeline.Tests.Runs;

[TestClass]
public sealed class MlflowTrackingTests
{
    private readonly MemoryObjectStore _objects = new();
    private readonly RunLog _runs;
    private readonly MlflowTracking _mlflow;

    public MlflowTrackingTests()
    {
        _runs = new RunLog(_objects);
        _mlflow = new MlflowTracking(_runs, new RunExperiments(_runs, _objects), new ManualClock());
    }

    [TestMethod]
    public async Task Of_measures_that_are_logged_at_once_none_is_lost_and_one_that_is_sent_again_is_there_once()
    {
        string id = await BeginAsync();

        await Task.WhenAll(Enumerable.Range(0, 20).Select(step => WriteAsync("runs/log-metric", new { run_id = id, key = "loss", value = 1.0 / (1 + step), timestamp = 1_780_272_000_000 + step, step })));
        await WriteAsync("runs/log-metric", new { run_id = id, key = "loss", value = 1.0, timestamp = 1_780_272_000_000, step = 0 });

        JsonElement history = await ReadAsync("metrics/get-history", new { run_id = id, metric_key = "loss" });
        history.GetProperty("metrics").EnumerateArray().Select(m => m.GetProperty("step").GetInt32()).Order().ShouldBe(Enumerable.Range(0, 20));
    }

    [TestMethod]
    [DataRow("metrics.loss < 0.3", "b")]
    [DataRow("metrics.loss >= 0.3 and params.`tree depth` = '3'", "a")]
    [DataRow("params.\"tree depth\" != '3'", "b")]
    [DataRow("tags.note ILIKE '%LOOK%'", "a")]
    [DataRow("tags.note LIKE 'a look'", "a")]
    [DataRow("tags.note LIKE '_ l%k'", "a")]
    [DataRow("tags.note LIKE 'A%'", "")]
    [DataRow("tags.note LIKE '%*%'", "")]
    [DataRow("tags.note LIKE '%'", "a,b")]
    [DataRow("attributes.run_name IN ('b', 'c')", "b")]
    [DataRow("run_name NOT IN ('b', 'c')", "a")]
    [DataRow("status = 'RUNNING' AND metrics.nothing > 0", "")]
    [DataRow("", "a,b")]
    public async Task A_filter_finds_what_fulfils_all_of_it(string filter, string expected)
    {
        await BeginAsync("a", 0.5, "3", "a look");
        await BeginAsync("b", 0.25, "4", "");

        (await NamesAsync(filter, "attributes.run_name ASC")).ShouldBe(expected);
    }

    [TestMethod]
    public async Task Runs_come_in_the_order_that_is_asked_for_and_those_without_the_measure_last()
    {
        await BeginAsync("a", 0.5, "3", "");
        await BeginAsync("none");
        await BeginAsync("b", 0.25, "4", "");

        (await NamesAsync("", "metrics.loss ASC")).ShouldBe("b,a,none");
        (await NamesAsync("", "metrics.`loss` DESC")).ShouldBe("a,b,none");
    }

    [TestMethod]
    [DataRow("metrics.loss LIKE 'x'")]
    [DataRow("metrics.loss = 'x'")]
    [DataRow("colour.loss = 1")]
    [DataRow("metrics.loss < 1 OR metrics.loss > 2")]
    [DataRow("attributes.colour = 'red'")]
    public async Task A_filter_that_means_nothing_is_refused(string filter)
    {
        await BeginAsync("a", 0.5, "3", "");

        (await Should.ThrowAsync<RequestException>(() => NamesAsync(filter))).Errors.Keys.ShouldBe(["filter"]);
    }

    [TestMethod]
    public async Task A_tech_center_with_runs_is_an_experiment_and_its_runs_stay_what_they_are()
    {
        RunRecord training = new()
        {
            Id = RunLog.IdOf("training"),
            Kind = RunKind.Training,
            TechCenter = "Network",
            Name = "training 2026_q2",
            State = RunState.Finished,
            StartedAt = DateTimeOffset.UnixEpoch.AddDays(1),
            EndedAt = DateTimeOffset.UnixEpoch.AddDays(2),
        };
        await _runs.WriteAsync(training);

        JsonElement found = (await ReadAsync("experiments/search", new { filter = "name = 'Network'" })).GetProperty("experiments")[0];
        found.GetProperty("creation_time").GetInt64().ShouldBe(86_400_000);
        foreach (string call in new[] { "runs/set-tag", "runs/log-metric", "runs/log-parameter", "runs/log-batch", "runs/update" })
        {
            (await Should.ThrowAsync<RequestException>(() => WriteAsync(call, new { run_id = training.Id, key = "accuracy", value = "1", status = "FAILED" }))).Message.ShouldContain("pipeline's own training");
        }

        RunRecord after = (await _runs.FindAsync(training.Id))!;
        (after.State, after.Tags.Count, after.Metrics.Count, after.Parameters.Count, after.EndedAt).ShouldBe((RunState.Finished, 0, 0, 0, training.EndedAt));
        (await ReadAsync("runs/get", new { run_id = training.Id })).GetProperty("run").GetProperty("info").GetProperty("status").GetString().ShouldBe("FINISHED");
        (await Should.ThrowAsync<RequestException>(() => WriteAsync("experiments/create", new { name = "Network" }))).Problem.ShouldBe(RequestProblem.Conflict);
    }

    [TestMethod]
    public async Task Bytes_that_are_no_text_are_refused_wherever_they_stand()
    {
        foreach (string body in new[] { """{"run_id": "\ud800"}""", """{"\udc00": 1}""", """{"experiment_ids": ["\ud800"], "run_id": "a"}""", """{"experiment_ids": "\ud800"}""" })
        {
            await Should.ThrowAsync<RequestException>(() => SearchAsync(System.Text.Encoding.UTF8.GetBytes(body)), body);
        }

        await Should.ThrowAsync<RequestException>(() => SearchAsync([.. "{\"run_id\": \""u8, 0xFF, 0xFE, .. "\"}"u8]));

        async Task SearchAsync(byte[] body)
        {
            using MemoryStream stream = new(body);
            MlflowRequest request = await MlflowRequest.ReadAsync(stream);
            await _mlflow.ReadAsync("runs/search", request);
            await _mlflow.ReadAsync("runs/get", request);
        }
    }

    [TestMethod]
    public async Task A_filter_has_a_longest_length_up_to_which_every_pattern_is_looked_for()
    {
        await BeginAsync("a", 0.5, "3", new string('x', 6_000));
        foreach (string pattern in new[] { new string('%', 1_000), new string('_', 1_000), string.Concat(Enumerable.Repeat("%x", 500)), string.Concat(Enumerable.Repeat("_%", 500)) })
        {
            (await NamesAsync($"tags.note LIKE '{pattern}'")).ShouldBe(pattern.Contains('%', StringComparison.Ordinal) ? "a" : "", pattern[..2]);
        }

        await BeginAsync("b", 0.5, "3", @"100 % *?\_");
        (await NamesAsync(@"tags.note LIKE '%*?\_'")).ShouldBe("b", "stars, question marks and backslashes are themselves");
        (await Should.ThrowAsync<RequestException>(() => NamesAsync($"tags.note LIKE '{new string('_', 1_001)}'"))).Message.ShouldContain("1000 is the most");
        (await Should.ThrowAsync<RequestException>(() => NamesAsync($"tags.note = '{new string('x', 20_000)}'"))).Message.ShouldContain("10000 is the most");
    }

    [TestMethod]
    [DataRow("""{"id":"ID","kind":"training","techCenter":"Network","name":"n","state":"finished","startedAt":"2026-01-01T00:00:00Z","metrics":[null]}""")]
    [DataRow("""{"id":"ID","kind":"training","techCenter":"Network","name":"n","state":"finished","startedAt":"2026-01-01T00:00:00Z","tags":{"version":null}}""")]
    [DataRow("""{"id":"abc","kind":"training","techCenter":"Network","name":"n","state":"finished","startedAt":"2026-01-01T00:00:00Z"}""")]
    [DataRow("null")]
    public async Task A_run_with_holes_in_it_is_passed_over_as_one_that_cannot_be_read(string content)
    {
        string id = RunLog.IdOf("holes");
        _objects.Objects[$"pipeline-runs/{id}.json"] = System.Text.Encoding.UTF8.GetBytes(content.Replace("ID", id, StringComparison.Ordinal));
        await BeginAsync("a");

        (await _runs.ListAsync()).Select(r => r.Name).ShouldBe(["a"]);
        (await _runs.FindAsync(id)).ShouldBeNull();
    }

    private async Task<string> BeginAsync(string name = "run", double? loss = null, string? depth = null, string? note = null)
    {
        string id = (await WriteAsync("runs/create", new { experiment_id = "0", run_name = name })).GetProperty("run").GetProperty("info").GetProperty("run_id").GetString()!;
        await WriteAsync("runs/log-batch", new
        {
            run_id = id,
            metrics = loss is double value ? new[] { new { key = "loss", value } } : [],
            @params = depth is null ? [] : new[] { new { key = "tree depth", value = depth } },
            tags = note is null ? [] : new[] { new { key = "note", value = note } },
        });
        return id;
    }

    private async Task<string> NamesAsync(string filter, params string[] order_by)
    {
        JsonElement found = await ReadAsync("runs/search", new { experiment_ids = new[] { "0" }, filter, order_by });
        return string.Join(',', found.GetProperty("runs").EnumerateArray().Select(r => r.GetProperty("info").GetProperty("run_name").GetString()));
    }

    private async Task<JsonElement> WriteAsync(string call, object body) => Shown(await _mlflow.WriteAsync(call, await RequestAsync(body)));

    private async Task<JsonElement> ReadAsync(string call, object body) => Shown(await _mlflow.ReadAsync(call, await RequestAsync(body)));

    private static JsonElement Shown(object? answer) => JsonSerializer.SerializeToElement(answer, MlflowJson.Options);

    private static async Task<MlflowRequest> RequestAsync(object body)
    {
        using MemoryStream stream = new(JsonSerializer.SerializeToUtf8Bytes(body));
        return await MlflowRequest.ReadAsync(stream);
    }
}
