namespace Pipeline.Clustering;

/// <summary>Divides a progress into parts.</summary>
internal static class ProgressParts
{
    /// <summary>The part of a progress that begins at a share and takes a share of the whole; null stays null.</summary>
    public static IProgress<double>? Part(this IProgress<double>? whole, double start, double share) =>
        whole is null ? null : new PartialProgress(whole, start, share);
}
