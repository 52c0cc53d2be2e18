using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Pipeline.Triggers;

/// <summary>Describes the HTTP interface.</summary>
public sealed class OpenApiFunctions
{
    private const string Resource = "Pipeline.Triggers.openapi.json";

    private static readonly Lazy<byte[]> Document = new(Read);

    /// <summary>The OpenAPI document.</summary>
    [Function("OpenApi")]
    [Anyone]
    public static IResult Get([HttpTrigger(Access.Checked, "get", Route = "openapi.json")] HttpRequest request) => Results.Bytes(Document.Value, "application/json; charset=utf-8");

    private static byte[] Read()
    {
        using Stream resource = typeof(OpenApiFunctions).Assembly.GetManifestResourceStream(Resource)
            ?? throw new InvalidOperationException($"The resource {Resource} is missing: embed openapi.json under this name.");
        using MemoryStream bytes = new();
        resource.CopyTo(bytes);
        return bytes.ToArray();
    }
}
