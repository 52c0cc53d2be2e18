namespace Pipeline.Clustering;

/// <summary>Divides a progress into parts and puts reports in order.</summary>
internal static class ProgressParts
{
    /// <summary>The part of a progress that begins at a share and takes a share of the whole; null stays null.</summary>
    public static IProgress<double>? Part(this IProgress<double>? whole, double start, double share) =>
        whole is null ? null : new PartialProgress(whole, start, share);

    /// <summary>Reports that a share is done, and stops the work where that is asked for, which the receiver of the report may just have done.</summary>
    public static void Pass(this IProgress<double>? progress, double share, CancellationToken ct)
    {
        progress?.Report(share);
        ct.ThrowIfCancellationRequested();
    }

    /// <summary>A progress that never falls or exceeds 1, whichever threads report; null stays null.</summary>
    public static IProgress<double>? Ordered(this IProgress<double>? whole) => whole is null ? null : new OrderedProgress(whole);
}

/// <summary>Passes on what many threads report, one report at a time, while the other threads wait, and only what is more than was reported before.</summary>
internal sealed class OrderedProgress(IProgress<double> whole) : IProgress<double>
{
    private readonly Lock _gate = new();
    private double _most = double.NegativeInfinity;

    /// <inheritdoc/>
    public void Report(double value)
    {
        lock (_gate)
        {
            double share = Math.Min(value, 1);
            if (share > _most)
            {
                _most = share;
                whole.Report(share);
            }
        }
    }
}

/// <summary>Passes the progress of a part of the work on as progress of the whole.</summary>
internal sealed class PartialProgress(IProgress<double> whole, double start, double share) : IProgress<double>
{
    /// <inheritdoc/>
    public void Report(double value) => whole.Report(start + share * value);
}
