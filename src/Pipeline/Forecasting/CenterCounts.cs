using Pipeline.Classification;
using Pipeline.Models;
using Pipeline.Problems;
using Pipeline.Storage;

namespace Pipeline.Forecasting;

/// <summary>The weekly counts of a tech center and of its problems, as far as weeks are whole: those of the company (<see cref="CompanyWeeks"/>).</summary>
/// <param name="Version">The version of the problems that serves.</param>
/// <param name="Volume">All incidents.</param>
/// <param name="OfProblems">Those of each problem, by its id, in the order of the version.</param>
internal sealed record CenterCounts(string Version, WeeklySeries Volume, IReadOnlyDictionary<int, WeeklySeries> OfProblems)
{
    /// <summary>Reads them; null where no version serves.</summary>
    /// <param name="predictions">Where the counts come from.</param>
    /// <param name="models">Tells which problems there are.</param>
    /// <param name="techCenter">The tech center.</param>
    /// <param name="running">The Monday of the company's running week.</param>
    /// <param name="clock">Tells which dates lie in the future.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <exception cref="ModelException">The version is damaged.</exception>
    /// <exception cref="WarehouseException">The warehouse cannot be read.</exception>
    public static async Task<CenterCounts?> ReadAsync(IPredictions predictions, ModelStore models, string techCenter, DateOnly running, TimeProvider clock, CancellationToken cancellationToken)
    {
        if (await models.LoadServingAsync(techCenter, models.ReadCorrectedAsync, cancellationToken) is not { Manifest: ModelManifest manifest, Loaded: ModelClusters clusters })
        {
            return null;
        }

        ProblemActivity activity = await ProblemActivity.ReadAsync(predictions, techCenter, manifest.Window, clock, cancellationToken);
        IReadOnlyList<DateOnly> weeks = activity.Period.Weeks;
        return new CenterCounts(manifest.Version, WeeklySeries.Of(weeks, activity.Volume(), running), clusters.Problems.ToDictionary(p => p.Id, p => WeeklySeries.Of(weeks, activity.OfProblem(p.Id).WeeklyCounts, running)));
    }
}
