using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Pipeline.Clustering;

/// <summary>Places new points in a finished layout, which does not move. A point fills all lanes: each is pulled by another neighbour and pushed by another point.</summary>
internal sealed unsafe class PointPlacer
{
    private const int Lanes = LayoutGradient.Lanes;
    private const int Epochs = 100;
    private const int PointsPerTask = 32;

    /// <summary>The first step, as a part of the learning rate of the fit: the start is near the end.</summary>
    private const double FirstStep = 0.25;

    private readonly UmapOptions _options;
    private readonly LayoutGradient _forces;
    private readonly float[] _layout;
    private readonly int _count;

    /// <summary>Takes the layout, n x components.</summary>
    public PointPlacer(float[] layout, UmapOptions options, LayoutGradient forces)
    {
        _options = options;
        _forces = forces;
        _count = layout.Length / options.Components;
        _layout = new float[_count * forces.Stride];
        for (int i = 0; i < _count; i++)
            layout.AsSpan(i * options.Components, options.Components).CopyTo(_layout.AsSpan(i * forces.Stride));
    }

    /// <summary>
    /// The position of every new point: the weighted mean of its neighbours, then the descent of the fit for this point alone. O(points x epochs x (neighbours +
    /// negative sample rate)).
    /// </summary>
    public float[] Place(NeighborTable table, float[] memberships, IProgress<double>? progress, ParallelOptions parallel)
    {
        int k = table.K, n = table.Indices.Length / k, components = _options.Components, done = 0;
        float[] positions = new float[n * components];
        ParallelBlocks.RunRows(n, PointsPerTask, parallel, (first, end) =>
        {
            int rounds = (k + Lanes - 1) / Lanes;
            int[] others = new int[rounds * Lanes];
            float[] weights = new float[rounds * Lanes];
            for (int i = first; i < end; i++)
            {
                table.Indices.AsSpan(i * k, k).CopyTo(others);
                memberships.AsSpan(i * k, k).CopyTo(weights);
                Span<float> position = positions.AsSpan(i * components, components);
                Start(position, others.AsSpan(0, k), weights);
                Descend(position, others, weights);
            }

            progress?.Report((double)Interlocked.Add(ref done, end - first) / n);
        });
        return positions;
    }

    private void Start(Span<float> position, ReadOnlySpan<int> neighbors, ReadOnlySpan<float> weights)
    {
        float total = 0;
        foreach (float weight in weights)
            total += weight;
        for (int j = 0; j < neighbors.Length; j++)
        {
            ReadOnlySpan<float> other = _layout.AsSpan(neighbors[j] * _forces.Stride, position.Length);
            for (int c = 0; c < position.Length; c++)
                position[c] += weights[j] / total * other[c];
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Descend(Span<float> position, int[] neighbors, float[] weights)
    {
        int values = _forces.LaneValues, rounds = neighbors.Length / Lanes;
        Debug.Assert(neighbors.Length == rounds * Lanes && weights.Length == neighbors.Length, "Neighbours and weights fill whole lanes.");
        float* lanes = stackalloc float[values], pull = stackalloc float[values], push = stackalloc float[values];
        int* random = stackalloc int[Lanes];
        float pushRate = 0;
        foreach (float weight in weights)
            pushRate += weight * _options.NegativeSampleRate / Lanes;
        fixed (float* layout = _layout, pulls = weights)
        fixed (int* others = neighbors)
        {
            for (int epoch = 0; epoch < Epochs; epoch++)
            {
                for (int c = 0; c < position.Length; c++)
                    Vector512.Create(position[c]).Store(lanes + (c * Lanes));
                new Span<float>(pull, values).Clear();
                new Span<float>(push, values).Clear();
                _forces.Pull(lanes, layout, others, pulls, rounds, pull);
                Draw(epoch, neighbors[0], random);
                _forces.Push(lanes, layout, random, 1, push);
                float rate = (float)(FirstStep * _options.LearningRate * (1 - ((double)epoch / Epochs)));
                for (int c = 0; c < position.Length; c++)
                    position[c] += rate * (Vector512.Sum(Vector512.Load(pull + (c * Lanes))) + (pushRate * Vector512.Sum(Vector512.Load(push + (c * Lanes)))));
            }
        }
    }

    /// <summary>Draws the points that push, keyed by the nearest neighbour: the answer must not depend on the point's place in the batch.</summary>
    private void Draw(int epoch, int nearest, int* others)
    {
        CounterRandom random = CounterRandom.For(_options.Seed, epoch, nearest);
        for (int lane = 0; lane < Lanes; lane++)
            others[lane] = random.Below(_count);
    }
}
