using Google.Cloud.BigQuery.V2;
using Pipeline.Contracts;
using Pipeline.Storage;

namespace Pipeline.Adapters.BigQuery.Tests;

/// <summary>
/// The contract against BigQuery itself, each test in a dataset of its own that is deleted afterwards. Needs PIPELINE_BIGQUERY_PROJECT, the id of a project,
/// and credentials (GOOGLE_APPLICATION_CREDENTIALS) that may make datasets and run jobs in it; PIPELINE_BIGQUERY_LOCATION says where, EU by default. Inconclusive otherwise.
/// </summary>
[TestClass]
public sealed class BigQueryWarehouseContractTests : WarehouseContract, IAsyncDisposable
{
    private readonly string _dataset = $"pipeline_test_{Guid.NewGuid():N}";
    private BigQueryWarehouse? _warehouse;

    protected override IWarehouse Create()
    {
        if (Project is not { Length: > 0 } project)
        {
            Assert.Inconclusive("Set PIPELINE_BIGQUERY_PROJECT to a Google Cloud project to run the contract against BigQuery.");
            return null!;
        }

        return _warehouse = new BigQueryWarehouse(new BigQueryOptions { ProjectId = project, Dataset = _dataset, Location = Location }, () => null);
    }

    public async ValueTask DisposeAsync()
    {
        if (_warehouse is null)
        {
            return;
        }

        _warehouse.Dispose();
        using BigQueryClient client = await BigQueryClient.CreateAsync(Project);
        await client.DeleteDatasetAsync(_dataset, new DeleteDatasetOptions { DeleteContents = true });
    }

    private static string? Project => Environment.GetEnvironmentVariable("PIPELINE_BIGQUERY_PROJECT");

    private static string Location => Environment.GetEnvironmentVariable("PIPELINE_BIGQUERY_LOCATION") is { Length: > 0 } location ? location : "EU";
}
