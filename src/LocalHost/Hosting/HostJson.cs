using System.Text.Json;

namespace Pipeline.LocalHost.Hosting;

/// <summary>What the host takes from host.json, which it shares with the Azure host.</summary>
/// <param name="RoutePrefix">What every function's route begins with, without slashes at its ends.</param>
/// <param name="MaxConcurrentActivities">How many activities of orchestrations run at once; null for as many as there are processors.</param>
internal sealed record HostJson(string RoutePrefix, int? MaxConcurrentActivities = null)
{
    private static readonly JsonDocumentOptions Lenient = new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };

    /// <summary>Reads the file; what is missing, the file included, is as in the Azure host.</summary>
    /// <exception cref="CommandException">The file is not JSON.</exception>
    public static HostJson Read(string path)
    {
        if (!File.Exists(path))
        {
            return new HostJson("api");
        }

        try
        {
            using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(path), Lenient);
            int? activities = Find(document.RootElement, "extensions", "durableTask", "maxConcurrentActivityFunctions")?.GetInt32();
            return activities is null or > 0
                ? new HostJson(Find(document.RootElement, "extensions", "http", "routePrefix")?.GetString()?.Trim('/') ?? "api", activities)
                : throw new JsonException("maxConcurrentActivityFunctions must be at least 1.");
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException or IOException or UnauthorizedAccessException)
        {
            throw new CommandException($"'{path}' cannot be read: {e.Message}", ExitCode.WrongUsage, e);
        }
    }

    private static JsonElement? Find(JsonElement element, params ReadOnlySpan<string> names)
    {
        foreach (string name in names)
        {
            if (element.ValueKind != JsonValueKind.Object || !element.TryGetProperty(name, out element))
            {
                return null;
            }
        }

        return element;
    }
}
