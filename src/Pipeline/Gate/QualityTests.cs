using System.Globalization;
using Pipeline.Clustering;
using Pipeline.Models;

namespace Pipeline.Gate;

/// <summary>What a version found, against limits and against the version in production.</summary>
internal static class QualityTests
{
    // With fewer texts that both versions cluster, an agreement says nothing.
    private const int FewestShared = 20;

    // With fewer incidents validity and stability differ by more than any sensible limit between two trainings that are equally good.
    private const int FewestToCompare = 200;

    /// <summary>Whether the window holds enough of what the version before learned from.</summary>
    public static GateTest Window(ModelManifest candidate, ModelManifest? before, GateOptions options)
    {
        GateFindings found = new GateFindings("window").Metric("incidents", candidate.Incidents);
        if (before is not null)
        {
            found.Metric("before", before.Incidents).Metric("limit", options.MinWindowShare * before.Incidents)
                .FailIf(candidate.Incidents <= options.MinWindowShare * before.Incidents, Text($"The window holds {candidate.Incidents} incidents, {before.Version} learned from {before.Incidents}. See whether the source is complete; promote by hand where it is."));
        }

        return found.Done();
    }

    /// <summary>Whether too much belongs to no cluster.</summary>
    public static GateTest Noise(ModelMetrics candidate, ModelMetrics? before, GateOptions options)
    {
        GateFindings found = new GateFindings("noise").Metric("noise", candidate.NoiseShare).Metric("limit", options.MaxNoise)
            .FailIf(candidate.NoiseShare > options.MaxNoise, Text($"{candidate.NoiseShare:P0} of the incidents belong to no problem; {options.MaxNoise:P0} may."));
        if (before is not null)
        {
            double most = before.NoiseShare + options.MaxNoiseRise;
            found.Metric("before", before.NoiseShare).FailIf(candidate.NoiseShare > most, Text($"{candidate.NoiseShare:P0} of the incidents belong to no problem, {before.NoiseShare:P0} before; {Math.Min(1, most):P0} may."));
        }

        return found.Done();
    }

    /// <summary>Whether there are about as many problems as before.</summary>
    public static GateTest Problems(ModelManifest candidate, ModelManifest? before, GateOptions options)
    {
        int problems = Count(candidate);
        GateFindings found = new GateFindings("problems").Metric("problems", problems)
            .FailIf(problems < options.MinProblems, Text($"There are {problems} problems; {options.MinProblems} are the fewest."));
        if (before is not null)
        {
            double ratio = Math.Max((double)problems / Math.Max(1, Count(before)), (double)Count(before) / Math.Max(1, problems));
            found.Metric("before", Count(before)).Metric("ratio", ratio).Metric("limit", options.MaxProblemRatio)
                .FailIf(ratio > options.MaxProblemRatio && Math.Abs(problems - Count(before)) > 2, Text($"There are {problems} problems, {Count(before)} before: {ratio:0.0} times as many or as few, {options.MaxProblemRatio:0.0} times may be."));
        }

        return found.Done();
    }

    /// <summary>Whether the clusters are as dense and as far apart as before.</summary>
    public static GateTest Validity(ModelMetrics candidate, ModelMetrics? before, GateOptions options) =>
        AtLeast("dbcv", "The density-based validity", candidate.Dbcv, before?.Dbcv, options.MinDbcv, options.MaxDbcvDrop, AreMany(candidate, before));

    /// <summary>Whether the clusters hang as little on chance as before.</summary>
    public static GateTest Stability(ModelMetrics candidate, ModelMetrics? before, GateOptions options) => candidate.Stability is double stability
        ? AtLeast("stability", "The agreement of the training's layouts", stability, before?.Stability, options.MinStability, options.MaxStabilityDrop, AreMany(candidate, before))
        : new GateFindings("stability").WarnIf(true, "The version did not measure it.").Done();

    /// <summary>Whether the same incidents belong together as in the version before.</summary>
    /// <param name="candidate">The candidate's problem of each text, -1 for none.</param>
    /// <param name="before">That of the version before; null where there is none.</param>
    /// <param name="options">The limits.</param>
    public static GateTest Agreement(int[] candidate, int[]? before, GateOptions options)
    {
        GateFindings found = new("agreement");
        if (before is null)
        {
            return found.WarnIf(true, "There is no version of this embedder to compare with.").Done();
        }

        int[] both = [.. Enumerable.Range(0, candidate.Length).Where(i => candidate[i] >= 0 && before[i] >= 0)];
        int clustered = before.Count(problem => problem >= 0);
        found.Metric("texts", candidate.Length).Metric("shared", both.Length).Metric("kept", clustered == 0 ? 1 : (double)both.Length / clustered);
        if (both.Length < FewestShared)
        {
            return found
                .FailIf(clustered >= 2 * FewestShared, Text($"Of {clustered} texts that belong to a problem in the version before only {both.Length} still do."))
                .WarnIf(clustered < 2 * FewestShared, Text($"Only {both.Length} texts belong to a problem in both versions: too few to compare.")).Done();
        }

        double agreement = PartitionAgreement.AdjustedRandIndex([.. both.Select(i => before[i])], [.. both.Select(i => candidate[i])]);
        return found.Metric("agreement", agreement).Metric("limit", options.MinAgreement)
            .FailIf(agreement < options.MinAgreement, Text($"The agreement with the version before on what belongs together is {agreement:0.00}; it must be {options.MinAgreement:0.00} at least.")).Done();
    }

    private static int Count(ModelManifest manifest) => manifest.ProblemCount;

    private static bool AreMany(ModelMetrics candidate, ModelMetrics? before) => before is not null && Math.Min(candidate.Incidents, before.Incidents) >= FewestToCompare;

    private static GateTest AtLeast(string name, string what, double value, double? before, double least, double drop, bool isComparable)
    {
        GateFindings found = new(name);
        if (!double.IsFinite(value))
        {
            return found.WarnIf(true, $"{what} is not defined for these clusters.").Done();
        }

        found.Metric(name, value).Metric("limit", least).FailIf(value < least, Text($"{what} is {value:0.00}; it must be {least:0.00} at least."));
        if (before is double earlier && double.IsFinite(earlier))
        {
            string lower = Text($"{what} is {value:0.00}, {earlier:0.00} before; {earlier - drop:0.00} is the least.");
            bool isLower = value < earlier - drop;
            found.Metric("before", earlier).FailIf(isLower && isComparable, lower).WarnIf(isLower && !isComparable, $"{lower} Below {FewestToCompare} incidents that may be chance.");
        }

        return found.Done();
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
