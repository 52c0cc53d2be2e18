using System.Collections.Concurrent;

namespace Pipeline.Clustering.Tests;

/// <summary>Fits of the reference's data sets, kept because many configurations share one spanning tree.</summary>
internal static class GoldenFits
{
    private static readonly ConcurrentDictionary<(string Set, int? MinSamples, DistanceMetric Metric), Lazy<HdbscanResult>> Kept = new();

    /// <summary>A fit with the case's data, min samples and metric.</summary>
    public static HdbscanResult Of(GoldenCase golden) =>
        Kept.GetOrAdd(
            (golden.Set, golden.Options.MinSamples, golden.Options.Metric),
            _ => new Lazy<HdbscanResult>(() => Hdbscan.Fit(golden.Points(), golden.Dimensions, golden.Options))).Value;
}
