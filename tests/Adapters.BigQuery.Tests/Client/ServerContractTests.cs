using Google.Apis.Auth.OAuth2;
using Google.Cloud.BigQuery.V2;
using Pipeline.Contracts;
using Pipeline.Storage;

namespace Pipeline.Adapters.BigQuery.Tests;

/// <summary>
/// The contract against BigQuery itself or another server, each test in a dataset of its own that is deleted afterwards. Needs PIPELINE_BIGQUERY_PROJECT, the id of a project,
/// and credentials (GOOGLE_APPLICATION_CREDENTIALS) that may make datasets and run jobs in it; PIPELINE_BIGQUERY_LOCATION says where, EU by default.
/// PIPELINE_BIGQUERY_ENDPOINT names another server, as BigQuery:Endpoint does. Inconclusive otherwise.
/// </summary>
[TestClass]
public sealed class ServerContractTests : WarehouseContract, IAsyncDisposable
{
    private readonly BigQueryOptions _options = new()
    {
        ProjectId = Variable("PROJECT") ?? "none",
        Dataset = $"pipeline_test_{Guid.NewGuid():N}",
        Location = Variable("LOCATION") ?? "EU",
        Endpoint = Variable("ENDPOINT") ?? "",
    };

    private BigQueryWarehouse? _warehouse;

    protected override IWarehouse Create()
    {
        if (Variable("PROJECT") is null)
        {
            Assert.Inconclusive("Set PIPELINE_BIGQUERY_PROJECT to a Google Cloud project to run the contract against BigQuery.");
        }

        return _warehouse = new BigQueryWarehouse(_options, () => null, GoogleBigQuery.Connect);
    }

    public async ValueTask DisposeAsync()
    {
        if (_warehouse is null)
        {
            return;
        }

        _warehouse.Dispose();
        BigQueryClientBuilder builder = new() { ProjectId = _options.ProjectId };
        if (_options.Endpoint.Length > 0)
        {
            builder.BaseUri = $"{_options.Endpoint.TrimEnd('/')}/bigquery/v2/";
            builder.GoogleCredential = _options.IsAnonymous ? GoogleCredential.FromAccessToken("none") : null;
        }

        using BigQueryClient client = await builder.BuildAsync();
        await client.DeleteDatasetAsync(_options.Dataset, new DeleteDatasetOptions { DeleteContents = true });
    }

    private static string? Variable(string name) => Environment.GetEnvironmentVariable($"PIPELINE_BIGQUERY_{name}") is { Length: > 0 } value ? value : null;
}
