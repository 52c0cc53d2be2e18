using System.Text.Json.Serialization;

namespace Pipeline.Cli;

/// <summary>One tech center of a run.</summary>
/// <param name="Name">The tech center.</param>
/// <param name="Incidents">Incidents in the newest training's window.</param>
/// <param name="Clusters">Clusters found.</param>
/// <param name="Noise">Incidents of the window that belong to no cluster.</param>
/// <param name="Domains">Domains found.</param>
/// <param name="Version">The published version; null where none was.</param>
/// <param name="TrainSeconds">Wall-clock seconds of its trainings.</param>
/// <param name="Detail">Why no version was published; left out where one was.</param>
internal sealed record RunTechCenter(string Name, int Incidents, int Clusters, int Noise, int Domains, string? Version, double TrainSeconds, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Detail)
{
    /// <summary>Whether its training or prediction failed.</summary>
    [JsonIgnore]
    public bool Failed { get; init; }
}
