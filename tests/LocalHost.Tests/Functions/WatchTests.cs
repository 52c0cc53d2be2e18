using System.Globalization;
using System.Net;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Alerts;
using Pipeline.Drift;
using Pipeline.Measures;
using Pipeline.Operations;

namespace Pipeline.LocalHost.Tests.Functions;

[TestClass]
public sealed class WatchTests
{
    [TestMethod]
    public async Task The_clock_notes_measures_looks_at_the_rules_and_tells_people()
    {
        RecordingChannel mail = new();
        Dictionary<string, string?> settings = new(StringComparer.Ordinal)
        {
            ["WatchSchedule"] = "* * * * * *",
            ["Alerts:Channels:0:Name"] = "hook",
            ["Alerts:Channels:0:Kind"] = "Webhook",
            ["Alerts:Channels:0:Url"] = "https://example.com/hook",
            ["Alerts:Routes:0:Name"] = "operations",
            ["Alerts:Routes:0:Channels:0"] = "mail",
            ["Alerts:Channels:1:Name"] = "mail",
            ["Alerts:Channels:1:Kind"] = "Webhook",
            ["Alerts:Channels:1:Url"] = "https://example.com/other",
        };
        await using Api api = await Api.StartAsync(settings, services: all => all.AddSingleton<IEnumerable<IAlertChannel>>([mail]));
        await api.Warehouse.SaveMeasuresAsync([new Measure(DateTimeOffset.UtcNow, "Network", null, "errors.train", 1)]);

        JsonElement alerts = await api.UntilAsync("api/alerts?state=open", answer => answer.GetProperty("alerts").EnumerateArray().Any(a => a.GetProperty("rule").GetString() == "training-failed" && a.GetProperty("deliveries").EnumerateArray().Any(d => d.GetProperty("state").GetString() == "sent")));

        JsonElement alert = alerts.GetProperty("alerts").EnumerateArray().Single(a => a.GetProperty("rule").GetString() == "training-failed");
        alert.GetProperty("techCenter").GetString().ShouldBe("Network");
        mail.Sent.Count(m => m.Alert.Rule == "training-failed").ShouldBe(1);
        (await api.Warehouse.ReadMeasuresAsync(DateTimeOffset.UtcNow.AddMinutes(-5), DateTimeOffset.UtcNow.AddMinutes(1), MeasureNames.Ready).ToListAsync()).ShouldContain(m => m.Value == 1);

        string id = alert.GetProperty("id").GetString()!;
        JsonElement answered = await Api.ReadAsync(await api.PostAsync($"api/alerts/{id}/ack", new { by = "ann" }));
        answered.GetProperty("acknowledgedBy").GetString().ShouldBe("ann");
    }

    [TestMethod]
    public async Task Drift_is_measured_by_an_orchestration_and_shown()
    {
        await using Api api = await Api.StartAsync(new Dictionary<string, string?>(StringComparer.Ordinal) { ["DriftSchedule"] = "* * * * * *" });
        await api.ReportAsync("Network", 60);
        await api.PostAsync("api/preprocess", new { });

        JsonElement drift = await api.UntilAsync("api/drift", answer => answer.GetProperty("techCenters").GetArrayLength() > 0);
        drift.GetProperty("high").GetDouble().ShouldBe(new DriftOptions().High);
        drift.GetProperty("techCenters")[0].GetProperty("detail").GetString().ShouldBe("No model has been trained for this tech center yet.");
        (await api.Client.GetAsync(new Uri("/api/drift?techCenter=Nowhere", UriKind.Relative))).StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    [TestMethod]
    public async Task A_test_message_says_what_became_of_it()
    {
        RecordingChannel mail = new();
        await using Api api = await Api.StartAsync(services: all => all.AddSingleton<IEnumerable<IAlertChannel>>([mail]));

        JsonElement tried = await Api.ReadAsync(await api.PostAsync("api/alerts/test", new { }));
        tried.GetProperty("channels")[0].GetProperty("sent").GetBoolean().ShouldBeTrue();
        mail.Sent.ShouldHaveSingleItem();
        (await api.PostAsync("api/alerts/test", new { channel = "nobody" })).StatusCode.ShouldBe(HttpStatusCode.BadRequest);
    }

    [TestMethod]
    public async Task The_newest_weekly_report_is_shown_as_JSON_and_as_a_page()
    {
        await using Api api = await Api.StartAsync();
        await api.Services.GetRequiredService<WeeklyReports>().KeepAsync();

        JsonElement report = await api.GetAsync("api/reports/weekly");
        string day = report.GetProperty("until").GetDateTimeOffset().ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        using HttpResponseMessage page = await api.Client.GetAsync(new Uri($"api/reports/weekly?day={day}&format=html", UriKind.Relative));
        page.Content.Headers.ContentType!.MediaType.ShouldBe("text/html");
        (await page.Content.ReadAsStringAsync()).ShouldStartWith("<!DOCTYPE html>", Case.Insensitive);
        (await api.Client.GetAsync(new Uri("api/reports/weekly?day=1999-01-04", UriKind.Relative))).StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    private sealed class RecordingChannel : IAlertChannel
    {
        public System.Collections.Concurrent.ConcurrentQueue<AlertMessage> Sent { get; } = new();

        public string Name => "mail";

        public Task SendAsync(AlertMessage message, CancellationToken cancellationToken = default)
        {
            Sent.Enqueue(message);
            return Task.CompletedTask;
        }
    }
}
