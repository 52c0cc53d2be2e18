using System.Collections.Concurrent;
using System.Net;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Pipeline.Adapters.Azure.OpenAI;

namespace Pipeline.Adapters.Azure.Tests.Support;

/// <summary>A server on this machine that answers as the v1 interface of an Azure OpenAI resource, or as a script says.</summary>
internal sealed class FakeOpenAI : IAsyncDisposable
{
    public const int Dimensions = 4;

    private readonly WebApplication _app;
    private readonly ConcurrentQueue<Func<HttpContext, JsonNode, Task>> _script = new();
    private readonly ConcurrentQueue<(string Path, string? Authorization, JsonNode Body)> _requests = new();

    private FakeOpenAI(WebApplication app) => _app = app;

    /// <summary>What was asked, in order.</summary>
    public IReadOnlyList<(string Path, string? Authorization, JsonNode Body)> Requests => [.. _requests];

    /// <summary>Options that point here.</summary>
    public AzureOpenAIOptions Options => new()
    {
        Endpoint = _app.Urls.First(),
        ApiKey = "first-key",
        EmbeddingDeployment = "embed",
        EmbeddingModel = "text-embedding-3-small",
        Dimensions = Dimensions,
        ChatDeployment = "chat",
        Attempts = 3,
    };

    /// <summary>Answers every request that no script takes. By default as a sound service does.</summary>
    public Func<HttpContext, JsonNode, Task> Otherwise { get; set; } = AnswerAsync;

    public static async Task<FakeOpenAI> StartAsync()
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        WebApplication app = builder.Build();
        FakeOpenAI server = new(app);
        app.Run(server.HandleAsync);
        await app.StartAsync();
        return server;
    }

    /// <summary>Takes the next request that no earlier script takes.</summary>
    public FakeOpenAI Then(Func<HttpContext, JsonNode, Task> answer)
    {
        _script.Enqueue(answer);
        return this;
    }

    /// <summary>Answers the next request with a status, as the service's gateway does.</summary>
    public FakeOpenAI ThenStatus(int status, string code = "error", params (string Name, string Value)[] headers) => Then((context, _) => StatusAsync(context, status, code, headers));

    /// <summary>Answers the next request with this body.</summary>
    public FakeOpenAI ThenBody(string body) => Then((context, _) => JsonAsync(context, body));

    public static Task StatusAsync(HttpContext context, int status, string code, params (string Name, string Value)[] headers)
    {
        foreach ((string name, string value) in headers)
        {
            context.Response.Headers[name] = value;
        }

        context.Response.StatusCode = status;
        return JsonAsync(context, JsonSerializer.Serialize(new { error = new { code, message = "The service's own words.", param = (string?)null, type = "invalid_request_error" } }));
    }

    /// <summary>The vector that the server gives a text.</summary>
    public static float[] VectorOf(string text) => [text.Length, text.Sum(c => c) % 97, text[0], 0.25f];

    /// <summary>The answer of a sound service to a request for embeddings or for a chat that names groups.</summary>
    public static Task AnswerAsync(HttpContext context, JsonNode body) => context.Request.Path.Value!.EndsWith("/embeddings", StringComparison.Ordinal)
        ? JsonAsync(context, Embeddings(body, Dimensions).ToJsonString())
        : JsonAsync(context, Chat(string.Join(',', Groups(body).Select(g => $$"""{"id":{{g.Id}},"name":"Problem with {{g.Keyword}}","domain":"Field of {{g.Keyword[0]}}"}"""))));

    public static JsonObject Embeddings(JsonNode body, int dimensions, bool reversed = false) => Embeddings(body, text => [.. VectorOf(text), .. new float[dimensions - Dimensions]], reversed);

    public static JsonObject Embeddings(JsonNode body, Func<string, float[]> vectorOf, bool reversed = false)
    {
        string[] texts = [.. body["input"]!.AsArray().Select(t => (string)t!)];
        IEnumerable<JsonNode> items = texts.Select((text, i) => (JsonNode)new JsonObject
        {
            ["object"] = "embedding",
            ["index"] = i,
            ["embedding"] = Convert.ToBase64String(MemoryMarshal.AsBytes<float>(vectorOf(text))),
        });
        return new JsonObject
        {
            ["object"] = "list",
            ["data"] = new JsonArray([.. reversed ? items.Reverse() : items]),
            ["model"] = "text-embedding-3-small",
            ["usage"] = new JsonObject { ["prompt_tokens"] = texts.Length, ["total_tokens"] = texts.Length },
        };
    }

    /// <summary>A chat's answer whose content is the list of these groups.</summary>
    public static string Chat(string groups, string finish = "stop", string? refusal = null) => JsonSerializer.Serialize(new
    {
        id = "chatcmpl-1",
        @object = "chat.completion",
        created = 1_780_000_000,
        model = "gpt-4.1-mini",
        choices = new[] { new { index = 0, finish_reason = finish, message = new { role = "assistant", content = refusal is null ? $$"""{"groups":[{{groups}}]}""" : null, refusal } } },
        usage = new { prompt_tokens = 100, completion_tokens = 20, total_tokens = 120 },
    });

    /// <summary>The groups that a chat is asked to name, with their first keywords.</summary>
    public static IReadOnlyList<(int Id, string Keyword)> Groups(JsonNode body)
    {
        JsonNode question = JsonNode.Parse((string)body["messages"]![1]!["content"]!)!;
        return [.. question["groups"]!.AsArray().Select(g => ((int)g!["id"]!, (string)g["keywords"]![0]!))];
    }

    public static Task JsonAsync(HttpContext context, string body)
    {
        context.Response.ContentType = "application/json";
        return context.Response.WriteAsync(body);
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync(new CancellationToken(canceled: true));
        await _app.DisposeAsync();
    }

    private async Task HandleAsync(HttpContext context)
    {
        JsonNode body = (await JsonNode.ParseAsync(context.Request.Body))!;
        _requests.Enqueue((context.Request.Path.Value!, context.Request.Headers.Authorization, body));
        await (_script.TryDequeue(out Func<HttpContext, JsonNode, Task>? scripted) ? scripted : Otherwise)(context, body);
    }
}
