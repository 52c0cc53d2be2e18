using Pipeline.Clustering;
using Pipeline.Models;

namespace Pipeline.Drift;

/// <summary>
/// How far two sets of texts differ in the eyes of a model. Each part is 0 up to what samples of one distribution differ by, and 1 from what counts as another distribution:
/// the parts are parted by measurement (docs/watch.md). Together they are their weighted mean; answers that changed by themselves count on their own.
/// </summary>
public static class DriftScore
{
    /// <summary>How many of the first components are compared.</summary>
    public const int Components = 10;

    // What two samples of one distribution differ by is found once in a hundred times: Smirnov's limit, over the root of n m / (n + m).
    private const double OneInHundred = 1.63;

    // The mean of that statistic over many pairs of samples, with some room.
    private const double MeanByChance = 1.2;

    private static readonly (double None, double Full) ComponentRange = (0.10, 0.30);
    private static readonly (double None, double Full) ConfidenceRange = (0.15, 0.40);
    private static readonly (double None, double Full) LikenessRange = (0.20, 0.50);
    private static readonly (double None, double Full) IndexRange = (0.25, 1.00);
    private static readonly (double None, double Full) StabilityRange = (0.15, 0.60);

    /// <summary>Compares new texts with those of the training.</summary>
    /// <param name="reference">Texts of the training, 1 or more.</param>
    /// <param name="current">New texts, 1 or more.</param>
    /// <param name="stability">The part of the probes that are answered as before, 0 to 1; null where that is not known.</param>
    public static DriftParts Compare(IReadOnlyList<ExaminedText> reference, IReadOnlyList<ExaminedText> current, double? stability = null)
    {
        ArgumentNullException.ThrowIfNull(reference);
        ArgumentNullException.ThrowIfNull(current);
        int components = Math.Min(reference[0].Components.Count, current[0].Components.Count);
        double[] differences = [.. Enumerable.Range(0, components).Select(c => Differ(text => text.Components[c]))];
        double[] indices = [.. Enumerable.Range(0, components).Select(c => Index(text => text.Components[c])), Index(text => text.Confidence), Index(text => text.Likeness)];
        return new DriftParts(differences.Average(), differences.Max(), Differ(text => text.Confidence), Differ(text => text.Likeness), indices.Average(), stability, reference.Count, current.Count);

        double Differ(Func<ExaminedText, double> of) => KolmogorovSmirnov.Compare([.. reference.Select(of)], [.. current.Select(of)]).Statistic;
        double Index(Func<ExaminedText, double> of) => PopulationStability.Index([.. reference.Select(of)], [.. current.Select(of)]);
    }

    /// <summary>The parts as one number, 0 to 1. What small samples differ by without any drift does not count.</summary>
    public static double Of(DriftParts parts)
    {
        ArgumentNullException.ThrowIfNull(parts);
        double inverse = (1.0 / parts.Reference) + (1.0 / parts.Current), root = Math.Sqrt(inverse);
        (double Part, double Weight)[] weighed =
        [
            (Part(parts.Components, ComponentRange, MeanByChance * root), 0.3),
            (Part(parts.Confidence, ConfidenceRange, OneInHundred * root), 0.1),
            (Part(parts.Likeness, LikenessRange, OneInHundred * root), 0.3),
            (Part(parts.StabilityIndex, IndexRange, IndexRange.None + (9 * inverse)), 0.3),
        ];
        double apart = weighed.Sum(p => p.Part * p.Weight);
        return Math.Max(apart, parts.Stability is double stable ? Part(1 - stable, StabilityRange, 0) : 0);
    }

    private static double Part(double value, (double None, double Full) range, double chance)
    {
        double none = Math.Max(range.None, chance);
        return Math.Clamp((value - none) / (range.Full - range.None), 0, 1);
    }
}

/// <summary>How far two sets of texts differ, each in its own way.</summary>
/// <param name="Components">The mean Kolmogorov-Smirnov statistic of the first components, 0 to 1.</param>
/// <param name="LargestComponent">The largest of them.</param>
/// <param name="Confidence">The statistic of the answers' confidence, 0 to 1.</param>
/// <param name="Likeness">The statistic of the likeness to the nearest text of the training, 0 to 1.</param>
/// <param name="StabilityIndex">The mean population stability index of components, confidence and likeness over ten percentiles of the training's texts, 0 or more.</param>
/// <param name="Stability">The part of the probes that are answered as before, 0 to 1; null where that is not known.</param>
/// <param name="Reference">Texts of the training that were compared.</param>
/// <param name="Current">New texts that were compared.</param>
public sealed record DriftParts(double Components, double LargestComponent, double Confidence, double Likeness, double StabilityIndex, double? Stability, int Reference, int Current);
