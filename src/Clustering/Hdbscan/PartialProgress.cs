namespace Pipeline.Clustering;

/// <summary>Passes the progress of a part of the work on as progress of the whole.</summary>
internal sealed class PartialProgress(IProgress<double> whole, double start, double share) : IProgress<double>
{
    /// <inheritdoc/>
    public void Report(double value) => whole.Report(start + share * value);
}
