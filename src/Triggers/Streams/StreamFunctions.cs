using System.Globalization;
using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Logging;
using Pipeline.Access;
using Pipeline.Audit;
using Pipeline.Requests;
using Pipeline.Streams;

namespace Pipeline.Triggers;

/// <summary>Takes items into streams, and shows what they make: clusters, items, figures and events.</summary>
public sealed class StreamFunctions(TakeStreamItems take, BrowseStreams browse, KeepStreams keep, ListEmerging emerging, WorkLimits work, ILogger<StreamFunctions> logger)
{
    /// <summary>The stream of the items that are sent as tweets; made when the first come.</summary>
    public const string Tweets = "tweets";

    // Below the 230 seconds in which a request must be answered in Azure; readers of events come again by themselves.
    private const int SecondsToFollow = 200;
    private const int MostSecondsToFollow = 3_600;

    /// <summary>Takes items, one or up to a thousand.</summary>
    [Function("StreamAdd")]
    [Requires(Role.Operator)]
    [DisableRequestSizeLimit]
    public Task<IResult> AddAsync([HttpTrigger(Access.Checked, "post", Route = "streams/{name}/items")] HttpRequest request, string name, CancellationToken cancellationToken) =>
        StreamAnswers.RunAsync(request, logger, "items", async () => HttpAnswers.Json(await take.RunAsync(name, request.Body, cancellationToken), StatusCodes.Status202Accepted));

    /// <summary>Takes items into the stream of tweets.</summary>
    [Function("Tweets")]
    [Requires(Role.Operator)]
    [DisableRequestSizeLimit]
    public Task<IResult> TweetsAsync([HttpTrigger(Access.Checked, "post", Route = "tweets")] HttpRequest request, CancellationToken cancellationToken) =>
        StreamAnswers.RunAsync(request, logger, "items", async () =>
        {
            if (!(await browse.ListAsync(cancellationToken)).Contains(Tweets, StringComparer.Ordinal))
            {
                await keep.CreateAsync(Tweets, new StreamConfig(), Callers.NameOf(request), cancellationToken);
            }

            return HttpAnswers.Json(await take.RunAsync(Tweets, request.Body, cancellationToken), StatusCodes.Status202Accepted);
        });

    /// <summary>Makes a stream: its name, and the fields of its configuration that are not to be the standard ones.</summary>
    [Function("StreamCreate")]
    [Requires(Role.Operator, Act = AuditActions.StreamCreate)]
    public Task<IResult> CreateAsync([HttpTrigger(Access.Checked, "post", Route = "streams")] HttpRequest request, CancellationToken cancellationToken) =>
        StreamAnswers.RunAsync(request, logger, "create", async () =>
        {
            JsonElement body = await StreamAnswers.ObjectAsync(request, cancellationToken);
            string name = body.TryGetProperty("name", out JsonElement named) && named.ValueKind == JsonValueKind.String ? StreamAnswers.Text(named, "name") : throw RequestException.Invalid("name", "The name of the stream is missing.");
            StreamConfig config = body.TryGetProperty("config", out JsonElement fields) ? StreamConfigReader.With(new StreamConfig(), fields) : new StreamConfig();
            return HttpAnswers.Json(await keep.CreateAsync(name, config, Callers.NameOf(request), cancellationToken), StatusCodes.Status201Created);
        });

    /// <summary>Lists the streams.</summary>
    [Function("Streams")]
    [Requires(Role.Reader)]
    public Task<IResult> ListAsync([HttpTrigger(Access.Checked, "get", Route = "streams")] HttpRequest request, CancellationToken cancellationToken) =>
        StreamAnswers.RunAsync(request, logger, "list", async () => HttpAnswers.Json(new { streams = await browse.ListAsync(cancellationToken) }));

    /// <summary>Lists the problems that emerge in any tech center.</summary>
    [Function("Emerging")]
    [Requires(Role.Reader)]
    public Task<IResult> EmergingAsync([HttpTrigger(Access.Checked, "get", Route = "emerging")] HttpRequest request, CancellationToken cancellationToken) =>
        StreamAnswers.RunAsync(request, logger, "emerging", async () => HttpAnswers.Json(new { emerging = await emerging.RunAsync(cancellationToken) }));

