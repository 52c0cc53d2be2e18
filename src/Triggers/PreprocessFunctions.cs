using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Logging;
using Pipeline.Monitoring;
using Pipeline.Preprocessing;
using Pipeline.Requests;
using Pipeline.Telemetry;

namespace Pipeline.Triggers;

/// <summary>Masks and embeds the incidents that are new or changed: on schedule, and when asked.</summary>
public sealed partial class PreprocessFunctions(PreprocessIncidents preprocess, PipelineMonitor monitor, NoteMeasures note, ILogger<PreprocessFunctions> logger)
{
    /// <summary>Preprocesses all that waits.</summary>
    [Function("PreprocessOnSchedule")]
    [ExponentialBackoffRetry(5, "00:00:10", "00:05:00")]
    public async Task OnScheduleAsync([TimerTrigger(Schedules.Preprocess)] TimerInfo timer, CancellationToken cancellationToken)
    {
        PreprocessOutcome outcome = await preprocess.RunAsync(cancellationToken: cancellationToken);
        LogPreprocessed(outcome.Read, outcome.Stored, outcome.Embedded, outcome.DeadLetters);
        await monitor.MeasureLagAsync(cancellationToken);
        await note.RunAsync(cancellationToken);
    }

    /// <summary>Preprocesses up to a limit and answers with what was done.</summary>
    [Function("Preprocess")]
    public Task<IResult> RunAsync([HttpTrigger(Access.Change, "post", Route = "preprocess")] HttpRequest request, CancellationToken cancellationToken) =>
        HttpAnswers.RunAsync(request, logger, async () =>
        {
            PreprocessBody body = await JsonRequest.ReadAsync<PreprocessBody>(request.Body, cancellationToken);
            PreprocessOutcome outcome = await preprocess.RunAsync(body.CheckedLimit(), cancellationToken: cancellationToken);
            await note.RunAsync(cancellationToken);
            return HttpAnswers.Json(outcome);
        });

    [LoggerMessage(PipelineEvents.Preprocessed, LogLevel.Information, "Preprocessed on schedule: {Read} read, {Stored} stored, {Embedded} embedded, {DeadLetters} kept aside")]
    private partial void LogPreprocessed(long read, long stored, long embedded, long deadLetters);
}
