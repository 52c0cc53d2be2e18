using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Logging;
using Pipeline.Access;
using Pipeline.Audit;
using Pipeline.Datasets;
using Pipeline.Requests;

namespace Pipeline.Triggers;

/// <summary>Shows and defines data sets.</summary>
public sealed class DatasetFunctions(DatasetCatalog datasets, ILogger<DatasetFunctions> logger)
{
    /// <summary>All data sets.</summary>
    [Function("Datasets")]
    [Requires(Role.Reader)]
    public Task<IResult> ListAsync([HttpTrigger(Access.Checked, "get", Route = "v1/datasets")] HttpRequest request, CancellationToken cancellationToken) =>
        HttpAnswers.RunAsync(request, logger, async () => HttpAnswers.Json(new { datasets = await datasets.ListAsync(cancellationToken) }));

    /// <summary>One data set.</summary>
    [Function("Dataset")]
    [Requires(Role.Reader)]
    public Task<IResult> ShowAsync([HttpTrigger(Access.Checked, "get", Route = "v1/datasets/{id}")] HttpRequest request, string id, CancellationToken cancellationToken) =>
        HttpAnswers.RunAsync(request, logger, async () => HttpAnswers.Json(await datasets.FindAsync(id, cancellationToken)));

    /// <summary>Adds a data set.</summary>
    [Function("AddDataset")]
    [Requires(Role.Operator, Act = AuditActions.DatasetDefine)]
    public Task<IResult> AddAsync([HttpTrigger(Access.Checked, "post", Route = "v1/datasets")] HttpRequest request, CancellationToken cancellationToken) =>
        HttpAnswers.RunAsync(request, logger, async () =>
        {
            Dataset dataset = (await JsonRequest.ReadAsync<DatasetBody>(request.Body, cancellationToken)).Define(name: null);
            await datasets.AddAsync(dataset, cancellationToken);
            return Created(request, dataset);
        });

    /// <summary>Adds a data set, or replaces the definition of the one of this name.</summary>
    [Function("PutDataset")]
    [Requires(Role.Operator, Act = AuditActions.DatasetDefine)]
    public Task<IResult> PutAsync([HttpTrigger(Access.Checked, "put", Route = "v1/datasets/{id}")] HttpRequest request, string id, CancellationToken cancellationToken) =>
        HttpAnswers.RunAsync(request, logger, async () =>
        {
            Dataset dataset = (await JsonRequest.ReadAsync<DatasetBody>(request.Body, cancellationToken)).Define(id);
            return await datasets.PutAsync(dataset, cancellationToken) ? Created(request, dataset) : HttpAnswers.Json(dataset);
        });

    private static IResult Created(HttpRequest request, Dataset dataset)
    {
        request.HttpContext.Response.Headers.Location = $"/api/v1/datasets/{dataset.Name}";
        return HttpAnswers.Json(dataset, StatusCodes.Status201Created);
    }
}
