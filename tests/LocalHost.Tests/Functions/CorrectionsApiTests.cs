using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Access;
using Pipeline.Classification;
using Pipeline.Cli.Demo;
using Pipeline.Incidents;
using Pipeline.LocalHost.Hosting.Tokens;
using Pipeline.Models;
using Pipeline.Recovery;
using Pipeline.Training;

namespace Pipeline.LocalHost.Tests.Functions;

/// <summary>Corrections over HTTP: who may, what is kept, and what survives.</summary>
[TestClass]
public sealed class CorrectionsApiTests
{
    private const string Center = "Network";

    [TestMethod]
    [DataRow(6, 5, DisplayName = "Trainings that keep the problem that was merged")]
    [DataRow(5, 6, DisplayName = "A training that scatters the problem that was merged")]
    public async Task A_merge_a_rename_and_a_moved_ticket_survive_two_retrainings_and_a_restore(int first, int second)
    {
        await using Api api = await Api.StartAsync();
        await api.ReportAsync(Center, 1_500);
        await api.PreprocessAsync();
        await TrainAsync(api, "first");
        await PredictAsync(api);
        int[] problems = [.. (await api.GetAsync("/api/problems?pageSize=200")).GetProperty("problems").EnumerateArray().Select(p => p.GetProperty("id").GetInt32())];
        (int merged, int into, int moved) = (problems[0], problems[1], problems[2]);
        JsonElement ticket = (await api.GetAsync($"/api/problems/{Center}/{problems[3]}/incidents")).GetProperty("incidents")[0];
        string number = ticket.GetProperty("number").GetString()!, text = ticket.GetProperty("text").GetString()!;

        JsonElement merge = await CorrectAsync(api, new { techCenter = Center, kind = "merge", problem = merged, into });
        string[] examples = [.. merge.GetProperty("tickets").EnumerateArray().Select(t => t.GetProperty("number").GetString()!)];
        examples.ShouldNotBeEmpty();
        await CorrectAsync(api, new { techCenter = Center, kind = "rename", problem = into, text = "Named by people" });
        await CorrectAsync(api, new { techCenter = Center, kind = "move", problem = moved, tickets = new[] { number } });
        await HoldsAsync("after the corrections");

        foreach ((int seed, string again) in (IEnumerable<(int, string)>)[(first, "second"), (second, "third")])
        {
            await api.Warehouse.UpsertIncidentsAsync(
                [.. DemoIncidents.Generate(300, seed).Select(i => new Incident { Number = $"{again}-{i.Number}", CreatedOn = i.CreatedOn, Texts = i.Texts, TechCenter = Center })]);
            await api.PreprocessAsync();
            string before = await ServingAsync(api);
            await TrainAsync(api, again);
            string.Equals(await ServingAsync(api), before, StringComparison.Ordinal).ShouldBeFalse();
            await PredictAsync(api);
            await HoldsAsync($"after the {again} training");
        }

        BackupManifest backup = (await api.Services.GetRequiredService<CreateBackup>().RunAsync(BackupType.Full, "test")).ShouldNotBeNull();
        JsonElement[] kept = [.. await ListAsync(api)];
        foreach (JsonElement correction in kept)
        {
            using HttpResponseMessage undone = await api.Client.DeleteAsync(new Uri($"/api/corrections/{correction.GetProperty("correction").GetProperty("id").GetString()}", UriKind.Relative));
            undone.StatusCode.ShouldBe(HttpStatusCode.OK);
        }

        // The ticket stays where it is: the versions have learnt that. The rest is as it was trained.
        (await api.GetAsync("/api/problems?pageSize=200")).GetProperty("problems").EnumerateArray().ShouldNotContain(p => p.GetProperty("label").GetString() == "Named by people");
        await api.Services.GetRequiredService<RestoreBackup>().RunAsync(new RestoreOrder(backup.Id, Replace: true));
        await PredictAsync(api);
        (await ListAsync(api)).Count.ShouldBe(3);
        await HoldsAsync("after the restore");

        async Task HoldsAsync(string when)
        {
            JsonElement listed = await api.GetAsync($"/api/corrections?techCenter={Center}");
            listed.GetProperty("conflicts").GetInt32().ShouldBe(0, $"{when}: {listed.GetRawText()}");
            JsonElement[] shown = [.. (await api.GetAsync("/api/problems?pageSize=200")).GetProperty("problems").EnumerateArray()];
            shown.ShouldNotContain(p => p.GetProperty("id").GetInt32() == merged, when);
            shown.Single(p => p.GetProperty("id").GetInt32() == into).GetProperty("label").GetString().ShouldBe("Named by people", when);
            (await PredictionAsync(api, number)).Problem.ShouldBe(moved, when);
            await api.Services.GetRequiredService<ModelCache>().RefreshAsync(Center);
            using HttpResponseMessage classified = await api.PostAsync("/api/classify", new { techCenter = Center, text });
            (await Api.ReadAsync(classified)).GetProperty("texts")[0].GetProperty("problemId").GetInt32().ShouldBe(moved, when);
            Dictionary<string, IncidentPrediction> predicted = new(StringComparer.Ordinal);
            await foreach (PredictedIncident row in api.Warehouse.ReadPredictedAsync(Center))
            {
                predicted.Add(row.Prediction.IncidentId, row.Prediction);
            }

            predicted.Values.ShouldAllBe(p => p.ProblemId != merged, when);
            predicted.Values.Where(p => p.ProblemId == into).Select(p => p.ProblemLabel).Distinct(StringComparer.Ordinal).ShouldBe(["Named by people"], when);
            ModelStore models = api.Services.GetRequiredService<ModelStore>();
            if ((await models.LoadServingAsync(Center, models.ReadClustersAsync))!.Loaded.Problems.All(p => p.Id != merged))
            {
                examples.ShouldAllBe(example => predicted[example].ProblemId == into, when);
            }
        }
    }