    /// <summary>Shows the largest clusters of a stream.</summary>
    [Function("StreamClusters")]
    [Requires(Role.Reader, OnlyWriter = true)]
    public Task<IResult> ClustersAsync([HttpTrigger(Access.Checked, "get", Route = "streams/{name}/clusters")] HttpRequest request, string name, CancellationToken cancellationToken) =>
        StreamAnswers.RunAsync(request, logger, "clusters", async () => HttpAnswers.Json(await browse.ClustersAsync(name, StreamAnswers.Number(request, "limit", 100, 1, BrowseStreams.MostShown), cancellationToken)), "limit");

    /// <summary>Shows the items of a cluster.</summary>
    [Function("StreamClusterItems")]
    [Requires(Role.Reader, OnlyWriter = true)]
    public Task<IResult> ItemsAsync([HttpTrigger(Access.Checked, "get", Route = "streams/{name}/clusters/{id}/items")] HttpRequest request, string name, string id, CancellationToken cancellationToken) =>
        StreamAnswers.RunAsync(request, logger, "clusterItems", async () =>
        {
            long cluster = long.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out long number) ? number : throw RequestException.NotFound("id", "A cluster's id is a whole number.");
            return HttpAnswers.Json(await browse.ItemsAsync(name, cluster, StreamAnswers.Number(request, "limit", 100, 1, BrowseStreams.MostShown), cancellationToken));
        }, "limit");

    /// <summary>Shows the figures of a stream.</summary>
    [Function("StreamStats")]
    [Requires(Role.Reader, OnlyWriter = true)]
    public Task<IResult> StatsAsync([HttpTrigger(Access.Checked, "get", Route = "streams/{name}/stats")] HttpRequest request, string name, CancellationToken cancellationToken) =>
        StreamAnswers.RunAsync(request, logger, "stats", async () => HttpAnswers.Json(await browse.StatsAsync(name, cancellationToken)));

    /// <summary>Finds the clusters that a text is most like.</summary>
    [Function("StreamSearch")]
    [Requires(Role.Reader, OnlyWriter = true)]
    public Task<IResult> SearchAsync([HttpTrigger(Access.Checked, "get", Route = "streams/{name}/search")] HttpRequest request, string name, CancellationToken cancellationToken) =>
        StreamAnswers.RunAsync(request, logger, "search", async () =>
        {
            int limit = StreamAnswers.Number(request, "limit", 10, 1, BrowseStreams.MostShown);
            return HttpAnswers.Json(new { clusters = await work.Classifications.RunAsync(() => browse.SearchAsync(name, request.Query["text"], limit, cancellationToken), cancellationToken) });
        }, "text", "limit");

    /// <summary>Tells of events as they happen, as server-sent events: those since the number in Last-Event-ID, and then each that comes.</summary>
    [Function("StreamEvents")]
    [Requires(Role.Reader, OnlyWriter = true)]
    public Task<IResult> EventsAsync([HttpTrigger(Access.Checked, "get", Route = "streams/{name}/events")] HttpRequest request, string name, CancellationToken cancellationToken) =>
        StreamAnswers.RunAsync(request, logger, "events", async () =>
        {
            int seconds = StreamAnswers.Number(request, "seconds", SecondsToFollow, 0, MostSecondsToFollow);
            string last = request.Headers["Last-Event-ID"].ToString();
            long after = last.Length == 0 ? 0 : long.TryParse(last, NumberStyles.None, CultureInfo.InvariantCulture, out long number) ? number : throw RequestException.Invalid("Last-Event-ID", "The header Last-Event-ID holds no number of an event.");
            await browse.RequireAsync(name, cancellationToken);
            return TypedResults.ServerSentEvents(SendAsync(name, after, TimeSpan.FromSeconds(seconds), request.HttpContext.RequestAborted));
        }, "seconds");

    private async IAsyncEnumerable<SseItem<string>> SendAsync(string name, long after, TimeSpan follow, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        // The first goes out at once, so that the reader knows that it is connected.
        yield return new SseItem<string>(JsonSerializer.Serialize(new { stream = name, after }, PipelineJson.Compact), "follows");
        await foreach (StreamNotice notice in browse.NoticesAsync(name, after, follow, cancellationToken))
        {
            yield return new SseItem<string>(JsonSerializer.Serialize(notice.Event, PipelineJson.Compact), JsonNamingPolicy.CamelCase.ConvertName(notice.Change.ToString())) { EventId = notice.Number.ToString(CultureInfo.InvariantCulture) };
        }
    }
}
