using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Logging;
using Pipeline.Preprocessing;
using Pipeline.Requests;

namespace Pipeline.Functions;

/// <summary>Masks and embeds the incidents that are new or changed: on schedule, and when asked.</summary>
public sealed class PreprocessFunctions(PreprocessIncidents preprocess, ILogger<PreprocessFunctions> logger)
{
    /// <summary>Preprocesses all that waits.</summary>
    [Function("PreprocessOnSchedule")]
    public async Task OnScheduleAsync([TimerTrigger(Schedules.Preprocess)] TimerInfo timer, CancellationToken cancellationToken)
    {
        PreprocessOutcome outcome = await preprocess.RunAsync(cancellationToken: cancellationToken);
        logger.LogInformation("Preprocessed on schedule: {Read} read, {Stored} stored, {Embedded} embedded, {DeadLetters} kept aside.", outcome.Read, outcome.Stored, outcome.Embedded, outcome.DeadLetters);
    }

    /// <summary>Preprocesses up to a limit and answers with what was done.</summary>
    [Function("Preprocess")]
    public Task<IResult> RunAsync([HttpTrigger(Access.Change, "post", Route = "preprocess")] HttpRequest request, CancellationToken cancellationToken) =>
        HttpAnswers.RunAsync(request, logger, async () =>
        {
            PreprocessBody body = await JsonRequest.ReadAsync<PreprocessBody>(request.Body, cancellationToken);
            return HttpAnswers.Json(await preprocess.RunAsync(body.CheckedLimit(), cancellationToken: cancellationToken));
        });
}
