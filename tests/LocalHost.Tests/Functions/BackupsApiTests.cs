using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.DurableTask;
using Pipeline.Recovery;
using Pipeline.Triggers;

namespace Pipeline.LocalHost.Tests.Functions;

/// <summary>Backups over HTTP, for who has the master key, and on schedule.</summary>
[TestClass]
public sealed class BackupsApiTests
{
    [TestMethod]
    public async Task An_admin_backs_up_verifies_and_restores_while_the_host_runs_and_everything_goes_on_after_it()
    {
        await using Api api = await Api.StartAsync();
        await api.ReportAsync("Network", 30);
        using HttpResponseMessage refused = await api.PostAsync("/api/backups", new { });
        refused.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        api.Client.DefaultRequestHeaders.Remove("x-functions-key");
        api.Client.DefaultRequestHeaders.Add("x-functions-key", Api.MasterKey);

        JsonElement full = await api.WorkAsync("/api/backups", new { type = "full" });
        string id = full.GetProperty("id").GetString()!;
        (await api.WorkAsync("/api/backups", new { type = "incremental" })).ValueKind.ShouldBe(JsonValueKind.Null);
        (await api.WorkAsync($"/api/backups/{id}/verify", new { })).GetProperty("sound").GetBoolean().ShouldBeTrue();
        (await api.GetAsync("/api/backups")).GetProperty("backups").EnumerateArray().Select(b => b.GetProperty("id").GetString()).ShouldBe([id]);

        await api.ReportAsync("Desk", 5);
        JsonElement inTheWay = await RestoreAsync(api, id, new { });
        inTheWay.GetProperty("status").GetString().ShouldBe("failed");
        inTheWay.GetProperty("error").GetString()!.ShouldContain("replace");
        (await api.Warehouse.ReadChangesAsync(0, 100)).Count.ShouldBe(35);

        JsonElement restored = await RestoreAsync(api, id, new { replace = true });
        restored.GetProperty("status").GetString().ShouldBe("completed", restored.GetRawText());
        (await api.Warehouse.ReadChangesAsync(0, 100)).Count.ShouldBe(30);
        (await api.GetAsync("/api/mode")).GetProperty("state").GetString().ShouldBe("running");
        (await api.PreprocessAsync()).GetProperty("stored").GetInt32().ShouldBe(30);
    }

    [TestMethod]
    public async Task What_is_asked_wrongly_is_named()
    {
        await using Api api = await Api.StartAsync();
        api.Client.DefaultRequestHeaders.Remove("x-functions-key");
        api.Client.DefaultRequestHeaders.Add("x-functions-key", Api.MasterKey);

        await RefusedAsync(await api.PostAsync("/api/backups", new { type = "half" }), HttpStatusCode.BadRequest, "it must be full, models, configuration or incremental");
        await RefusedAsync(await api.PostAsync("/api/backups/nothing/restore", new { }), HttpStatusCode.NotFound, "There is no backup 'nothing'");
        await api.WorkAsync("/api/backups", new { });
        await RefusedAsync(await api.PostAsync("/api/backups/latest/restore", new { only = new[] { "everything" } }), HttpStatusCode.BadRequest, "'everything' cannot be restored by itself");
        await RefusedAsync(await api.Client.GetAsync(new Uri("/api/backup-work/restore", UriKind.Relative)), HttpStatusCode.NotFound, "There is no work on backups");
    }

    [TestMethod]
    public async Task While_a_restore_is_under_way_the_same_order_joins_it_and_another_one_or_a_backup_is_refused()
    {
        await using Api api = await Api.StartAsync();
        api.Client.DefaultRequestHeaders.Remove("x-functions-key");
        api.Client.DefaultRequestHeaders.Add("x-functions-key", Api.MasterKey);
        string id = (await api.WorkAsync("/api/backups", new { })).GetProperty("id").GetString()!;
        await api.Orchestrations.ScheduleNewOrchestrationInstanceAsync(BackupOrchestration.Restoration, new RestoreRequest(new RestoreOrder(id, Replace: true), TraceParent: null), new StartOrchestrationOptions("restore", DateTimeOffset.UtcNow.AddDays(1)));

        using HttpResponseMessage joined = await api.PostAsync("/api/backups/latest/restore", new { replace = true });
        joined.StatusCode.ShouldBe(HttpStatusCode.Accepted);
        await RefusedAsync(await api.PostAsync($"/api/backups/{id}/restore", new { only = new[] { "models" }, replace = true }), HttpStatusCode.Conflict, "Another restore is under way");
        await RefusedAsync(await api.PostAsync("/api/backups", new { }), HttpStatusCode.Conflict, "A restore is under way");
    }

    [TestMethod]
    public async Task A_backup_that_cannot_be_read_is_told_of_by_an_alert_that_names_it()
    {
        await using Api api = await Api.StartAsync();
        api.Client.DefaultRequestHeaders.Remove("x-functions-key");
        api.Client.DefaultRequestHeaders.Add("x-functions-key", Api.MasterKey);
        string id = (await api.WorkAsync("/api/backups", new { })).GetProperty("id").GetString()!;
        await File.WriteAllTextAsync(api.ObjectPath($"../second-store/backups/{id}/manifest.json"), "{");

        await api.WorkAsync("/api/backups", new { });

        JsonElement alert = (await api.GetAsync("/api/alerts")).GetProperty("alerts").EnumerateArray().Single();
        (alert.GetProperty("rule").GetString(), alert.GetProperty("text").GetString()!.Contains(id, StringComparison.Ordinal)).ShouldBe(("backup-failed", true));
    }

    [TestMethod]
    public async Task The_timers_back_up_everything_and_what_changes()
    {
        await using Api api = await Api.StartAsync(new Dictionary<string, string?>(StringComparer.Ordinal) { ["BackupChangesSchedule"] = "* * * * * *" });
        api.Client.DefaultRequestHeaders.Remove("x-functions-key");
        api.Client.DefaultRequestHeaders.Add("x-functions-key", Api.MasterKey);
        await api.UntilAsync("/api/backups", backups => Types(backups) is ["full"]);

        await api.ReportAsync("Network", 3);

        await api.UntilAsync("/api/backups", backups => Types(backups) is ["full", "incremental", ..]);
    }

    private static string[] Types(JsonElement backups) => [.. backups.GetProperty("backups").EnumerateArray().Select(b => b.GetProperty("type").GetString()!)];

    private static async Task<JsonElement> RestoreAsync(Api api, string id, object body)
    {
        using HttpResponseMessage started = await api.PostAsync($"/api/backups/{id}/restore", body);
        started.StatusCode.ShouldBe(HttpStatusCode.Accepted);
        return await api.TrainedAsync(started.Headers.Location!.ToString());
    }

    private static async Task RefusedAsync(HttpResponseMessage response, HttpStatusCode status, string told)
    {
        using (response)
        {
            response.StatusCode.ShouldBe(status);
            (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("detail").GetString()!.ShouldContain(told);
        }
    }
}
