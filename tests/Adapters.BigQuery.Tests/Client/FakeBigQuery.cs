using System.Collections.Concurrent;
using System.Globalization;
using System.IO.Compression;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using Google.Apis.Auth.OAuth2;
using Google.Cloud.BigQuery.V2;

namespace Pipeline.Adapters.BigQuery.Tests;

/// <summary>
/// Speaks as much of BigQuery's REST protocol on this machine as the warehouse needs: datasets, tables, resumable uploads, jobs and the pages of their results.
/// What queries and loads answer is the test's to say; what is not foreseen is answered with an error that is not tried again.
/// </summary>
internal sealed class FakeBigQuery : IAsyncDisposable
{
    private readonly HttpListener _listener = new();
    private readonly ConcurrentDictionary<string, JsonNode> _jobs = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, JsonNode> _tables = new(StringComparer.Ordinal);
    private readonly Task _serving;
    private bool _hasDataset;

    public FakeBigQuery()
    {
        Address = string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{FreePort()}/");
        _listener.Prefixes.Add(Address);
        _listener.Start();
        _serving = Task.Run(ServeAsync);
    }

    public string Address { get; }

    /// <summary>Every request as method and path, in the order of arrival.</summary>
    public ConcurrentQueue<string> Requests { get; } = new();

    /// <summary>The configuration of every query job.</summary>
    public ConcurrentQueue<JsonNode> Queries { get; } = new();

    /// <summary>The configuration of every load job.</summary>
    public ConcurrentQueue<JsonNode> Loads { get; } = new();

    /// <summary>What was uploaded.</summary>
    public ConcurrentQueue<string> Uploads { get; } = new();

    /// <summary>The tables that are there.</summary>
    public ICollection<string> Tables => _tables.Keys;

    /// <summary>What a query answers, by its text and the page token: the members of a result, or of an error with its HTTP status in "code".</summary>
    public Func<string, string?, JsonObject> Answer { get; set; } = (_, _) => Rows([]);

    /// <summary>How a load job ends: the status of the job.</summary>
    public Func<JsonObject> Load { get; set; } = static () => new JsonObject { ["state"] = "DONE" };

    /// <summary>A warehouse here that tries four times, without pauses to speak of.</summary>
    public BigQueryWarehouse Warehouse() =>
        new(new BigQueryOptions { ProjectId = "a-project", FirstRetry = TimeSpan.FromMilliseconds(1), Attempts = 4 }, () => null, (_, _) => Task.FromResult(Client()));

    /// <summary>The real client, pointed here.</summary>
    public BigQueryClient Client()
    {
        BigQueryClient client = new BigQueryClientBuilder { ProjectId = "a-project", BaseUri = $"{Address}bigquery/v2/", GoogleCredential = GoogleCredential.FromAccessToken("a-token") }.Build();
        client.Service.HttpClient.MessageHandler.NumTries = 1;
        return client;
    }

    /// <summary>A result of rows whose columns are named with their types, such as <c>number:STRING</c>; an array's column ends with <c>[]</c>.</summary>
    public static JsonObject Rows(string[] columns, params object?[][] rows) => new()
    {
        ["schema"] = new JsonObject
        {
            ["fields"] = new JsonArray([.. columns.Select(column => (JsonNode)new JsonObject
            {
                ["name"] = column.Split(':')[0],
                ["type"] = column.Split(':')[1].TrimEnd('[', ']'),
                ["mode"] = column.EndsWith("[]", StringComparison.Ordinal) ? "REPEATED" : "NULLABLE",
            })]),
        },
        ["rows"] = new JsonArray([.. rows.Select(row => (JsonNode)new JsonObject { ["f"] = new JsonArray([.. row.Select(value => (JsonNode)new JsonObject { ["v"] = Cell(value) })]) })]),
        ["totalRows"] = rows.Length.ToString(CultureInfo.InvariantCulture),
        ["jobComplete"] = true,
    };

    public static JsonObject Error(int status, string reason, string message) => new()
    {
        ["error"] = new JsonObject
        {
            ["code"] = status,
            ["message"] = message,
            ["errors"] = new JsonArray(new JsonObject { ["reason"] = reason, ["message"] = message, ["domain"] = "global" }),
        },
    };

    public async ValueTask DisposeAsync()
    {
        _listener.Close();
        await _serving;
    }

