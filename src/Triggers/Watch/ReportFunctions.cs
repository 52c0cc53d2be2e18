using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging;
using Pipeline.Access;
using Pipeline.Operations;
using Pipeline.Telemetry;

namespace Pipeline.Triggers;

/// <summary>Makes the weekly report behind the timer that asks for it, and shows those that were kept.</summary>
public sealed partial class ReportFunctions(WeeklyReports reports, ILogger<ReportFunctions> logger)
{
    /// <summary>The orchestrator's name.</summary>
    public const string Orchestrator = "ReportOrchestrator";

    private const string Instance = "report-weekly";
    private const string Make = "ReportWeekly";

    private static readonly TaskOptions Patient = DurableSteps.Patience(attempts: 5, firstPauseSeconds: 30);

    /// <summary>Shows the newest report, or that of a day, as JSON or HTML.</summary>
    [Function("WeeklyReport")]
    [Requires(Role.Reader)]
    public Task<IResult> ShowAsync([HttpTrigger(Access.Checked, "get", Route = "reports/weekly")] HttpRequest request, CancellationToken cancellationToken) =>
        HttpAnswers.RunAsync(
            request,
            logger,
            async () =>
            {
                (ReadOnlyMemory<byte> content, bool isHtml) = await reports.ReadAsync(request.Query["day"], request.Query["format"], cancellationToken);
                return Results.Text(Encoding.UTF8.GetString(content.Span), isHtml ? "text/html" : "application/json", Encoding.UTF8);
            },
            "day",
            "format");

    /// <summary>Begins a report, unless one is under way.</summary>
    [Function("ReportOnSchedule")]
    [FixedDelayRetry(3, "00:05:00")]
    public static Task OnScheduleAsync([TimerTrigger(Schedules.Report)] TimerInfo timer, [DurableClient] DurableTaskClient client, CancellationToken cancellationToken) =>
        SingletonWork.StartAsync(client, Orchestrator, Instance, new ReportWork(PipelineActivity.CurrentTraceParent), cancellationToken);

    /// <summary>Makes the report; gives its name in the object store.</summary>
    [Function(Orchestrator)]
    public static Task<string> RunAsync([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        return context.CallStepAsync<string>(Make, context.GetInput<ReportWork>(), Patient);
    }

    /// <summary>Makes the report and keeps it.</summary>
    [Function(Make)]
    public async Task<string> MakeAsync([ActivityTrigger] ReportWork work, CancellationToken cancellationToken)
    {
        (_, string name) = await reports.KeepAsync(cancellationToken);
        LogMade(name);
        return name;
    }

    [LoggerMessage(PipelineEvents.ReportMade, LogLevel.Information, "The weekly report {Name} was made")]
    private partial void LogMade(string name);
}

/// <summary>Asks for a report.</summary>
/// <param name="TraceParent">What asked for it, as a W3C <c>traceparent</c>; null where it is not known.</param>
public sealed record ReportWork(string? TraceParent = null) : ITraced;
