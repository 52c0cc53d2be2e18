using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Pipeline.Access;
using Pipeline.Triggers;

namespace Pipeline.LocalHost.Hosting.Page;

/// <summary>
/// What this host serves beside its functions: the desk at its root, what the desk shows of the host, and the newest report; and what Prometheus fetches. On a loopback address they need no key;
/// where other machines reach the host all but the desk's files ask for the role reader.
/// </summary>
internal sealed class HostPage(AccessGate gate, HostSettings settings, HostJson hostJson, StatusBoard board, NewestReport report, AccessOptions access)
{
    /// <summary>The name of the route that the desk polls.</summary>
    public const string StatusRoute = "status";

    /// <summary>The name of the route that Prometheus fetches.</summary>
    public const string MetricsRoute = "metrics";

    /// <summary>What the desk polls.</summary>
    public const string StatusPath = "/status.json";

    /// <summary>What Prometheus fetches.</summary>
    public const string MetricsPath = "/metrics";

    // How things stand is shown whatever stands.
    private static readonly PolicyAttribute Shown = new RequiresAttribute(Role.Reader) { Stop = RequestKind.Always };

    private static readonly string[] Methods = [HttpMethods.Get, HttpMethods.Head];

    /// <summary>Adds the routes.</summary>
    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapMethods("/", Methods, (HttpContext context) => DeskFiles.Page(context.Request, $"/{hostJson.RoutePrefix}/{DeskFunctions.Route}", access)).WithDisplayName("desk");
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
        await (settings.IsLoopback ? answer() : gate.PassAsync(context, context.GetEndpoint()?.DisplayName ?? "page", Shown, answer));
    }
}
