using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Pipeline.Clustering;

/// <summary>
/// The stochastic gradient descent of UMAP, rearranged so that every point owns its position: an epoch reads the positions of the epoch before, and each
/// point sums up the pulls of all its neighbours and the pushes of random points (the batch mode of the R package uwot). The random numbers are keyed by
/// epoch and slice of points, so the result does not depend on the number of threads.
/// </summary>
/// <remarks>
/// Where umap-learn applies an edge in a part of the epochs, here it pulls in every epoch by that part, which has the same mean and less noise. The
/// sixteen points of a slice, which have nothing in common but their number of neighbours, are pushed by the same random points, each by as much as its
/// own number of pushes. Steps are those of Adam (Kingma, Ba 2015) with the short memory that uwot chose, as plain steps overshoot when all points
/// move at once.
/// </remarks>
internal sealed unsafe class LayoutOptimizer
{
    private const int Lanes = LayoutGradient.Lanes;
    private const int SlicesPerTask = 8;
    private const float MeanMemory = 0.5f;
    private const float SquareMemory = 0.9f;
    private const float Epsilon = 1e-7f;

    private readonly SlicedGraph _graph;
    private readonly UmapOptions _options;
    private readonly LayoutGradient _forces;
    private readonly int _epochs;
    private readonly float[] _pushRates;
    private readonly int[] _pushes;
    private readonly float[] _mean;
    private readonly float[] _square;

    /// <summary>Prepares the descent.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="options">Components, negative sample rate, repulsion strength, learning rate and seed.</param>
    /// <param name="forces">The gradients.</param>
    /// <param name="epochs">Passes over all points.</param>
    public LayoutOptimizer(UmapGraph graph, UmapOptions options, LayoutGradient forces, int epochs)
    {
        _graph = SlicedGraph.Of(graph);
        _options = options;
        _forces = forces;
        _epochs = epochs;
        _mean = new float[_graph.SliceCount * forces.LaneValues];
        _square = new float[_mean.Length];
        _pushRates = new float[_graph.SliceCount * Lanes];
        _pushes = new int[_graph.SliceCount];
        float largest = graph.Weights.Length == 0 ? 1 : graph.Weights.Max();
        for (int slice = 0; slice < _pushes.Length; slice++)
            SetRates(slice, largest);
    }

    /// <summary>Runs all epochs. O(epochs x edges x negative sample rate).</summary>
    /// <param name="start">n x components start positions.</param>
    /// <param name="progress">Receives the finished part, 0 to 1.</param>
    /// <param name="parallel">Threads and cancellation.</param>
    /// <returns>n x components positions.</returns>
    public float[] Run(float[] start, IProgress<double>? progress, ParallelOptions parallel)
    {
        float[] current = Arrange(start), next = new float[current.Length];
        for (int epoch = 0; epoch < _epochs; epoch++)
        {
            (float[] from, float[] to, int now) = (current, next, epoch);
            ParallelBlocks.RunRows(_graph.SliceCount, SlicesPerTask, parallel, (first, end) => Move(from, to, first, end, now));
            (current, next) = (next, current);
            progress?.Report((epoch + 1.0) / _epochs);
        }

        float[] layout = new float[start.Length];
        Copy(current, layout, (place, point) => (place * _forces.Stride, point * _options.Components));
        return layout;
    }

    /// <summary>Turns a slice's weights into the rates of its pulls, counts its pushes, and weighs them.</summary>
    private void SetRates(int slice, float largest)
    {
        Span<float> pushRates = _pushRates.AsSpan(slice * Lanes, Lanes);
        for (int e = _graph.Offsets[slice] * Lanes; e < _graph.Offsets[slice + 1] * Lanes; e++)
        {
            float rate = _graph.Weights[e] / largest;
            pushRates[e % Lanes] += rate * _options.NegativeSampleRate;

            // The edge stands in the matrix twice, and each time both of its ends move.
            _graph.Weights[e] = 2 * rate;
        }

        float sum = 0;
        foreach (float rate in pushRates)
            sum += rate;
        _pushes[slice] = (int)MathF.Ceiling(sum / Lanes);
        foreach (ref float rate in pushRates)
            rate = rate * (float)_options.RepulsionStrength / Math.Max(1, _pushes[slice]);
    }

