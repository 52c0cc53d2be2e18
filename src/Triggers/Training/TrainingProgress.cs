using System.Text.Json;
using Pipeline.Training;

namespace Pipeline.Triggers;

/// <summary>How far an orchestrated training is: its custom status.</summary>
/// <param name="Done">Tech centers that are done.</param>
/// <param name="Total">All tech centers of the training.</param>
/// <param name="TechCenters">The outcome of those finished last, by tech center: a custom status must stay small.</param>
public sealed record TrainingProgress(int Done, int Total, IReadOnlyDictionary<string, string> TechCenters)
{
    private const int MostNames = 100;

    internal static TrainingProgress Of(IReadOnlyList<TrainingOutcome> done, int total) =>
        new(done.Count, total, done.TakeLast(MostNames).ToDictionary(c => c.TechCenter, c => JsonNamingPolicy.CamelCase.ConvertName(c.Status.ToString()), StringComparer.Ordinal));
}
