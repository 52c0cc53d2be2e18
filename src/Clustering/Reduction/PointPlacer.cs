using System.Runtime.InteropServices;

namespace Pipeline.Clustering;

/// <summary>Places new points in a finished layout, which does not move.</summary>
internal sealed class PointPlacer
{
    private const int Epochs = 100;
    private const int PointsPerTask = 32;

    /// <summary>The first step, as a part of the learning rate of the fit: the start is near the end.</summary>
    private const double FirstStep = 0.25;

    private readonly UmapOptions _options;
    private readonly LayoutForces _forces;
    private readonly float[] _layout;
    private readonly int _count;

    /// <summary>Takes the layout, n x components.</summary>
    public PointPlacer(float[] layout, UmapOptions options, LayoutForces forces)
    {
        _options = options;
        _forces = forces;
        _layout = forces.Pad(layout);
        _count = _layout.Length / forces.Stride;
    }

    /// <summary>
    /// The position of every new point: the weighted mean of its neighbours, then the descent of the fit for this point alone. O(points x epochs x neighbours x
    /// negative sample rate).
    /// </summary>
    public float[] Place(NeighborTable table, float[] memberships, ParallelOptions parallel)
    {
        int k = table.K, n = table.Indices.Length / k, stride = _forces.Stride;
        float[] positions = new float[n * stride];
        Parallel.For(0, (n + PointsPerTask - 1) / PointsPerTask, parallel, task =>
        {
            Span<float> force = stackalloc float[stride];
            for (int i = task * PointsPerTask; i < Math.Min(n, (task + 1) * PointsPerTask); i++)
            {
                Span<float> position = positions.AsSpan(i * stride, stride);
                ReadOnlySpan<int> indices = table.Indices.AsSpan(i * k, k);
                ReadOnlySpan<float> weights = memberships.AsSpan(i * k, k);
                Start(position, indices, weights);
                Descend(position, indices, weights, force);
            }
        });
        return _forces.Unpad(positions);
    }

    private void Start(Span<float> position, ReadOnlySpan<int> neighbors, ReadOnlySpan<float> weights)
    {
        float total = 0;
        foreach (float weight in weights)
            total += weight;
        for (int j = 0; j < neighbors.Length; j++)
        {
            ReadOnlySpan<float> other = _layout.AsSpan(neighbors[j] * position.Length, position.Length);
            for (int c = 0; c < position.Length; c++)
                position[c] += weights[j] / total * other[c];
        }
    }

    private void Descend(Span<float> position, ReadOnlySpan<int> neighbors, ReadOnlySpan<float> weights, Span<float> force)
    {
        int stride = _forces.Stride;
        ref float point = ref MemoryMarshal.GetReference(position), sum = ref MemoryMarshal.GetReference(force);
        float pushRate = 0;
        foreach (float weight in weights)
            pushRate += weight * _options.NegativeSampleRate;
        for (int epoch = 0; epoch < Epochs; epoch++)
        {
            force.Clear();
            for (int j = 0; j < neighbors.Length; j++)
                _forces.Pull(ref point, ref _layout[neighbors[j] * stride], weights[j], ref sum);

            // Keyed by the nearest neighbour: the answer must not depend on the point's place in the batch.
            CounterRandom random = CounterRandom.For(_options.Seed, epoch, neighbors[0]);
            int pushes = (int)((epoch + 1) * pushRate) - (int)(epoch * pushRate);
            for (int s = 0; s < pushes; s++)
                _forces.Push(ref point, ref _layout[random.Below(_count) * stride], ref sum);
            float rate = (float)(FirstStep * _options.LearningRate * (1 - ((double)epoch / Epochs)));
            for (int c = 0; c < stride; c++)
                position[c] += rate * force[c];
        }
    }
}
