using System.Text.Json;

namespace Pipeline.RouteContract;

/// <summary>A request, and the answer that every host must give to it: an entry of tests/Contracts/routes.json.</summary>
internal sealed record RouteCase
{
    private static readonly JsonSerializerOptions Strict = new(JsonSerializerDefaults.Web) { UnmappedMemberHandling = System.Text.Json.Serialization.JsonUnmappedMemberHandling.Disallow };

    /// <summary>What is promised, in a sentence.</summary>
    public required string Name { get; init; }

    /// <summary>The operation of openapi.json that it belongs to, such as <c>GET /train/{instanceId}</c>; null for a request that no operation answers.</summary>
    public string? Route { get; init; }

    /// <summary>The method; that of the route where it is left out.</summary>
    public string? Method { get; init; }

    /// <summary>The path below the prefix, with its query. A name in braces stands for what an earlier answer gave.</summary>
    public required string Path { get; init; }

    /// <summary>What the host must hold: <c>empty</c>, <c>data</c> with at least one model, or null for either.</summary>
    public string? State { get; init; }

    /// <summary>Whether the key is sent.</summary>
    public bool Key { get; init; } = true;

    /// <summary>The body as JSON. A text that is a name in braces stands for what an earlier answer gave.</summary>
    public JsonElement? Body { get; init; }

    /// <summary>The body as text, for what is no JSON.</summary>
    public string? Text { get; init; }

    /// <summary>The length of a body of one long text, in bytes.</summary>
    public int? Bytes { get; init; }

    /// <summary>The status of the answer.</summary>
    public required int Status { get; init; }

    /// <summary>Headers of the answer, each as a regular expression for the whole value.</summary>
    public Dictionary<string, string> Headers { get; init; } = [];

    /// <summary>Values in the answer by JSON pointer; an array lists several that are right.</summary>
    public Dictionary<string, JsonElement> Values { get; init; } = [];

    /// <summary>Asks again until the values are there, for a minute.</summary>
    public bool Until { get; init; }

    /// <summary>What later paths may name, by JSON pointer, or <c>header:Location</c> for the address in that header.</summary>
    public Dictionary<string, string> Keep { get; init; } = [];

    /// <summary>What a host cannot help doing otherwise, by the host's name.</summary>
    public Dictionary<string, RouteDifference> Differs { get; init; } = [];

    /// <summary>The cases, in the order in which they are to be replayed.</summary>
    public static IReadOnlyList<RouteCase> All { get; } = Read();

    private static RouteCase[] Read()
    {
        using Stream routes = typeof(RouteCase).Assembly.GetManifestResourceStream("routes.json")!;
        return JsonSerializer.Deserialize<RouteCase[]>(routes, Strict)!;
    }
}

/// <summary>What a host answers otherwise, and why it must.</summary>
/// <param name="Why">Why.</param>
/// <param name="Status">The status it gives, with a body of its own; null where its answer says nothing and the request is left out.</param>
internal sealed record RouteDifference(string Why, int? Status = null);
