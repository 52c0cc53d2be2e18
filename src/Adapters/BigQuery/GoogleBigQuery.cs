using System.Runtime.InteropServices;
using Google.Apis.Auth.OAuth2;
using Google.Apis.Bigquery.v2;
using Google.Apis.Bigquery.v2.Data;
using Google.Apis.Upload;
using Google.Cloud.BigQuery.V2;
using Newtonsoft.Json.Linq;
using Data = Google.Apis.Bigquery.v2.Data;

namespace Pipeline.Adapters.BigQuery;

/// <summary>BigQuery through Google's client: each call is one request, and nothing is decided here.</summary>
internal sealed class GoogleBigQuery : IBigQuery
{
    private const string Lines = "application/octet-stream";

    private readonly BigQueryOptions _options;
    private readonly BigQueryClient _client;

    private GoogleBigQuery(BigQueryOptions options, BigQueryClient client) => (_options, _client) = (options, client);

    private BigqueryService Service => _client.Service;

    /// <summary>Makes a client; nothing is asked of the server yet.</summary>
    public static IBigQuery Connect(BigQueryOptions options, GoogleCredential? credential)
    {
        BigQueryClientBuilder builder = new()
        {
            ProjectId = options.ProjectId,
            DefaultLocation = options.Location,
            ApplicationName = "pipeline",
            BaseUri = options.Endpoint.Length > 0 ? $"{options.Endpoint.TrimEnd('/')}/bigquery/v2/" : null,
            GoogleCredential = credential ?? GoogleCredential.FromAccessToken("none"),
        };
        BigQueryClient client = builder.Build();

        // Requests are repeated in one place, which is not here.
        client.Service.HttpClient.MessageHandler.NumTries = 1;
        return new GoogleBigQuery(options, client);
    }

    public Task<JobStatus> StartAsync(QueryJob job, CancellationToken cancellationToken)
    {
        JobConfigurationQuery query = new()
        {
            Query = job.Sql,
            UseLegacySql = false,
            DefaultDataset = new DatasetReference { ProjectId = _options.ProjectId, DatasetId = _options.Dataset },
            MaximumBytesBilled = job.MaximumBytesBilled,
            ParameterMode = job.Parameters.Count > 0 ? "NAMED" : null,
            QueryParameters = [.. job.Parameters.Select(Parameter)],
        };
        Job body = Body(job.Id, new JobConfiguration { Query = query, Labels = Labels(job.Labels) });
        return StatusAsync(Service.Jobs.Insert(body, _options.ProjectId).ExecuteAsync(cancellationToken));
    }

    public async Task<JobStatus> StartAsync(LoadJob job, ReadOnlyMemory<byte> lines, CancellationToken cancellationToken)
    {
        JobConfigurationLoad load = new()
        {
            DestinationTable = Table(job.Table),
            Schema = Schema(job.Columns),
            SourceFormat = "NEWLINE_DELIMITED_JSON",
            CreateDisposition = "CREATE_NEVER",
            WriteDisposition = "WRITE_APPEND",
            MaxBadRecords = 0,
        };
        ArraySegment<byte> bytes = MemoryMarshal.TryGetArray(lines, out ArraySegment<byte> array) ? array : lines.ToArray();
        using MemoryStream stream = new(bytes.Array!, bytes.Offset, bytes.Count, writable: false);
        JobsResource.InsertMediaUpload upload = Service.Jobs.Insert(Body(job.Id, new JobConfiguration { Load = load, Labels = Labels(job.Labels) }), _options.ProjectId, stream, Lines);
        IUploadProgress progress = await upload.UploadAsync(cancellationToken);
        cancellationToken.ThrowIfCancellationRequested();
        return progress.Exception is null ? Status(upload.ResponseBody) : throw progress.Exception;
    }

    public Task<JobStatus> FindJobAsync(string id, CancellationToken cancellationToken)
    {
        JobsResource.GetRequest request = Service.Jobs.Get(_options.ProjectId, id);
        request.Location = _options.Location;
        return StatusAsync(request.ExecuteAsync(cancellationToken));
    }

    public Task CancelJobAsync(string id, CancellationToken cancellationToken)
    {
        JobsResource.CancelRequest request = Service.Jobs.Cancel(_options.ProjectId, id);
        request.Location = _options.Location;
        return request.ExecuteAsync(cancellationToken);
    }

