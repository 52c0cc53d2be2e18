using System.IO.Compression;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Logging;
using Pipeline.Access;
using Pipeline.Problems;

namespace Pipeline.Triggers;

/// <summary>Shows incidents as a map.</summary>
public sealed class MapFunctions(MapIncidents map, ILogger<MapFunctions> logger)
{
    /// <summary>Draws the map of a tech center, or those of all. It holds no texts but the problems' names. Who takes it compressed is sent a third of it.</summary>
    [Function("Map")]
    [Requires(Role.Reader)]
    public Task<IResult> DrawAsync([HttpTrigger(Access.Checked, "get", Route = "map")] HttpRequest request, CancellationToken cancellationToken) =>
        HttpAnswers.RunAsync(request, logger, async () =>
        {
            MapQuery query = MapQuery.Parse(request.Query["techCenter"], request.Query["version"], request.Query["points"]);
            IncidentMap drawn = await map.RunAsync(query, cancellationToken);
            request.HttpContext.Response.Headers.Vary = "Accept-Encoding";
            if (!request.GetTypedHeaders().AcceptEncoding.Any(e => e.Value.Equals("br", StringComparison.OrdinalIgnoreCase) && e.Quality is not 0))
            {
                return HttpAnswers.Json(drawn);
            }

            using MemoryStream packed = new();
            await using (BrotliStream brotli = new(packed, CompressionLevel.Fastest))
            {
                await JsonSerializer.SerializeAsync(brotli, drawn, PipelineJson.Compact, cancellationToken);
            }

            request.HttpContext.Response.Headers.ContentEncoding = "br";
            return Results.Bytes(packed.ToArray(), "application/json; charset=utf-8");
        }, "techCenter", "version", "points");
}
