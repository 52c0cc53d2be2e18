using System.Diagnostics;
using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Pipeline.Clustering;

/// <summary>
/// The tree of <see cref="PrimSpanningTree"/>, bit for bit, where the distances of all pairs are bounded: a step compares a row of bounds with what is
/// known of each point, and measures what they do not exclude.
/// </summary>
internal sealed class BoundedSpanningTree
{
    private const int EdgesBetweenReports = 256;
    private readonly MutualReachability _graph;
    private readonly PairBounds _bounds;

    /// <summary>Per point outside the tree, the weight at which it can be reached; infinite inside.</summary>
    private readonly double[] _nearest;

    /// <summary>Per point, the squared distance below which another point of the tree would be of use; negative where none would.</summary>
    private readonly float[] _useful;
    private readonly int[] _sources;

    private BoundedSpanningTree(MutualReachability graph, PairBounds bounds)
    {
        int n = graph.Points.Count;
        _graph = graph;
        _bounds = bounds;
        _nearest = new double[n];
        _nearest.AsSpan().Fill(double.PositiveInfinity);
        _useful = new float[n];
        _useful.AsSpan().Fill(float.PositiveInfinity);
        _sources = new int[n];
    }

    /// <summary>Builds the tree. O(n^2 + m d) time for m measured pairs, O(n) memory beside the bounds.</summary>
    /// <param name="graph">The graph of at least two points.</param>
    /// <param name="bounds">Bounds of the distances of its points.</param>
    /// <param name="progress">Told the share done, 0 to 1.</param>
    /// <param name="ct">Stops the work.</param>
    public static MinimumSpanningTree Build(MutualReachability graph, PairBounds bounds, IProgress<double>? progress, CancellationToken ct)
    {
        BoundedSpanningTree work = new(graph, bounds);
        int edges = graph.Points.Count - 1;
        MinimumSpanningTree tree = new(new int[edges], new int[edges], new double[edges]);
        work._useful[0] = -1;
        for (int edge = 0, current = 0; edge < edges; edge++)
        {
            if (edge % EdgesBetweenReports == 0)
            {
                progress.Pass((double)edge / edges, ct);
            }

            work.Relax(current);
            current = TensorPrimitives.IndexOfMin<double>(work._nearest);
            tree.Sources[edge] = work._sources[current];
            tree.Targets[edge] = current;
            tree.Weights[edge] = work._nearest[current];
            work._nearest[current] = double.PositiveInfinity;
            work._useful[current] = -1;
        }

        return tree;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Relax(int current)
    {
        ReadOnlySpan<float> bounds = _bounds.Of(current);
        Debug.Assert(bounds.Length == _useful.Length, "Every point has a bound.");
        ref float least = ref MemoryMarshal.GetReference(bounds), useful = ref MemoryMarshal.GetArrayDataReference(_useful);
        int first = 0;
        for (; first + Vector512<float>.Count <= bounds.Length; first += Vector512<float>.Count)
        {
            ulong near = Vector512.LessThan(Vector512.LoadUnsafe(ref least, (nuint)first), Vector512.LoadUnsafe(ref useful, (nuint)first)).ExtractMostSignificantBits();
            for (; near != 0; near &= near - 1)
            {
                Measure(current, first + BitOperations.TrailingZeroCount(near));
            }
        }

        for (; first < bounds.Length; first++)
        {
            if (bounds[first] < _useful[first])
            {
                Measure(current, first);
            }
        }
    }

    private void Measure(int current, int point)
    {
        double coreHere = _graph.CoreDistances[current], core = _graph.CoreDistances[point];
        if (coreHere >= _nearest[point])
        {
            return;
        }

        double weight = _graph.Between(coreHere, core, _graph.Points.Distance(current, point));
        if (weight < _nearest[point])
        {
            _nearest[point] = weight;
            _sources[point] = current;
            _useful[point] = weight > core ? MathF.BitIncrement((float)_graph.Points.ToSquared(weight * _graph.Alpha)) : -1;
        }
    }
}