    public async Task<ResultPage> ReadPageAsync(string id, string? pageToken, int rows, CancellationToken cancellationToken)
    {
        JobsResource.GetQueryResultsRequest request = Service.Jobs.GetQueryResults(_options.ProjectId, id);
        request.Location = _options.Location;
        request.PageToken = pageToken;
        request.MaxResults = rows;
        request.FormatOptionsUseInt64Timestamp = true;
        GetQueryResultsResponse page = await request.ExecuteAsync(cancellationToken);
        IList<TableFieldSchema> columns = page.Schema?.Fields ?? [];
        return new ResultPage(
            [.. columns.Select(column => column.Name)],
            [.. (page.Rows ?? []).Select(row => row.F.Select((cell, place) => Cell(cell.V, columns[place].Mode)).ToArray())],
            page.PageToken);
    }

    public async Task<TableState> FindTableAsync(string name, CancellationToken cancellationToken)
    {
        Data.Table table = await Service.Tables.Get(_options.ProjectId, _options.Dataset, name).ExecuteAsync(cancellationToken);
        IEnumerable<StagedColumn> columns = (table.Schema?.Fields ?? []).Select(field => new StagedColumn(field.Name, field.Type, field.Mode ?? StagedColumn.Nullable));
        return new TableState([.. columns], (long)(table.NumRows ?? 0));
    }

    public Task CreateTableAsync(StagingTable table, CancellationToken cancellationToken)
    {
        Data.Table body = new() { TableReference = Table(table.Name), Schema = Schema(table.Columns), ExpirationTime = table.ExpiresAt.ToUnixTimeMilliseconds(), Labels = Labels(table.Labels) };
        return Service.Tables.Insert(body, _options.ProjectId, _options.Dataset).ExecuteAsync(cancellationToken);
    }

    public Task DeleteTableAsync(string name, CancellationToken cancellationToken) =>
        Service.Tables.Delete(_options.ProjectId, _options.Dataset, name).ExecuteAsync(cancellationToken);

    public Task CreateDatasetAsync(IReadOnlyDictionary<string, string> labels, CancellationToken cancellationToken)
    {
        DatasetReference reference = new() { ProjectId = _options.ProjectId, DatasetId = _options.Dataset };
        return Service.Datasets.Insert(new Dataset { DatasetReference = reference, Location = _options.Location, Labels = Labels(labels) }, _options.ProjectId).ExecuteAsync(cancellationToken);
    }

    public void Dispose() => _client.Dispose();

    private static async Task<JobStatus> StatusAsync(Task<Job> job) => Status(await job);

    private static JobStatus Status(Job job)
    {
        ErrorProto? error = job.Status.ErrorResult;
        bool isDone = string.Equals(job.Status.State, "DONE", StringComparison.Ordinal);
        return new JobStatus(isDone, isDone && error is not null ? new JobError(error.Reason ?? "", error.Message ?? "") : null, job.Statistics?.Query?.TotalBytesBilled ?? 0);
    }

    private static Data.QueryParameter Parameter(QueryParameter parameter) => new()
    {
        Name = parameter.Name,
        ParameterType = parameter.Values is null
            ? new QueryParameterType { Type = parameter.Type }
            : new QueryParameterType { Type = "ARRAY", ArrayType = new QueryParameterType { Type = parameter.Type } },
        ParameterValue = new QueryParameterValue { Value = parameter.Value, ArrayValues = parameter.Values is null ? null : [.. parameter.Values.Select(value => new QueryParameterValue { Value = value })] },
    };

    private static TableSchema Schema(IReadOnlyList<StagedColumn> columns) => new() { Fields = [.. columns.Select(column => new TableFieldSchema { Name = column.Name, Type = column.Type, Mode = column.Mode })] };

    private static Dictionary<string, string> Labels(IReadOnlyDictionary<string, string> labels) => new(labels, StringComparer.Ordinal);

    // The interface gives an array as objects with a member v each.
    private static object? Cell(object? value, string? mode) => value switch
    {
        JArray elements when string.Equals(mode, StagedColumn.Repeated, StringComparison.Ordinal) => elements.Select(element => (string?)element["v"] ?? "").ToArray(),
        null or JValue { Value: null } => null,
        _ => value.ToString(),
    };

    private TableReference Table(string name) => new() { ProjectId = _options.ProjectId, DatasetId = _options.Dataset, TableId = name };

    private Job Body(string id, JobConfiguration configuration) => new() { JobReference = new JobReference { ProjectId = _options.ProjectId, JobId = id, Location = _options.Location }, Configuration = configuration };
}
