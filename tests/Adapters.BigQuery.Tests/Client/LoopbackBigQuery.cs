using System.Collections.Concurrent;
using System.Globalization;
using System.IO.Compression;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using Google;

namespace Pipeline.Adapters.BigQuery.Tests;

/// <summary>Speaks BigQuery's REST protocol on this machine, as far as the adapter does, and passes what it is asked to another implementation of the port.</summary>
internal sealed class LoopbackBigQuery : IAsyncDisposable
{
    private readonly HttpListener _listener = new();
    private readonly IBigQuery _inner;
    private readonly Task _serving;
    private readonly ConcurrentDictionary<string, JsonNode> _uploads = new(StringComparer.Ordinal);

    public LoopbackBigQuery(IBigQuery inner)
    {
        _inner = inner;
        Address = string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{FreePort()}");
        _listener.Prefixes.Add(Address + "/");
        _listener.Start();
        _serving = Task.Run(ServeAsync);
    }

    public string Address { get; }

    /// <summary>Every request as method, path and query, in the order of arrival.</summary>
    public ConcurrentQueue<string> Requests { get; } = new();

    /// <summary>The body of every job.</summary>
    public ConcurrentQueue<JsonNode> Jobs { get; } = new();

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

    private async Task ServeAsync()
    {
        while (_listener.IsListening)
        {
            try
            {
                HttpListenerContext context = await _listener.GetContextAsync();
                _ = RespondAsync(context);
            }
            catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
            {
                // The listener was closed: the loop's condition says so.
            }
        }
    }

    private async Task RespondAsync(HttpListenerContext context)
    {
        Requests.Enqueue($"{context.Request.HttpMethod} {context.Request.Url!.PathAndQuery}");
        JsonNode answer;
        try
        {
            answer = await AnswerAsync(context, await BodyAsync(context.Request));
        }
        catch (Exception e) when (e is not HttpListenerException)
        {
            answer = Refused(context, e as GoogleApiException ?? DuckBigQuery.Refusal(HttpStatusCode.BadRequest, "invalid", $"The server failed: {e}"));
        }

        context.Response.ContentType = "application/json";
        byte[] bytes = Encoding.UTF8.GetBytes(answer.ToJsonString());
        context.Response.ContentLength64 = bytes.Length;
        await context.Response.OutputStream.WriteAsync(bytes);
        context.Response.Close();
    }

    private static JsonObject Refused(HttpListenerContext context, GoogleApiException e)
    {
        context.Response.StatusCode = (int)e.HttpStatusCode;
        JsonObject error = new() { ["reason"] = e.Error.Errors[0].Reason, ["message"] = e.Error.Message, ["domain"] = "global" };
        return new JsonObject { ["error"] = new JsonObject { ["code"] = (int)e.HttpStatusCode, ["message"] = e.Error.Message, ["errors"] = new JsonArray(error) } };
    }

    // The client compresses what it sends.
    private static async Task<string> BodyAsync(HttpListenerRequest request)
    {
        bool isCompressed = string.Equals(request.Headers["Content-Encoding"], "gzip", StringComparison.OrdinalIgnoreCase);
        await using Stream stream = isCompressed ? new GZipStream(request.InputStream, CompressionMode.Decompress) : request.InputStream;
        using StreamReader reader = new(stream);
        return await reader.ReadToEndAsync();
    }

    private async Task<JsonNode> AnswerAsync(HttpListenerContext context, string body)
    {
        string[] path = context.Request.Url!.AbsolutePath.Split('/', StringSplitOptions.RemoveEmptyEntries);
        string kind = path[0] is "upload" or "uploading" ? path[0] : path.Last(part => part is "jobs" or "queries" or "tables" or "datasets");
        string last = path[^1];
        switch ((context.Request.HttpMethod, kind))
        {
            case ("POST", "upload"):
                string upload = Guid.NewGuid().ToString("N");
                _uploads[upload] = JsonNode.Parse(body)!;
                context.Response.Headers["Location"] = $"{Address}/uploading/{upload}";
                return new JsonObject();
            case ("PUT", "uploading"):
                JsonNode load = _uploads[last];
                Jobs.Enqueue(load);
                return Job(Id(load), await _inner.StartAsync(Load(load), Encoding.UTF8.GetBytes(body), CancellationToken.None));
            case ("POST", "jobs") when last is "cancel":
                await _inner.CancelJobAsync(path[^2], CancellationToken.None);
                return new JsonObject();
            case ("POST", "jobs"):
                JsonNode job = JsonNode.Parse(body)!;
                Jobs.Enqueue(job);
                return Job(Id(job), await _inner.StartAsync(Query(job), CancellationToken.None));
            case ("GET", "jobs"):
                return Job(last, await _inner.FindJobAsync(last, CancellationToken.None));
            case ("GET", "queries"):
                return Page(await _inner.ReadPageAsync(last, context.Request.QueryString["pageToken"], int.Parse(context.Request.QueryString["maxResults"]!, CultureInfo.InvariantCulture), CancellationToken.None));
            case ("GET", "tables"):
                return Table(await _inner.FindTableAsync(last, CancellationToken.None));
            case ("POST", "tables"):
                JsonNode table = JsonNode.Parse(body)!;
                await _inner.CreateTableAsync(new StagingTable((string)table["tableReference"]!["tableId"]!, Columns(table["schema"]!), DateTimeOffset.UnixEpoch, Labels(table["labels"])), CancellationToken.None);
                return table;
            case ("DELETE", "tables"):
                await _inner.DeleteTableAsync(last, CancellationToken.None);
                return new JsonObject();
            case ("POST", "datasets"):
                await _inner.CreateDatasetAsync(Labels(JsonNode.Parse(body)!["labels"]), CancellationToken.None);
                return new JsonObject();
            default:
                throw DuckBigQuery.Refusal(HttpStatusCode.BadRequest, "invalid", $"The server does not know {context.Request.HttpMethod} {context.Request.Url}.");
        }
    }