    private static int FreePort()
    {
        using TcpListener probe = new(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }

    private static JsonNode? Cell(object? value) => value switch
    {
        null => null,
        string[] values => new JsonArray([.. values.Select(v => (JsonNode)new JsonObject { ["v"] = v })]),
        byte[] bytes => Convert.ToBase64String(bytes),
        _ => Convert.ToString(value, CultureInfo.InvariantCulture),
    };

    private async Task ServeAsync()
    {
        while (_listener.IsListening)
        {
            try
            {
                await RespondAsync(await _listener.GetContextAsync());
            }
            catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
            {
                // The client went away, or the listener was closed: the loop's condition says which.
            }
        }
    }

    private async Task RespondAsync(HttpListenerContext context)
    {
        string path = context.Request.Url!.AbsolutePath;
        Requests.Enqueue($"{context.Request.HttpMethod} {path}");
        string body = await BodyAsync(context.Request);
        JsonNode answer;
        try
        {
            answer = Answered(context, path, body);
        }
        catch (Exception e) when (e is not HttpListenerException)
        {
            answer = Error(400, "invalid", $"The fake server failed: {e.Message}");
        }

        context.Response.StatusCode = answer is JsonObject and { } members && members["error"]?["code"] is { } code ? code.GetValue<int>() : 200;
        context.Response.ContentType = "application/json";
        byte[] bytes = Encoding.UTF8.GetBytes(answer.ToJsonString());
        context.Response.ContentLength64 = bytes.Length;
        await context.Response.OutputStream.WriteAsync(bytes);
        context.Response.Close();
    }

    // The client compresses what it sends.
    private static async Task<string> BodyAsync(HttpListenerRequest request)
    {
        bool isCompressed = string.Equals(request.Headers["Content-Encoding"], "gzip", StringComparison.OrdinalIgnoreCase);
        await using Stream stream = isCompressed ? new GZipStream(request.InputStream, CompressionMode.Decompress) : request.InputStream;
        using StreamReader reader = new(stream);
        return await reader.ReadToEndAsync();
    }

    private JsonNode Answered(HttpListenerContext context, string path, string body)
    {
        string last = path.Split('/')[^1];
        string method = context.Request.HttpMethod;
        return (method, Kind(path)) switch
        {
            ("POST", "upload") => BeginUpload(context, body),
            ("PUT", "uploading") => Uploaded(last, body),
            ("POST", "jobs") => NewJob(body, Queries),
            ("GET", "queries") => Results(last, context.Request.QueryString["pageToken"]),
            ("GET", "jobs") => _jobs[last].DeepClone(),
            ("GET", "tables") => _tables.TryGetValue(last, out JsonNode? table) ? table.DeepClone() : Error(404, "notFound", "Not found: Table"),
            ("POST", "tables") => NewTable(body),
            ("DELETE", "tables") => _tables.TryRemove(last, out _) ? new JsonObject() : Error(404, "notFound", "Not found: Table"),
            ("GET", "datasets") => _hasDataset ? Dataset() : Error(404, "notFound", "Not found: Dataset"),
            ("POST", "datasets") => NewDataset(),
            _ => Error(400, "invalid", $"The fake server does not know {method} {path}."),
        };
    }

    // The innermost collection that a path names.
    private static string Kind(string path)
    {
        string[] parts = path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        return parts[0] is "upload" or "uploading"
            ? parts[0]
            : parts.Last(part => part is "jobs" or "queries" or "tables" or "datasets");
    }

    private JsonObject BeginUpload(HttpListenerContext context, string body)
    {
        JsonNode job = NewJob(body, Loads);
        context.Response.Headers["Location"] = $"{Address}uploading/{job["jobReference"]!["jobId"]}";
        return [];
    }

    private JsonNode Uploaded(string id, string body)
    {
        Uploads.Enqueue(body);
        _jobs[id]["status"] = Load();
        return _jobs[id].DeepClone();
    }

    private JsonNode NewJob(string body, ConcurrentQueue<JsonNode> kind)
    {
        JsonNode job = JsonNode.Parse(body)!;
        string id = job["jobReference"]!["jobId"]!.GetValue<string>();
        job["jobReference"]!["location"] = "EU";
        job["status"] = new JsonObject { ["state"] = "DONE" };
        if (!_jobs.TryAdd(id, job))
        {
            return Error(409, "duplicate", "Already Exists: Job");
        }

        kind.Enqueue(job["configuration"]!.DeepClone());
        return job.DeepClone();
    }

    private JsonNode NewTable(string body)
    {
        JsonNode table = JsonNode.Parse(body)!;
        _tables[table["tableReference"]!["tableId"]!.GetValue<string>()] = table;
        return table.DeepClone();
    }

    private JsonObject NewDataset()
    {
        _hasDataset = true;
        return Dataset();
    }

    private static JsonObject Dataset() => new() { ["datasetReference"] = new JsonObject { ["projectId"] = "a-project", ["datasetId"] = "pipeline" } };

    private JsonObject Results(string id, string? pageToken)
    {
        JsonNode job = _jobs[id];
        JsonObject answer = Answer(job["configuration"]!["query"]!["query"]!.GetValue<string>(), pageToken);
        if (!answer.ContainsKey("error"))
        {
            answer["jobReference"] = job["jobReference"]!.DeepClone();
        }

        return answer;
    }
}
