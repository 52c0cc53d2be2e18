using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Google.Apis.Auth.OAuth2;
using Google.Cloud.BigQuery.V2;

namespace Pipeline.Adapters.BigQuery.Tests;

/// <summary>Speaks as much of BigQuery's REST protocol on this machine as the warehouse needs: tables, uploads, query jobs and their pages. What queries answer is the test's to say.</summary>
internal sealed class FakeBigQuery : IAsyncDisposable
{
    private readonly HttpListener _listener = new();
    private readonly ConcurrentDictionary<string, JsonNode> _jobs = new(StringComparer.Ordinal);
    private readonly Task _serving;
    private int _lastJob;

    public FakeBigQuery()
    {
        int port = 20_000 + Random.Shared.Next(20_000);
        Address = string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}/");
        _listener.Prefixes.Add(Address);
        _listener.Start();
        _serving = Task.Run(ServeAsync);
    }

    public string Address { get; }

    /// <summary>Every request as method and path, in the order of arrival.</summary>
    public ConcurrentQueue<string> Requests { get; } = new();

    /// <summary>Every query job as it was sent.</summary>
    public ConcurrentQueue<JsonNode> Queries { get; } = new();

    /// <summary>What was uploaded.</summary>
    public ConcurrentQueue<string> Uploads { get; } = new();

    /// <summary>What a query answers, by its text and the page token: the members of a result, or of an error with its HTTP status in "code".</summary>
    public Func<string, string?, JsonObject> Answer { get; set; } = (_, _) => Rows([]);

    /// <summary>A warehouse here that tries four times, without pauses to speak of.</summary>
    public BigQueryWarehouse Warehouse() =>
        new(new BigQueryOptions { ProjectId = "a-project", FirstRetry = TimeSpan.FromMilliseconds(1), Attempts = 4 }, () => null, (_, _) => Task.FromResult(Client()));

    /// <summary>The real client, pointed here.</summary>
    public BigQueryClient Client() =>
        new BigQueryClientBuilder { ProjectId = "a-project", BaseUri = $"{Address}bigquery/v2/", GoogleCredential = GoogleCredential.FromAccessToken("a-token") }.Build();

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
                HttpListenerContext context = await _listener.GetContextAsync();
                await RespondAsync(context);
            }
            catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
            {
                return;
            }
        }
    }

    private async Task RespondAsync(HttpListenerContext context)
    {
        string path = context.Request.Url!.AbsolutePath;
        Requests.Enqueue($"{context.Request.HttpMethod} {path}");
        using StreamReader reader = new(context.Request.InputStream);
        string body = await reader.ReadToEndAsync();
        JsonNode answer = (context.Request.HttpMethod, path) switch
        {
            ("POST", _) when path.StartsWith("/upload/", StringComparison.Ordinal) => BeginUpload(context, body),
            ("PUT", _) => Uploaded(path, body),
            ("POST", _) when path.EndsWith("/jobs", StringComparison.Ordinal) => BeginQuery(body),
            ("GET", _) when path.Contains("/queries/", StringComparison.Ordinal) => Results(path, context.Request.QueryString["pageToken"]),
            ("GET", _) when path.Contains("/jobs/", StringComparison.Ordinal) => _jobs[path.Split('/')[^1]].DeepClone(),
            ("GET", _) => Error(404, "notFound", "Not found"),
            ("DELETE", _) => new JsonObject(),
            _ => JsonNode.Parse(body)!,
        };
        if (answer["error"]?["code"]?.GetValue<int>() is { } status)
        {
            context.Response.StatusCode = status;
        }

        context.Response.ContentType = "application/json";
        byte[] bytes = Encoding.UTF8.GetBytes(answer.ToJsonString());
        await context.Response.OutputStream.WriteAsync(bytes);
        context.Response.Close();
    }

    private JsonObject BeginUpload(HttpListenerContext context, string body)
    {
        JsonNode job = NewJob(body);
        context.Response.Headers["Location"] = $"{Address}uploading/{job["jobReference"]!["jobId"]}";
        return new JsonObject();
    }

    private JsonNode Uploaded(string path, string body)
    {
        Uploads.Enqueue(body);
        return _jobs[path.Split('/')[^1]].DeepClone();
    }

    private JsonNode BeginQuery(string body)
    {
        JsonNode job = NewJob(body);
        Queries.Enqueue(job);
        return job.DeepClone();
    }

    private JsonNode NewJob(string body)
    {
        JsonNode job = JsonNode.Parse(body)!;
        string id = string.Create(CultureInfo.InvariantCulture, $"job-{Interlocked.Increment(ref _lastJob)}");
        job["jobReference"] = new JsonObject { ["projectId"] = "a-project", ["jobId"] = id, ["location"] = "EU" };
        job["status"] = new JsonObject { ["state"] = "DONE" };
        _jobs[id] = job;
        return job;
    }

    private JsonObject Results(string path, string? pageToken)
    {
        JsonNode job = _jobs[path.Split('/')[^1]];
        JsonObject answer = Answer(job["configuration"]!["query"]!["query"]!.GetValue<string>(), pageToken);
        if (!answer.ContainsKey("error"))
        {
            answer["jobReference"] = job["jobReference"]!.DeepClone();
        }

        return answer;
    }
}
