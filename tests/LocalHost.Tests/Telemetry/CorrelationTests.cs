using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.Http.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Pipeline.Cli.Demo;
using Pipeline.Incidents;
using Pipeline.LocalHost.Tests.Functions;
using Pipeline.Telemetry;

namespace Pipeline.LocalHost.Tests.Telemetry;

[TestClass]
public sealed class CorrelationTests
{
    private const string TraceId = "4bf92f3577b34da6a3ce929d0e0e4736";

    [TestMethod]
    public async Task A_requests_trace_id_goes_through_the_orchestration_to_every_activity_and_no_log_holds_an_incidents_text()
    {
        RecordedLogs logs = new();
        ConcurrentQueue<Activity> activities = new();
        using ActivityListener listener = new()
        {
            ShouldListenTo = source => source.Name is PipelineActivity.SourceName,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = activities.Enqueue,
        };
        ActivitySource.AddActivityListener(listener);
        Dictionary<string, string?> settings = new(StringComparer.Ordinal) { ["Logging:LogLevel:Default"] = "Debug", ["Logging:Console:LogLevel:Default"] = "None" };
        await using Api api = await Api.StartAsync(settings, services: services => services.AddSingleton<ILoggerProvider>(logs));
        await api.ReportAsync("Network", 200);
        await api.PreprocessAsync();
        await api.PostAsync("/api/classify", new { techCenter = "Nowhere", text = "The projector in room 7 stays dark" });

        using HttpRequestMessage request = new(HttpMethod.Post, "/api/train") { Content = JsonContent.Create(new { }) };
        request.Headers.Add("traceparent", $"00-{TraceId}-00f067aa0ba902b7-01");
        HttpResponseMessage accepted = await api.Client.SendAsync(request);
        await api.TrainedAsync(accepted.Headers.Location!.ToString());

        string[] traced = [.. activities.Where(a => a.TraceId.ToString() is TraceId).Select(a => a.OperationName)];
        foreach (string step in new[] { "Train", "TrainOpen", "TrainTechCenter", "pipeline.train", "TrainClose" })
        {
            traced.Contains(step, StringComparer.Ordinal).ShouldBeTrue(step);
        }

        int[] steps = [PipelineEvents.TrainingOpened, PipelineEvents.TechCenterTrained, PipelineEvents.TrainingClosed];
        logs.Entries.Where(e => e.TraceId is TraceId).Select(e => e.Event.Id).Where(steps.Contains).ShouldBe(steps);
        NoTextIn(logs, [.. DemoIncidents.Generate(200)]);
    }

    private static void NoTextIn(RecordedLogs logs, IReadOnlyList<Incident> incidents)
    {
        string[] texts = [.. incidents.SelectMany(i => i.Texts).Where(t => t.Length > 12).Append("projector in room")];
        logs.Entries.ShouldNotBeEmpty();
        foreach ((_, _, string text, _) in logs.Entries)
        {
            texts.ShouldNotContain(t => text.Contains(t, StringComparison.OrdinalIgnoreCase), text);
        }
    }
}