    [TestMethod]
    public async Task An_analyst_corrects_and_a_reader_looks()
    {
        await using Api api = await TrainedAsync();
        int problem = (await api.GetAsync("/api/problems")).GetProperty("problems")[0].GetProperty("id").GetInt32();
        (string reader, string analyst) = (await TokenAsync(api, "Rita", Role.Reader), await TokenAsync(api, "Ann", Role.Analyst));

        using (HttpResponseMessage refused = await SendAsync(api, HttpMethod.Post, "/api/corrections", reader, new { kind = "note", problem, text = "x" }))
        {
            refused.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        }

        string id;
        using (HttpResponseMessage made = await SendAsync(api, HttpMethod.Post, "/api/corrections", analyst, new { kind = "rename", problem, text = "By Ann" }))
        {
            made.StatusCode.ShouldBe(HttpStatusCode.Created, await made.Content.ReadAsStringAsync());
            JsonElement correction = (await Api.ReadAsync(made)).GetProperty("correction");
            correction.GetProperty("by").GetString().ShouldBe("Ann");
            id = correction.GetProperty("id").GetString()!;
        }

        using HttpResponseMessage seen = await SendAsync(api, HttpMethod.Get, "/api/corrections", reader, null);
        JsonElement page = await Api.ReadAsync(seen);
        (page.GetProperty("mayCorrect").GetBoolean(), page.GetProperty("total").GetInt32()).ShouldBe((false, 1));
        using HttpResponseMessage may = await SendAsync(api, HttpMethod.Get, "/api/corrections", analyst, null);
        (await Api.ReadAsync(may)).GetProperty("mayCorrect").GetBoolean().ShouldBeTrue();
        using HttpResponseMessage kept = await SendAsync(api, HttpMethod.Delete, $"/api/corrections/{id}", reader, null);
        kept.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        using HttpResponseMessage gone = await SendAsync(api, HttpMethod.Delete, $"/api/corrections/{id}", analyst, null);
        gone.StatusCode.ShouldBe(HttpStatusCode.OK);
        using HttpResponseMessage twice = await SendAsync(api, HttpMethod.Delete, $"/api/corrections/{id}", analyst, null);
        twice.StatusCode.ShouldBe(HttpStatusCode.Conflict);
    }

    [TestMethod]
    public async Task What_is_wrong_with_a_correction_is_told_with_the_field()
    {
        await using Api api = await TrainedAsync();
        await ErrorsAsync(await api.PostAsync("/api/corrections", new { kind = "rename", problem = "one", text = "x" }), "problem", "it must be a whole number");
        await ErrorsAsync(await api.PostAsync("/api/corrections", new { kind = "split", problem = 1, variants = new object[] { "a" } }), "variants", "a list of whole numbers");
        await ErrorsAsync(await api.PostAsync("/api/corrections", new { kind = "rename", problem = 1 }), "text", "text is missing");
        await ErrorsAsync(await api.PostAsync("/api/corrections", new { kind = "rename", problem = 999, text = "x" }), "problem", "has no problem 999");
        await ErrorsAsync(await api.PostAsync("/api/corrections", new { kind = "rename", problem = 1, text = "x", colour = "red" }), "colour", "There is no such field");
        await ErrorsAsync(await api.Client.GetAsync(new Uri("/api/corrections?center=Network", UriKind.Relative)), "center", "There is no such parameter");
        await ErrorsAsync(await api.Client.GetAsync(new Uri("/api/corrections?conflicts=maybe", UriKind.Relative)), "conflicts", "true or false");
        using StringContent nothing = new("\n", Encoding.UTF8, "application/x-ndjson");
        using HttpResponseMessage empty = await api.Client.PostAsync(new Uri("/api/corrections/import", UriKind.Relative), nothing);
        empty.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
    }

