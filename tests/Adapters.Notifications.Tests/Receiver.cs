using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Pipeline.Adapters.Notifications.Tests;

/// <summary>Takes what channels post, and answers as Slack does: 200 and ok for blocks that it understands, 400 for others.</summary>
internal sealed class Receiver : IAsyncDisposable
{
    private readonly WebApplication _app;

    private Receiver(int status)
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        builder.Services.AddRoutingCore();
        _app = builder.Build();
        _app.Run(async context =>
        {
            using StreamReader reader = new(context.Request.Body);
            string body = await reader.ReadToEndAsync();
            Taken.Enqueue(new Posted(context.Request.Path, context.Request.ContentType ?? "", context.Request.Headers.ToDictionary(h => h.Key, h => h.Value.ToString(), StringComparer.OrdinalIgnoreCase), body));
            context.Response.StatusCode = status != StatusCodes.Status200OK ? status : context.Request.Path.StartsWithSegments("/services", StringComparison.Ordinal) && !IsSlack(body) ? StatusCodes.Status400BadRequest : StatusCodes.Status200OK;
            await context.Response.WriteAsync("ok");
        });
    }

    public ConcurrentQueue<Posted> Taken { get; } = new();

    public string Address => _app.Urls.First();

    public static async Task<Receiver> StartAsync(int status = StatusCodes.Status200OK)
    {
        Receiver receiver = new(status);
        await receiver._app.StartAsync();
        return receiver;
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
    }

    // What Slack's reference asks of a message to an incoming webhook: a text, and blocks whose texts have a kind and a length.
    private static bool IsSlack(string body)
    {
        using JsonDocument message = JsonDocument.Parse(body);
        return message.RootElement.GetProperty("text").GetString() is { Length: > 0 and <= 4000 }
            && message.RootElement.GetProperty("blocks").EnumerateArray().All(block => block.GetProperty("type").GetString() switch
            {
                "header" => IsText(block.GetProperty("text"), "plain_text", 150),
                "section" => IsText(block.GetProperty("text"), "mrkdwn", 3000),
                "context" => block.GetProperty("elements").EnumerateArray().All(element => IsText(element, "mrkdwn", 3000)),
                _ => false,
            });
    }

    private static bool IsText(JsonElement text, string kind, int longest) =>
        text.GetProperty("type").GetString() == kind && text.GetProperty("text").GetString() is { Length: > 0 } said && said.Length <= longest;
}

/// <summary>What was posted.</summary>
internal sealed record Posted(string Path, string ContentType, Dictionary<string, string> Headers, string Body);
