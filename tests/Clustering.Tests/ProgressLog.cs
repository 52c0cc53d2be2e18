namespace Pipeline.Clustering.Tests;

/// <summary>Keeps what was reported.</summary>
internal sealed class ProgressLog : IProgress<double>
{
    public List<double> Values { get; } = [];

    public void Report(double value) => Values.Add(value);
}
