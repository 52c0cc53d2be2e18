namespace Pipeline.Clustering;

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
