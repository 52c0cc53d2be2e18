using System.Text.Json.Serialization;

namespace Pipeline;

/// <summary>How far a long piece of work is.</summary>
/// <param name="Stage">What is being done, such as <c>Preprocessing</c>.</param>
/// <param name="Done">Units that are done.</param>
/// <param name="Total">All units; never less than <paramref name="Done"/>.</param>
/// <param name="Detail">What is being worked on just now, such as a tech center; null where there is nothing to say.</param>
/// <param name="Unit">What is counted, one of it, such as <c>incident</c>; empty where the numbers are only a share.</param>
public sealed record PipelineProgress(string Stage, long Done, long Total, string? Detail = null, [property: JsonIgnore] string Unit = "");
