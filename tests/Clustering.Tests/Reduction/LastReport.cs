namespace Pipeline.Clustering.Tests.Reduction;

/// <summary>Remembers the last value reported.</summary>
internal sealed class LastReport : IProgress<double>
{
    public double Value { get; private set; }

    public List<double> All { get; } = [];

    public void Report(double value)
    {
        Value = value;
        All.Add(value);
    }
}
