using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using Pipeline.Cli.Demo;
using Pipeline.Search;

namespace Pipeline.Bench;

/// <summary>What the desk's pages ask of the API, one request after the other.</summary>
internal sealed class DeskRequests : IDisposable
{
    private const int SearchSeed = 4_000_037;
    private const int NewestShown = 8;

    private readonly HttpClient _http;
    private readonly LoadServer _server;
    private readonly string _center;
    private readonly string _id;
    private readonly double _ranking;

    private DeskRequests(HttpClient http, LoadServer server, double ranking, JsonElement first)
    {
        (_http, _server, _ranking) = (http, server, ranking);
        JsonElement totals = first.GetProperty("totals");
        (Incidents, Problems) = (totals.GetProperty("incidents").GetInt64(), totals.GetProperty("problems").GetInt32());
        JsonElement place = first.GetProperty("biggest")[0].GetProperty("places")[0];
        (_center, _id) = (place.GetProperty("techCenter").GetString()!, place.GetProperty("id").GetInt32().ToString(CultureInfo.InvariantCulture));
    }

    /// <summary>Incidents in the warehouse.</summary>
    public long Incidents { get; }

    /// <summary>Problems.</summary>
    public int Problems { get; }

    private string Problem => $"problems/{Uri.EscapeDataString(_center)}/{_id}";

    /// <summary>Asks a host for its first page, the first that is asked of it.</summary>
    public static async Task<DeskRequests> StartAsync(LoadServer server, CancellationToken cancellationToken)
    {
        SocketsHttpHandler handler = new() { UseProxy = false, UseCookies = false, ActivityHeadersPropagator = null };
        HttpClient http = new(handler) { BaseAddress = server.Address, Timeout = TimeSpan.FromMinutes(5) };
        (double first, byte[] body) = await AskAsync(http, "ranking", null, cancellationToken);
        return new DeskRequests(http, server, first, JsonElement.Parse(body));
    }

    /// <summary>Times every request of every page.</summary>
    public async Task<List<DeskRoute>> MeasureAsync(int repeats, CancellationToken cancellationToken)
    {
        List<DeskRoute> routes = [];
        foreach (string path in Paths())
        {
            routes.Add(await RepeatAsync(path, repeats, cancellationToken));
        }

        JsonElement page = JsonElement.Parse((await AskAsync(_http, $"{Problem}/incidents?pageSize={NewestShown}", null, cancellationToken)).Body);
        string number = page.GetProperty("incidents")[0].GetProperty("number").GetString()!;
        foreach (string path in (string[])[$"incidents/{number}", $"incidents/{number}/similar?top=5"])
        {
            routes.Add(await RepeatAsync(path, repeats, cancellationToken));
        }

        return routes;
    }

    /// <summary>Times searches, each for a text that no incident has.</summary>
    public async Task<DeskRoute> SearchAsync(int searches, CancellationToken cancellationToken)
    {
        SearchRequest[] asked = [.. DemoIncidents.Generate(Math.Max(100, searches), SearchSeed).Take(searches).Select(incident => new SearchRequest(incident.Texts[0]))];
        List<double> took = [];
        int bytes = 0;
        double used = _server.CpuSeconds;
        foreach (SearchRequest request in asked)
        {
            (double milliseconds, byte[] body) = await AskAsync(_http, "search", request, cancellationToken);
            took.Add(milliseconds);
            bytes = body.Length;
        }

        LoadLatency latency = LoadLatency.Of(took.Skip(1));
        return new DeskRoute($"search, {searches} texts", took[0], latency.P50, latency.P95, 1000 * (_server.CpuSeconds - used) / searches, bytes);
    }

    /// <summary>So many incidents as the biggest problem has, to take in.</summary>
    public async Task<DeskFlood> FloodAsync(int count, CancellationToken cancellationToken)
    {
        JsonElement page = JsonElement.Parse((await AskAsync(_http, $"{Problem}/incidents?pageSize=200&sort=confidence", null, cancellationToken)).Body);
        string[] texts = [.. page.GetProperty("incidents").EnumerateArray().Select(incident => incident.GetProperty("text").GetString()!)];
        return new DeskFlood(_center, $"{Problem}/incidents", texts, count);
    }

    public void Dispose() => _http.Dispose();

    private IEnumerable<string> Paths() =>
    [
        "ranking", "emerging",
        "status", "problems?sort=size&page=1&pageSize=50", "problems?sort=trend&page=1&pageSize=50", "corrections?pageSize=1",
        Problem, $"{Problem}/neighbours", $"forecast/{Uri.EscapeDataString(_center)}/{_id}?weeks=8", $"{Problem}/incidents?pageSize={NewestShown}",
        $"{Problem}/incidents?page=1&pageSize=50", $"{Problem}/incidents?page=5&pageSize=50&sort=doubtful",
        "streams", "alerts?limit=50", "models", "drift", "runs", "v1/uploads", "/status.json",
    ];

    private async Task<DeskRoute> RepeatAsync(string path, int repeats, CancellationToken cancellationToken)
    {
        (double first, byte[] body) = await AskAsync(_http, path, null, cancellationToken);
        List<double> took = [];
        double used = _server.CpuSeconds;
        for (int repeat = 0; repeat < repeats; repeat++)
        {
            took.Add((await AskAsync(_http, path, null, cancellationToken)).Milliseconds);
        }

        LoadLatency latency = LoadLatency.Of(took);
        return new DeskRoute(path, string.Equals(path, "ranking", StringComparison.Ordinal) ? _ranking : first, latency.P50, latency.P95, 1000 * (_server.CpuSeconds - used) / repeats, body.Length);
    }

    private static async Task<(double Milliseconds, byte[] Body)> AskAsync(HttpClient http, string path, object? body, CancellationToken cancellationToken)
    {
        long start = Stopwatch.GetTimestamp();
        using HttpResponseMessage answer = body is null ? await http.GetAsync(new Uri(path, UriKind.Relative), cancellationToken) : await http.PostAsJsonAsync(path, body, PipelineJson.Compact, cancellationToken);
        byte[] content = await answer.Content.ReadAsByteArrayAsync(cancellationToken);
        double milliseconds = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        answer.EnsureSuccessStatusCode();
        return (milliseconds, content);
    }
}

/// <summary>How long one kind of request takes, from sending it to the last byte of its answer, in milliseconds.</summary>
/// <param name="Name">What is asked.</param>
/// <param name="First">The first of the host; those before it in the list have gone before.</param>
/// <param name="P50">The median of those after it.</param>
/// <param name="P95">95 in 100 of those are no longer.</param>
/// <param name="Processor">The host's processor time for each of those, whatever else runs on the machine.</param>
/// <param name="Bytes">The answer's length.</param>
internal sealed record DeskRoute(string Name, double First, double P50, double P95, double Processor, int Bytes);
