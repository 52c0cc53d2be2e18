using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Logging;
using Pipeline.Access;
using Pipeline.Classification;
using Pipeline.Models;
using Pipeline.Telemetry;

namespace Pipeline.Triggers;

/// <summary>Shows the published models, and takes in new ones.</summary>
public sealed partial class ModelFunctions(ModelCatalog catalog, AcceptModel accept, ILogger<ModelFunctions> logger)
{
    /// <summary>Lists every version of every tech center.</summary>
    [Function("Models")]
    [Requires(Role.Reader)]
    public Task<IResult> ListAsync([HttpTrigger(Access.Checked, "get", Route = "models")] HttpRequest request, CancellationToken cancellationToken) =>
        HttpAnswers.RunAsync(request, logger, async () => HttpAnswers.Json(new { techCenters = await catalog.ListAsync(cancellationToken) }));

    /// <summary>
    /// Verifies a version whose manifest has just been written, and makes it ready to answer. The content is opened and not read: the version is looked at as a whole.
    /// An event for another object comes without the names of the path, and is of no concern.
    /// </summary>
    [Function("ModelPublished")]
    public async Task OnPublishedAsync(
        [BlobTrigger("hdbscan-models/{techCenter}/{version}/manifest.json", Source = BlobTriggerSource.EventGrid, Connection = "ModelStorage")] Stream manifest,
        string? techCenter,
        string? version,
        CancellationToken cancellationToken)
    {
        if (string.IsNullOrEmpty(techCenter) || string.IsNullOrEmpty(version))
        {
            return;
        }

        if (await accept.RunAsync(techCenter, version, cancellationToken) is ModelArrival arrival)
        {
            if (arrival.Sound)
            {
                LogAccepted(techCenter, version);
            }
            else
            {
                LogUnusable(techCenter, version, arrival.Detail);
            }
        }
    }

    [LoggerMessage(PipelineEvents.ModelAccepted, LogLevel.Information, "The model {TechCenter}/{Version} was published and is sound")]
    private partial void LogAccepted(string techCenter, string version);

    [LoggerMessage(PipelineEvents.ModelUnusable, LogLevel.Error, "The model {TechCenter}/{Version} was published and cannot be used: {Detail}")]
    private partial void LogUnusable(string techCenter, string version, string? detail);
}
