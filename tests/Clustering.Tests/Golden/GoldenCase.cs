namespace Pipeline.Clustering.Tests;

/// <summary>One configuration of one data set in one variant.</summary>
internal sealed record GoldenCase(string Set, string Variant, int Dimensions, string Directory, HdbscanOptions Options, int[]? SelectedIds, bool HasMembership, bool PredictionQuirk)
{
    public string Samples => $"{Set}/{Variant}/ms{Options.MinSamples}";

    public string Tree => $"{Samples}_mcs{Options.MinClusterSize}";

    public string Flat => $"{Set}/{Directory}";

    public bool Cosine => Options.Metric == DistanceMetric.Cosine;

    public float[] Points() => GoldenFolder.Singles($"{Set}/data.f32");

    public float[] NewPoints() => GoldenFolder.Singles($"{Set}/new_points.f32");
}
