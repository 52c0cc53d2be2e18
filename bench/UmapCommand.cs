using System.CommandLine;
using System.Text.Json;
using Pipeline.Clustering;

namespace Pipeline.Bench;

/// <summary><c>umap FILE.f32</c>: times one layout of a file of points.</summary>
internal static class UmapCommand
{
    public static Command Create()
    {
        UmapArguments arguments = new();
        Command command = arguments.Command("umap", "one UMAP fit");
        command.SetAction((parsed, cancellationToken) =>
        {
            UmapOptions options = arguments.Options(parsed);
            (_, UmapMeasurement measured) = arguments.Measure(
                parsed, "umap", (points, d) => Umap.Fit(points, d, options, progress: null, cancellationToken), model => model.Embedding);
            Console.WriteLine(parsed.GetValue(arguments.Json) ? JsonSerializer.Serialize(measured, JsonSerializerOptions.Web) : measured.Describe());
            return Task.FromResult(0);
        });
        return command;
    }
}
