using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Pipeline.RouteContract;

/// <summary>Replays the contract of the routes on a host, one request after the other.</summary>
/// <param name="client">Reaches the host; its base address ends before the prefix of the routes.</param>
/// <param name="key">The function key; null where none is asked for.</param>
/// <param name="host">Which host it is, as in the data: <c>local</c> or <c>functions</c>.</param>
internal sealed class RouteReplay(HttpClient client, string? key, string host)
{
    /// <summary>What every route begins with.</summary>
    public const string Prefix = "/api";

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    private readonly Dictionary<string, string> _kept = new(StringComparer.Ordinal);

    /// <summary>What the host holds: <c>empty</c>, <c>data</c>, or null where there are incidents and no model of them.</summary>
    public async Task<string?> StateAsync()
    {
        RouteAnswer answer = await SendAsync(new RouteCase { Name = "state", Path = "/status", Method = "GET", Status = 200 });
        JsonElement[] centers = [.. answer.Json().GetProperty("techCenters").EnumerateArray()];
        return centers.Length == 0 ? "empty" : centers.Any(c => c.GetProperty("version").ValueKind == JsonValueKind.String) ? "data" : null;
    }

    /// <summary>Replays the cases that fit a state, and gives what is wrong with each; null for one that is left out on this host.</summary>
    public async IAsyncEnumerable<(RouteCase Case, IReadOnlyList<string>? Problems)> RunAsync(string state)
    {
        foreach (RouteCase route in RouteCase.All.Where(c => c.State is null || c.State.Equals(state, StringComparison.Ordinal)))
        {
            RouteDifference? difference = route.Differs.GetValueOrDefault(host);
            yield return (route, difference is { Status: null } ? null : await ProblemsAsync(route, difference));
        }
    }

    private async Task<IReadOnlyList<string>> ProblemsAsync(RouteCase route, RouteDifference? difference)
    {
        DateTimeOffset end = DateTimeOffset.UtcNow + Patience;
        while (true)
        {
            RouteAnswer answer = await SendAsync(route);
            if (difference?.Status is int other)
            {
                return answer.Status == other ? [] : [string.Create(CultureInfo.InvariantCulture, $"the status is {answer.Status}, not {other}, which this host is known for: {difference.Why}")];
            }

            List<string> problems = Problems(route, answer);
            if (problems.Count == 0 || !route.Until || DateTimeOffset.UtcNow >= end)
            {
                Keep(route, answer);
                return problems;
            }

            await Task.Delay(Pause);
        }
    }

    private static List<string> Problems(RouteCase route, RouteAnswer answer)
    {
        if (answer.Status != route.Status)
        {
            return [string.Create(CultureInfo.InvariantCulture, $"the status is {answer.Status}, not {route.Status}: {answer.Text}")];
        }

        List<string> problems = [.. route.Headers.Where(h => !Regex.IsMatch(answer.Header(h.Key) ?? "", $"^({h.Value})$", RegexOptions.None, TimeSpan.FromSeconds(1))).Select(h => $"the header {h.Key} is '{answer.Header(h.Key)}', not '{h.Value}'")];
        if (route.Route is string operation)
        {
            string[] parts = operation.Split(' ');
            problems.AddRange(OpenApi.BodySchema(parts[1], parts[0].ToLowerInvariant(), route.Status) is { } schema ? OpenApi.Problems(answer.Json(), schema) : []);
        }

        problems.AddRange(from value in route.Values
                          let found = Find(answer.Json(), value.Key)
                          where found is null || !(value.Value.ValueKind == JsonValueKind.Array ? value.Value.EnumerateArray().Any(v => Same(v, found.Value)) : Same(value.Value, found.Value))
                          select $"{value.Key} is {found?.GetRawText() ?? "missing"}, not {value.Value.GetRawText()}");
        return problems;
    }

    private void Keep(RouteCase route, RouteAnswer answer)
    {
        foreach ((string name, string place) in route.Keep)
        {
            string? value = place.StartsWith("header:", StringComparison.Ordinal) ? answer.Header(place["header:".Length..]) : Find(answer.Json(), place)?.ToString();
            _kept[name] = value is null ? "missing" : value.StartsWith(Prefix, StringComparison.Ordinal) ? value[Prefix.Length..] : Uri.EscapeDataString(value);
        }
    }

    private async Task<RouteAnswer> SendAsync(RouteCase route)
    {
        string path = _kept.Aggregate(route.Path, (text, kept) => text.Replace($"{{{kept.Key}}}", kept.Value, StringComparison.Ordinal));
        string? json = route.Body is JsonElement given ? _kept.Aggregate(given.GetRawText(), (text, kept) => text.Replace($"\"{{{kept.Key}}}\"", JsonSerializer.Serialize(Uri.UnescapeDataString(kept.Value)), StringComparison.Ordinal)) : null;
        using HttpRequestMessage request = new(new HttpMethod(route.Method ?? route.Route!.Split(' ')[0]), new Uri($"{Prefix}{path}", UriKind.Relative));
        string? body = route.Bytes is int bytes ? $$"""{"text":"{{new string('x', bytes)}}"}""" : route.Text ?? json;
        request.Content = body is null ? null : new StringContent(body, Encoding.UTF8, "application/json");
        request.Headers.ExpectContinue = route.Bytes is not null;
        if (route.Key && key is not null)
        {
            request.Headers.Add("x-functions-key", key);
        }

        using HttpResponseMessage response = await client.SendAsync(request);
        return new RouteAnswer(
            (int)response.StatusCode,
            response.Headers.Concat(response.Content.Headers).ToDictionary(h => h.Key, h => string.Join(", ", h.Value), StringComparer.OrdinalIgnoreCase),
            await response.Content.ReadAsStringAsync());
    }

    private static JsonElement? Find(JsonElement value, string pointer)
    {
        foreach (string part in pointer.Split('/').Skip(1))
        {
            if (value.ValueKind == JsonValueKind.Array && int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out int index) && index < value.GetArrayLength())
            {
                value = value[index];
            }
            else if (value.ValueKind != JsonValueKind.Object || !value.TryGetProperty(part, out value))
            {
                return null;
            }
        }

        return value;
    }

    private static bool Same(JsonElement a, JsonElement b) => JsonElement.DeepEquals(a, b);
}

/// <summary>An answer of a host.</summary>
/// <param name="Status">Its status.</param>
/// <param name="Headers">Its headers, by name.</param>
/// <param name="Text">Its body.</param>
internal sealed record RouteAnswer(int Status, IReadOnlyDictionary<string, string> Headers, string Text)
{
    /// <summary>A header; null where it is missing.</summary>
    public string? Header(string name) => Headers.GetValueOrDefault(name);

    /// <summary>The body as JSON; a text where it is none.</summary>
    public JsonElement Json()
    {
        try
        {
            return JsonDocument.Parse(Text).RootElement;
        }
        catch (JsonException)
        {
            return JsonSerializer.SerializeToElement(Text);
        }
    }
}
