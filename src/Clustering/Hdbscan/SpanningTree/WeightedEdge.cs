using System.Runtime.InteropServices;

namespace Pipeline.Clustering;

/// <summary>An edge between two points.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct WeightedEdge
{
    /// <summary>No edge: greater than all.</summary>
    public static readonly WeightedEdge None = new(int.MaxValue, int.MaxValue, double.PositiveInfinity);

    /// <summary>Creates an edge; the order of the ends does not matter.</summary>
    public WeightedEdge(int a, int b, double weight)
    {
        Low = Math.Min(a, b);
        High = Math.Max(a, b);
        Weight = weight;
    }

    /// <summary>The lower end.</summary>
    public int Low { get; }

    /// <summary>The higher end.</summary>
    public int High { get; }

    /// <summary>The mutual reachability distance.</summary>
    public double Weight { get; }

    /// <summary>Whether this edge comes before another by weight, then by its ends.</summary>
    public bool Precedes(in WeightedEdge other) =>
        Weight != other.Weight ? Weight < other.Weight
        : Low != other.Low ? Low < other.Low
        : High < other.High;
}