    private static string Id(JsonNode job) => (string)job["jobReference"]!["jobId"]!;

    private static QueryJob Query(JsonNode job)
    {
        JsonNode query = job["configuration"]!["query"]!;
        IEnumerable<QueryParameter> parameters = (query["queryParameters"]?.AsArray() ?? []).Select(parameter => parameter!["parameterType"]!["arrayType"] is { } elements
            ? new QueryParameter((string)parameter["name"]!, (string)elements["type"]!, null, [.. (parameter["parameterValue"]!["arrayValues"]?.AsArray() ?? []).Select(value => (string)value!["value"]!)])
            : new QueryParameter((string)parameter["name"]!, (string)parameter["parameterType"]!["type"]!, (string?)parameter["parameterValue"]!["value"]));
        return new QueryJob(Id(job), (string)query["query"]!, [.. parameters], long.Parse(query["maximumBytesBilled"]!.ToString(), CultureInfo.InvariantCulture), Labels(job["configuration"]!["labels"]));
    }

    private static LoadJob Load(JsonNode job)
    {
        JsonNode load = job["configuration"]!["load"]!;
        return new LoadJob(Id(job), (string)load["destinationTable"]!["tableId"]!, Columns(load["schema"]!), Labels(job["configuration"]!["labels"]));
    }

    private static StagedColumn[] Columns(JsonNode schema) => [.. schema["fields"]!.AsArray().Select(field => new StagedColumn((string)field!["name"]!, (string)field["type"]!, (string)field["mode"]!))];

    private static Dictionary<string, string> Labels(JsonNode? labels) => labels!.AsObject().ToDictionary(label => label.Key, label => (string)label.Value!, StringComparer.Ordinal);

    private static JsonObject Job(string id, JobStatus status)
    {
        JsonObject state = new() { ["state"] = status.IsDone ? "DONE" : "RUNNING" };
        if (status.Error is { } error)
        {
            state["errorResult"] = new JsonObject { ["reason"] = error.Reason, ["message"] = error.Message };
        }

        return new JsonObject
        {
            ["jobReference"] = new JsonObject { ["projectId"] = "a-project", ["jobId"] = id, ["location"] = "EU" },
            ["status"] = state,
            ["statistics"] = new JsonObject { ["query"] = new JsonObject { ["totalBytesBilled"] = status.BytesBilled.ToString(CultureInfo.InvariantCulture) } },
        };
    }

    private static JsonObject Page(ResultPage page)
    {
        bool[] arrays = [.. page.Columns.Select((_, place) => page.Rows.Any(row => row[place] is string[]))];
        JsonObject answer = new()
        {
            ["jobComplete"] = true,
            ["schema"] = new JsonObject { ["fields"] = new JsonArray([.. page.Columns.Select((name, place) => (JsonNode)new JsonObject { ["name"] = name, ["type"] = "STRING", ["mode"] = arrays[place] ? "REPEATED" : "NULLABLE" })]) },
            ["rows"] = new JsonArray([.. page.Rows.Select(row => (JsonNode)new JsonObject { ["f"] = new JsonArray([.. row.Select(cell => (JsonNode)new JsonObject { ["v"] = Cell(cell) })]) })]),
        };
        if (page.NextPage is { } next)
        {
            answer["pageToken"] = next;
        }

        return answer;
    }

    private static JsonNode? Cell(object? value) => value is string[] elements ? new JsonArray([.. elements.Select(element => (JsonNode)new JsonObject { ["v"] = element })]) : (string?)value;

    private static JsonObject Table(TableState state) => new()
    {
        ["schema"] = new JsonObject { ["fields"] = new JsonArray([.. state.Columns.Select(column => (JsonNode)new JsonObject { ["name"] = column.Name, ["type"] = column.Type, ["mode"] = column.Mode })]) },
        ["numRows"] = state.Rows.ToString(CultureInfo.InvariantCulture),
    };
}
