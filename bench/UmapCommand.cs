using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using Pipeline.Clustering;

namespace Pipeline.Bench;

/// <summary><c>umap FILE.f32</c>: times one layout of a file of points.</summary>
internal static class UmapCommand
{
    private const double PeerSeconds = 600;

    public static Command Create()
    {
        UmapArguments arguments = new();
        Option<string?> python = new("--peer") { Description = $"A Python that has umap-learn and scikit-learn: lays the same file out with umap-learn, too, {PeerSeconds:0} s at most.", HelpName = "PYTHON" };
        Command command = arguments.Command("umap", "one UMAP fit");
        command.Add(python);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            UmapOptions options = arguments.Options(parsed);
            (_, UmapMeasurement measured) = arguments.Measure(
                parsed, "umap", (points, d) => Umap.Fit(points, d, options, progress: null, cancellationToken), model => model.Embedding);
            if (parsed.GetValue(python) is string interpreter)
            {
                (JsonObject? peer, string? failure) = await arguments.RunPeerAsync(parsed, interpreter, PeerSeconds, cancellationToken);
                _ = peer ?? throw new InvalidOperationException($"'{interpreter}' did not lay the file out: {failure}.");
                measured = measured with { PeerSeconds = peer["seconds"]!.GetValue<double>(), PeerTrustworthiness = peer["trustworthiness"]?.GetValue<double>() };
            }

            Console.WriteLine(parsed.GetValue(arguments.Json) ? JsonSerializer.Serialize(measured, JsonSerializerOptions.Web) : measured.Describe());
        });
        return command;
    }
}
