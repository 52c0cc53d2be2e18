using System.Net;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Classification;
using Pipeline.Triggers;

namespace Pipeline.LocalHost.Tests.Functions;

[TestClass]
public sealed class StorageOutageTests
{
    [TestMethod]
    public async Task An_app_that_starts_without_its_warehouse_lives_says_why_it_is_not_ready_and_works_once_the_warehouse_is_back()
    {
        await using Api api = await Api.StartAsync();
        Directory.CreateDirectory(api.WarehousePath);

        HttpResponseMessage health = await api.Client.GetAsync(new Uri("/api/health", UriKind.Relative));
        HttpResponseMessage ready = await api.Client.GetAsync(new Uri("/api/ready", UriKind.Relative));
        HttpResponseMessage status = await api.Client.GetAsync(new Uri("/api/status", UriKind.Relative));
        Directory.Delete(api.WarehousePath);
        HttpResponseMessage later = await api.Client.GetAsync(new Uri("/api/status", UriKind.Relative));

        health.StatusCode.ShouldBe(HttpStatusCode.OK);
        ready.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        JsonElement check = (await Api.ReadAsync(ready)).GetProperty("checks").EnumerateArray().Single(c => c.GetProperty("name").ValueEquals("warehouse"));
        check.GetProperty("passed").GetBoolean().ShouldBeFalse();
        check.GetProperty("detail").GetString()!.ShouldContain(api.WarehousePath);
        status.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        status.Headers.RetryAfter.ShouldNotBeNull();
        (await Api.ReadAsync(status)).GetProperty("type").GetString().ShouldBe("urn:problem-type:pipeline:storage-unavailable");
        later.StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [TestMethod]
    public async Task A_training_of_an_empty_warehouse_is_refused()
    {
        await using Api api = await Api.StartAsync();

        HttpResponseMessage refused = await api.PostAsync("/api/train", new { });

        refused.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await Api.ReadAsync(refused)).GetProperty("detail").GetString()!.ShouldContain("POST /api/preprocess");
    }

    [TestMethod]
    [DataRow(null, null)]
    [DataRow("network", null)]
    [DataRow("", "2026_q2")]
    [DataRow("network", "latest")]
    public async Task An_event_for_another_object_is_of_no_concern(string? techCenter, string? version)
    {
        await using Api api = await Api.StartAsync();
        ModelFunctions functions = ActivatorUtilities.CreateInstance<ModelFunctions>(api.Services);

        await functions.OnPublishedAsync(Stream.Null, techCenter, version, CancellationToken.None);

        (await api.Warehouse.GetSettingAsync(AcceptModel.SettingOf(techCenter ?? "", version ?? ""))).ShouldBeNull();
    }
}