    private float[] Arrange(float[] start)
    {
        float[] rows = new float[_graph.SliceCount * _forces.LaneValues];
        Copy(start, rows, (place, point) => (point * _options.Components, place * _forces.Stride));
        return rows;
    }

    private void Copy(float[] from, float[] to, Func<int, int, (int From, int To)> at)
    {
        for (int place = 0; place < _graph.Order.Length; place++)
        {
            (int source, int target) = at(place, _graph.Order[place]);
            from.AsSpan(source, _options.Components).CopyTo(to.AsSpan(target));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Move(float[] from, float[] to, int first, int end, int epoch)
    {
        int values = _forces.LaneValues;
        Debug.Assert(from != to && from.Length == to.Length && end * (long)values <= from.Length && _graph.Offsets[end] * (long)Lanes <= _graph.Columns.Length && _graph.Columns.Length == _graph.Weights.Length, "All slices have rows and edges.");
        float* lanes = stackalloc float[values], pull = stackalloc float[values], push = stackalloc float[values];
        int* own = stackalloc int[Lanes];
        fixed (float* source = from, target = to, weights = _graph.Weights)
        fixed (int* columns = _graph.Columns)
        {
            for (int slice = first; slice < end; slice++)
            {
                for (int lane = 0; lane < Lanes; lane++)
                    own[lane] = (slice * Lanes) + lane;
                _forces.Load(source, own, lanes);
                new Span<float>(pull, values).Clear();
                new Span<float>(push, values).Clear();
                nint edges = (nint)_graph.Offsets[slice] * Lanes;
                _forces.Pull(lanes, source, columns + edges, weights + edges, _graph.Offsets[slice + 1] - _graph.Offsets[slice], pull);
                Push(slice, epoch, lanes, source, push);
                Step(slice, epoch, lanes, pull, push);
                _forces.Store(lanes, target + ((nint)slice * values));
            }
        }
    }

    private void Push(int slice, int epoch, float* lanes, float* source, float* push)
    {
        const int AtOnce = 64;
        CounterRandom random = CounterRandom.For(_options.Seed, epoch, slice);
        Span<int> others = stackalloc int[AtOnce];
        for (int left = _pushes[slice]; left > 0; left -= AtOnce)
        {
            Span<int> some = others[..Math.Min(AtOnce, left)];
            foreach (ref int other in some)
                other = random.Below(_graph.Order.Length);
            _forces.PushAll(lanes, source, some, push);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Step(int slice, int epoch, float* lanes, float* pull, float* push)
    {
        float rate = (float)(_options.LearningRate * (1 - ((double)epoch / _epochs)));
        Vector512<float> step = Vector512.Create(rate / (1 - MathF.Pow(MeanMemory, epoch + 1)));
        Vector512<float> squareScale = Vector512.Create(1 / (1 - MathF.Pow(SquareMemory, epoch + 1)));
        Vector512<float> meanMemory = Vector512.Create(MeanMemory), meanNew = Vector512.Create(1 - MeanMemory);
        Vector512<float> squareMemory = Vector512.Create(SquareMemory), squareNew = Vector512.Create(1 - SquareMemory), epsilon = Vector512.Create(Epsilon);
        fixed (float* means = _mean, squares = _square, pushRates = _pushRates)
        {
            float* mean = means + ((nint)slice * _forces.LaneValues), square = squares + ((nint)slice * _forces.LaneValues);
            Vector512<float> pushRate = Vector512.Load(pushRates + ((nint)slice * Lanes));
            for (int at = 0; at < _options.Components * Lanes; at += Lanes)
            {
                Vector512<float> force = Vector512.FusedMultiplyAdd(Vector512.Load(push + at), pushRate, Vector512.Load(pull + at));
                Vector512<float> m = Vector512.FusedMultiplyAdd(meanMemory, Vector512.Load(mean + at), meanNew * force);
                Vector512<float> v = Vector512.FusedMultiplyAdd(squareMemory, Vector512.Load(square + at), squareNew * force * force);
                m.Store(mean + at);
                v.Store(square + at);
                (Vector512.Load(lanes + at) + (step * m / (Vector512.Sqrt(v * squareScale) + epsilon))).Store(lanes + at);
            }
        }
    }
}
