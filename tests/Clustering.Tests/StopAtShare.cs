namespace Pipeline.Clustering.Tests;

/// <summary>Asks the work to stop once a share is reported.</summary>
internal sealed class StopAtShare(double share, CancellationTokenSource stop) : IProgress<double>
{
    public void Report(double value)
    {
        if (value >= share)
        {
            stop.Cancel();
        }
    }
}
