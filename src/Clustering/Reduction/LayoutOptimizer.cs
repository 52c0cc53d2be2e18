using System.Runtime.InteropServices;

namespace Pipeline.Clustering;

/// <summary>
/// The stochastic gradient descent of UMAP, rearranged so that every point owns its position: an epoch reads the positions of the epoch before, and each
/// point sums up the pulls of all its neighbours and the pushes of random points (the batch mode of the R package uwot). The random numbers are keyed by
/// epoch and point, so the result does not depend on the number of threads.
/// </summary>
/// <remarks>
/// Where umap-learn applies an edge in a part of the epochs, here it pulls in every epoch by that part, which has the same mean and less noise. Steps are
/// those of Adam (Kingma, Ba 2015) with the short memory that uwot chose, as plain steps overshoot when all points move at once.
/// </remarks>
internal sealed class LayoutOptimizer
{
    private const int PointsPerTask = 128;
    private const float MeanMemory = 0.5f;
    private const float SquareMemory = 0.9f;
    private const float Epsilon = 1e-7f;

    private readonly UmapGraph _graph;
    private readonly UmapOptions _options;
    private readonly LayoutForces _forces;
    private readonly int _epochs;
    private readonly float[] _rates;
    private readonly float[] _pushRates;
    private readonly float[] _mean;
    private readonly float[] _square;

    /// <summary>Prepares the descent.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="options">Components, negative sample rate, learning rate and seed.</param>
    /// <param name="forces">The gradients.</param>
    /// <param name="epochs">Passes over all points.</param>
    public LayoutOptimizer(UmapGraph graph, UmapOptions options, LayoutForces forces, int epochs)
    {
        _graph = graph;
        _options = options;
        _forces = forces;
        _epochs = epochs;
        _mean = new float[graph.Count * forces.Stride];
        _square = new float[graph.Count * forces.Stride];
        _rates = new float[graph.Weights.Length];
        _pushRates = new float[graph.Count];
        float largest = graph.Weights.Length == 0 ? 1 : graph.Weights.Max();
        for (int i = 0; i < graph.Count; i++)
        {
            for (int e = graph.RowOffsets[i]; e < graph.RowOffsets[i + 1]; e++)
            {
                _rates[e] = graph.Weights[e] / largest;
                _pushRates[i] += _rates[e] * options.NegativeSampleRate;
            }
        }
    }

    /// <summary>Runs all epochs. O(epochs x edges x negative sample rate).</summary>
    /// <param name="start">n x components start positions.</param>
    /// <param name="progress">Receives the finished part, 0 to 1.</param>
    /// <param name="parallel">Threads and cancellation.</param>
    /// <returns>n x components positions.</returns>
    public float[] Run(float[] start, IProgress<double>? progress, ParallelOptions parallel)
    {
        int tasks = (_graph.Count + PointsPerTask - 1) / PointsPerTask;
        float[] current = _forces.Pad(start), next = new float[current.Length];
        for (int epoch = 0; epoch < _epochs; epoch++)
        {
            (float[] from, float[] to, int now) = (current, next, epoch);
            Parallel.For(0, tasks, parallel, task => Move(from, to, task * PointsPerTask, Math.Min(_graph.Count, (task + 1) * PointsPerTask), now));
            (current, next) = (next, current);
            progress?.Report((epoch + 1.0) / _epochs);
        }

        return _forces.Unpad(current);
    }

    private void Move(float[] from, float[] to, int first, int end, int epoch)
    {
        int stride = _forces.Stride;
        Span<float> force = stackalloc float[stride];
        for (int i = first; i < end; i++)
        {
            force.Clear();
            SumForces(from, i, epoch, ref MemoryMarshal.GetReference(force));
            Step(from, to, i * stride, force, epoch);
        }
    }

    private void SumForces(float[] positions, int i, int epoch, ref float force)
    {
        int stride = _forces.Stride;
        ref float point = ref positions[i * stride];
        for (int e = _graph.RowOffsets[i]; e < _graph.RowOffsets[i + 1]; e++)
        {
            // The edge stands in the matrix twice, and each time both of its ends move.
            _forces.Pull(ref point, ref positions[_graph.Columns[e] * stride], 2 * _rates[e], ref force);
        }

        CounterRandom random = CounterRandom.For(_options.Seed, epoch, i);
        int pushes = (int)((epoch + 1) * _pushRates[i]) - (int)(epoch * _pushRates[i]);
        for (int s = 0; s < pushes; s++)
            _forces.Push(ref point, ref positions[random.Below(_graph.Count) * stride], ref force);
    }

    private void Step(float[] from, float[] to, int at, ReadOnlySpan<float> force, int epoch)
    {
        float rate = (float)(_options.LearningRate * (1 - ((double)epoch / _epochs)));
        rate /= 1 - MathF.Pow(MeanMemory, epoch + 1);
        float squareScale = 1 / (1 - MathF.Pow(SquareMemory, epoch + 1));
        for (int c = 0; c < force.Length; c++)
        {
            float mean = (MeanMemory * _mean[at + c]) + ((1 - MeanMemory) * force[c]);
            float square = (SquareMemory * _square[at + c]) + ((1 - SquareMemory) * force[c] * force[c]);
            _mean[at + c] = mean;
            _square[at + c] = square;
            to[at + c] = from[at + c] + (rate * mean / (MathF.Sqrt(square * squareScale) + Epsilon));
        }
    }
}
