using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Logging;

namespace Pipeline.Triggers;

/// <summary>Describes the HTTP interface.</summary>
public sealed class OpenApiFunctions(ILogger<OpenApiFunctions> logger)
{
    private const string Resource = "Pipeline.Triggers.openapi.json";

    private static readonly Lazy<byte[]> Document = new(Read);

    /// <summary>The OpenAPI document.</summary>
    [Function("OpenApi")]
    [Anyone]
    public Task<IResult> GetAsync([HttpTrigger(Access.Checked, "get", Route = "openapi.json")] HttpRequest request) => HttpAnswers.RunAsync(request, logger, () => Task.FromResult(Results.Bytes(Document.Value, "application/json; charset=utf-8")));

    private static byte[] Read()
    {
        using Stream resource = typeof(OpenApiFunctions).Assembly.GetManifestResourceStream(Resource)
            ?? throw new InvalidOperationException($"The resource {Resource} is missing: embed openapi.json under this name.");
        using MemoryStream bytes = new();
        resource.CopyTo(bytes);
        return bytes.ToArray();
    }
}