    [TestMethod]
    public async Task What_is_given_out_can_be_taken_in_elsewhere()
    {
        await using Api api = await TrainedAsync();
        int problem = (await api.GetAsync("/api/problems")).GetProperty("problems")[0].GetProperty("id").GetInt32();
        await CorrectAsync(api, new { kind = "owner", problem, text = "Jane" });
        string lines = await api.Client.GetStringAsync(new Uri("/api/corrections?format=ndjson", UriKind.Relative));
        await using Api other = await TrainedAsync();

        using StringContent body = new(lines, Encoding.UTF8, "application/x-ndjson");
        using HttpResponseMessage taken = await other.Client.PostAsync(new Uri("/api/corrections/import", UriKind.Relative), body);

        (await Api.ReadAsync(taken)).GetProperty("added").GetInt32().ShouldBe(1);
        (await other.GetAsync($"/api/problems/{Center}/{problem}")).GetProperty("summary").GetProperty("marks").GetProperty("owner").GetString().ShouldBe("Jane");
    }

    private static async Task<Api> TrainedAsync()
    {
        Api api = await Api.StartAsync();
        await api.ReportAsync(Center, 600);
        await api.PreprocessAsync();
        await TrainAsync(api, "first");
        await PredictAsync(api);
        return api;
    }

    private static async Task TrainAsync(Api api, string token)
    {
        TrainingSteps steps = api.Services.GetRequiredService<TrainingSteps>();
        TrainingRecord record = await steps.RunAsync(await api.Services.GetRequiredService<TrainingPlanner>().PlanAsync(new TrainingRequest(Token: token)));
        await steps.CloseAsync(record);
        ModelStore models = api.Services.GetRequiredService<ModelStore>();
        string newest = (await models.ListAsync(Center))[^1].Version;

        // Whatever the gate says of a version that is so small.
        await models.Stages.ChangeAsync(Center, stages => stages.Production?.Version == newest ? stages : stages.Promote(newest, new StageReason(DateTimeOffset.UtcNow, "test", "The test wants it.", Forced: true)));
    }

    private static async Task<IReadOnlyList<PredictionOutcome>> PredictAsync(Api api)
    {
        IReadOnlyList<PredictionOutcome> outcomes = await api.Services.GetRequiredService<PredictIncidents>().RunAsync();
        outcomes.ShouldAllBe(outcome => !outcome.Failed);
        return outcomes;
    }

    private static async Task<string> ServingAsync(Api api) => (await api.Services.GetRequiredService<ModelStore>().FindServingAsync(Center))!.Version;

    private static async Task<JsonElement> CorrectAsync(Api api, object body)
    {
        using HttpResponseMessage made = await api.PostAsync("/api/corrections", body);
        made.StatusCode.ShouldBe(HttpStatusCode.Created, await made.Content.ReadAsStringAsync());
        JsonElement answer = await Api.ReadAsync(made);
        answer.GetProperty("pending").ValueKind.ShouldBe(JsonValueKind.Null);
        return answer.GetProperty("correction");
    }

    private static async Task<List<JsonElement>> ListAsync(Api api) => [.. (await api.GetAsync($"/api/corrections?techCenter={Center}")).GetProperty("corrections").EnumerateArray()];

    private static async Task<(int Problem, string Label)> PredictionAsync(Api api, string number)
    {
        JsonElement problem = (await api.GetAsync($"/api/incidents/{Uri.EscapeDataString(number)}")).GetProperty("problem");
        return (problem.GetProperty("id").GetInt32(), problem.GetProperty("label").GetString()!);
    }

    private static async Task<string> TokenAsync(Api api, string name, Role role) => (await new OwnTokens(api.Tokens, TimeProvider.System).IssueAsync(role, name, 1, CancellationToken.None)).Token;

    private static async Task<HttpResponseMessage> SendAsync(Api api, HttpMethod method, string path, string token, object? body)
    {
        using HttpClient client = new() { BaseAddress = api.Client.BaseAddress };
        using HttpRequestMessage request = new(method, path) { Content = body is null ? null : JsonContent.Create(body) };
        request.Headers.Authorization = new("Bearer", token);
        return await client.SendAsync(request);
    }

    private static async Task ErrorsAsync(HttpResponseMessage answer, string field, string fix)
    {
        using (answer)
        {
            string text = await answer.Content.ReadAsStringAsync();
            answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest, text);
            JsonElement errors = JsonDocument.Parse(text).RootElement.GetProperty("errors");
            errors.GetProperty(field)[0].GetString()!.ShouldContain(fix);
        }
    }
}
