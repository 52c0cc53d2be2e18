using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Azure.Functions.Worker;
using Pipeline.LocalHost.Hosting.Http;
using Pipeline.Reporting;

namespace Pipeline.LocalHost.Hosting.Page;

/// <summary>
/// What a person at this machine opens in a browser: the status page, the JSON it polls, and the newest report; and what Prometheus fetches. On a loopback address they need no key;
/// where other machines reach the host they ask for a function key, which the page passes on from its own address.
/// </summary>
internal sealed class HostPage(HttpTriggers triggers, HostSettings settings, StatusBoard board, NewestReport report)
{
    /// <summary>The name of the route that the page polls.</summary>
    public const string StatusRoute = "status";

    /// <summary>The name of the route that Prometheus fetches.</summary>
    public const string MetricsRoute = "metrics";

    /// <summary>What the page polls.</summary>
    public const string StatusPath = "/status.json";

    /// <summary>What Prometheus fetches.</summary>
    public const string MetricsPath = "/metrics";

    private static readonly string[] Methods = [HttpMethods.Get, HttpMethods.Head];
    private static readonly Lazy<(string Html, string Policy)> Content = new(Build);

    /// <summary>Adds the routes.</summary>
    public void Map(IEndpointRouteBuilder routes)
    {
        Get(routes, "/", "status page", async context =>
        {
            context.Response.Headers.ContentSecurityPolicy = Content.Value.Policy;
            await SendAsync(context, "text/html; charset=utf-8", Content.Value.Html);
        });
        Get(routes, StatusPath, StatusRoute, async context =>
        {
            HostStatus status = await board.GatherAsync(context.RequestAborted);
            context.Response.Headers.CacheControl = "no-store";
            await context.Response.WriteAsJsonAsync(status, PipelineJson.Compact, context.RequestAborted);
        });
        routes.MapPrometheusScrapingEndpoint(MetricsPath, meterProvider: null, scraped => scraped.Use((context, next) => AdmitAsync(context, () =>
        {
            context.Response.Headers.CacheControl = "no-store";
            return next(context);
        })), optionsName: null).WithMetadata(new HttpMethodMetadata(Methods)).WithDisplayName(MetricsRoute);
        Get(routes, "/report", "report", async context =>
        {
            string file = await report.FileAsync(context.RequestAborted);
            context.Response.ContentType = "text/html; charset=utf-8";
            context.Response.Headers.CacheControl = "no-store";
            await context.Response.SendFileAsync(file, context.RequestAborted);
        });
    }

    private void Get(IEndpointRouteBuilder routes, string pattern, string name, RequestDelegate answer) =>
        routes.MapMethods(pattern, Methods, (HttpContext context) => AdmitAsync(context, () => answer(context))).WithDisplayName(name);

    private async Task AdmitAsync(HttpContext context, Func<Task> answer)
    {
        context.Response.Headers["Referrer-Policy"] = "no-referrer";
        context.Response.Headers.XFrameOptions = "DENY";
        if (settings.IsLoopback || await triggers.AdmitAsync(context, AuthorizationLevel.Function))
        {
            await answer();
        }
    }

    private static Task SendAsync(HttpContext context, string type, string content)
    {
        context.Response.ContentType = type;
        return context.Response.WriteAsync(content, context.RequestAborted);
    }

    private static (string Html, string Policy) Build()
    {
        // The page looks like the report: it takes the report's style and adds what is its own.
        string style = Read(typeof(HtmlReport).Assembly, typeof(HtmlReport), "report.css") + Read(Assembly.GetExecutingAssembly(), typeof(HostPage), "host.css");
        string script = Read(Assembly.GetExecutingAssembly(), typeof(HostPage), "host.js");
        string html = Read(Assembly.GetExecutingAssembly(), typeof(HostPage), "host.html")
            .Replace("{{style}}", style, StringComparison.Ordinal)
            .Replace("{{script}}", script, StringComparison.Ordinal);
        return (html, $"default-src 'none'; connect-src 'self'; img-src data:; script-src '{Hash(script)}'; style-src '{Hash(style)}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'");
    }

    private static string Hash(string text) => $"sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(text)))}";

    private static string Read(Assembly assembly, Type type, string name)
    {
        using Stream stream = assembly.GetManifestResourceStream(type, name)!;
        using StreamReader reader = new(stream);
        return reader.ReadToEnd().ReplaceLineEndings("\n");
    }
}
