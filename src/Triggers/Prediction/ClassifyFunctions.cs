using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Logging;
using Pipeline.Access;
using Pipeline.Classification;
using Pipeline.Requests;

namespace Pipeline.Triggers;

/// <summary>Tells at once where texts belong.</summary>
public sealed class ClassifyFunctions(ClassifyTexts classify, WorkLimits work, ILogger<ClassifyFunctions> logger)
{
    /// <summary>Classifies one text, or a list of them.</summary>
    [Function("Classify")]
    [Requires(Role.Analyst, Stop = RequestKind.Reads)]
    public Task<IResult> RunAsync([HttpTrigger(Access.Checked, "post", Route = "classify")] HttpRequest request, CancellationToken cancellationToken) =>
        HttpAnswers.RunAsync(request, logger, async () =>
        {
            ClassifyRequest body = await JsonRequest.ReadAsync<ClassifyRequest>(request.Body, cancellationToken);
            return HttpAnswers.Json(await work.Classifications.RunAsync(() => classify.RunAsync(body, cancellationToken), cancellationToken));
        });
}
