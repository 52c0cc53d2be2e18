using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Pipeline.Cli.Demo;
using Pipeline.Incidents;
using Pipeline.Search;

namespace Pipeline.Bench;

/// <summary>
/// Users who submit an incident, ask how far it is, classify a text and search, each as often as the others, with a wait between two requests or without. A run is the same for the same seed, but for the times.
/// </summary>
internal sealed class LoadMix(HttpClient http, Uri api, LoadRequests requests)
{
    private const int Seed = 2_000_003;
    private const int Searches = 2_000;

    private static readonly MediaTypeHeaderValue JsonType = new("application/json");
    private static readonly byte[][] SearchBodies = [.. DemoIncidents.Generate(Searches, Seed).Select(i => JsonSerializer.SerializeToUtf8Bytes(new SearchRequest(i.Texts[0]), PipelineJson.Compact))];

    private readonly ConcurrentQueue<(LoadKind Kind, double Milliseconds, int Status, string? Problem)> _answers = new();
    private readonly Incident[] _incidents = [.. DemoIncidents.Generate(Searches, Seed + 1)];
    private int _submitted;
    private int _searched;

    /// <summary>Runs the users for a time; requests sent by its end are waited for.</summary>
    /// <param name="users">How many there are.</param>
    /// <param name="time">For how long.</param>
    /// <param name="waits">Whether each waits 1 to 3 seconds before a request.</param>
    /// <param name="cancellationToken">Stops the run.</param>
    public async Task<IReadOnlyList<LoadMixKind>> RunAsync(int users, TimeSpan time, bool waits, CancellationToken cancellationToken)
    {
        _answers.Clear();
        long end = Stopwatch.GetTimestamp() + (long)(time.TotalSeconds * Stopwatch.Frequency);
        await Task.WhenAll(Enumerable.Range(0, users).Select(user => ActAsync(new Random(Seed + user), end, waits, cancellationToken)));
        return [.. Enum.GetValues<LoadKind>().Select(Of)];
    }

    private LoadMixKind Of(LoadKind kind)
    {
        (LoadKind Kind, double Milliseconds, int Status, string? Problem)[] answers = [.. _answers.Where(a => a.Kind == kind)];
        (LoadKind Kind, double Milliseconds, int Status, string? Problem)[] failed = [.. answers.Where(a => a.Status is not (200 or 202 or 429 or 503))];
        return new LoadMixKind(
            kind,
            answers.Count(a => a.Status is 200 or 202),
            answers.Count(a => a.Status == 429),
            answers.Count(a => a.Status == 503),
            failed.Length,
            failed.Select(a => a.Problem).FirstOrDefault(),
            LoadLatency.Of(answers.Where(a => a.Status is 200 or 202).Select(a => a.Milliseconds)));
    }

    private async Task ActAsync(Random random, long end, bool waits, CancellationToken cancellationToken)
    {
        Uri? submitted = null;
        while (Stopwatch.GetTimestamp() < end)
        {
            if (waits)
            {
                await Task.Delay(TimeSpan.FromSeconds(1 + (2 * random.NextDouble())), cancellationToken);
            }

            LoadKind kind = (LoadKind)random.Next(4);
            kind = kind == LoadKind.Status && submitted is null ? LoadKind.Submit : kind;
            long start = Stopwatch.GetTimestamp();
            try
            {
                using HttpResponseMessage answer = await http.SendAsync(RequestFor(kind, submitted), cancellationToken);
                submitted = kind == LoadKind.Submit && answer.Headers.Location is Uri location ? new Uri(api, location) : submitted;
                _answers.Enqueue((kind, Stopwatch.GetElapsedTime(start).TotalMilliseconds, (int)answer.StatusCode, answer.StatusCode is HttpStatusCode.OK or HttpStatusCode.Accepted ? null : await answer.Content.ReadAsStringAsync(cancellationToken)));
            }
            catch (Exception e) when (e is HttpRequestException or IOException || (e is TaskCanceledException && !cancellationToken.IsCancellationRequested))
            {
                _answers.Enqueue((kind, 0, 0, e.Message));
            }
        }
    }

    private HttpRequestMessage RequestFor(LoadKind kind, Uri? submitted) => kind switch
    {
        LoadKind.Submit => Post("v1/incidents", Submission()),
        LoadKind.Classify => Post("classify", requests.Next()),
        LoadKind.Search => Post("search", SearchBodies[(uint)Interlocked.Increment(ref _searched) % (uint)SearchBodies.Length]),
        _ => new HttpRequestMessage(HttpMethod.Get, submitted),
    };

    private byte[] Submission()
    {
        int number = Interlocked.Increment(ref _submitted);
        Incident incident = _incidents[number % _incidents.Length];
        return JsonSerializer.SerializeToUtf8Bytes(new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["number"] = string.Create(CultureInfo.InvariantCulture, $"LOAD{Environment.ProcessId}-{number}"),
            ["opened_at"] = DateTime.UtcNow.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture),
            ["short_description"] = incident.Texts[0],
            ["description"] = incident.Texts[1],
            ["assignment_group"] = incident.TechCenter,
        });
    }

    private HttpRequestMessage Post(string path, byte[] body)
    {
        HttpRequestMessage request = new(HttpMethod.Post, new Uri(api, path)) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = JsonType;
        return request;
    }
}

/// <summary>What a user asks for.</summary>
internal enum LoadKind
{
    /// <summary>An incident is sent: POST /api/v1/incidents.</summary>
    Submit,

    /// <summary>How far is the last one: GET /api/v1/uploads/{id}.</summary>
    Status,

    /// <summary>Where does a text belong: POST /api/classify.</summary>
    Classify,

    /// <summary>Which incidents are like it: POST /api/search.</summary>
    Search,
}

/// <summary>How one kind of request was answered.</summary>
/// <param name="Kind">The kind.</param>
/// <param name="Requests">Requests that were answered with success.</param>
/// <param name="TooMany">Requests answered 429.</param>
/// <param name="Unavailable">Requests answered 503.</param>
/// <param name="Errors">Requests answered otherwise, or not at all.</param>
/// <param name="FirstError">What the first of them was; null where there was none.</param>
/// <param name="Latency">How long the answers with success took.</param>
internal sealed record LoadMixKind(LoadKind Kind, int Requests, int TooMany, int Unavailable, int Errors, string? FirstError, LoadLatency Latency);
