namespace Pipeline.Clustering;

/// <summary>
/// Clusters a stream of points in one pass: BIRCH (Zhang, Ramakrishnan, Livny 1996) with the numerically stable clustering features of
/// BETULA (Lang, Schubert 2020), weights that may decay and subclusters that may expire. The distance is Euclidean; for cosine, scale rows to length 1.
/// </summary>
/// <remarks>
/// <para>
/// The rules are those of scikit-learn: a point joins the subcluster whose centroid is nearest at the end of its way down the tree if their common radius is
/// at most the threshold, and nodes are split around their two farthest entries. The result depends on the points, their order and the parameters alone.
/// </para>
/// <para>
/// Decay is lazy: nothing is touched as time passes. What weighs less than the minimum never shows in <see cref="Subclusters"/>, and is
/// taken out of the tree, which is built anew for it, when a quarter of a half-life has passed since the last time. Where there is a
/// half-life, weights below 1e-100 always expire.
/// </para>
/// <para>
/// Safe for use by many threads: each call has the tree to itself, and a bulk insert counts as one call. Memory: about 16 d bytes per subcluster where the leaves are
/// well filled, up to 64 d where most hold one, as in many dimensions (<see cref="Bytes"/> tells), and twice that while the tree is built anew.
/// </para>
/// </remarks>
public sealed class Birch
{
    private const int CheckEvery = 64;
    private const int DroppedPart = 10;
    private const double LeastWeight = 1e-100;
    private const double MostWeight = 1e100;
    private static readonly ModelFile Format = new("pipeline-birch", version: 1);
    private readonly Lock _lock = new();
    private readonly ClusteringFeature _point;
    private DecayClock _clock;
    private BirchTree _tree;
    private long _nextId;
    private long _inserted;

    /// <summary>Starts without points.</summary>
    /// <param name="dimensions">d, at least 1.</param>
    /// <param name="options">The parameters; null for the defaults.</param>
    /// <exception cref="ArgumentException">A parameter is out of range; the message names it, its value and its range.</exception>
    public Birch(int dimensions, BirchOptions? options = null)
    {
        if (dimensions < 1)
        {
            throw new ArgumentOutOfRangeException(nameof(dimensions), dimensions, FormattableString.Invariant($"{nameof(dimensions)} is {dimensions}; it must be 1 or more."));
        }

        Options = options ?? new BirchOptions();
        Options.Validate();
        Dimensions = dimensions;
        _clock = new DecayClock(Options.HalfLife);
        _point = new ClusteringFeature(dimensions);
        _tree = new BirchTree(dimensions, Options.BranchingFactor, Options.Threshold, Options.DistanceFactor);
    }

    private Birch(BirchState state)
    {
        Options = state.Options;
        Dimensions = state.Tree.Dimensions;
        _clock = state.Clock;
        _point = new ClusteringFeature(Dimensions);
        _tree = state.Tree;
        _nextId = state.NextId;
        _inserted = state.Inserted;
    }

    /// <summary>The parameters.</summary>
    public BirchOptions Options { get; private set; }

    /// <summary>
    /// Told of every subcluster that is no more: one that expired, or lost its id to another that it was joined with when the tree was built anew.
    /// Called while the tree is locked, in the thread that inserts; it must not call back.
    /// </summary>
    public Action<BirchGone>? Gone { get; set; }

    /// <summary>d, the number of coordinates of a point.</summary>
    public int Dimensions { get; }

    /// <summary>The threshold in force: that of the options until <see cref="BirchOptions.MaximumSubclusters"/> has lifted it.</summary>
    public double Threshold => Locked(() => _tree.Threshold);

    /// <summary>How many points have been inserted.</summary>
    public long Inserted => Locked(() => _inserted);

    /// <summary>The bytes that the tree takes. O(nodes).</summary>
    public long Bytes => Locked(() => _tree.Nodes.Sum(node => node.Bytes));

    /// <summary>The latest time seen; 0 before the first.</summary>
    public double Now => Locked(() => PresentOr(null));

    /// <summary>Inserts one point. O(branching factor x depth x d).</summary>
    /// <param name="point">d finite numbers.</param>
    /// <param name="weight">How many points it stands for, 1e-100 to 1e100.</param>
    /// <param name="time">
    /// When it occurred, in the caller's unit, finite; null for <see cref="Now"/>. A late point has decayed already.
    /// </param>
    /// <param name="ct">Stops the work, which is long only where the tree is built anew; stopped there, more subclusters than <see cref="BirchOptions.MaximumSubclusters"/> may stay until the next point.</param>
    /// <returns>The id of the subcluster that it is in, as <see cref="BirchSubclusters.Ids"/> has it; -1 for a late point of which nothing is left.</returns>
    /// <exception cref="ArgumentException">The point, the weight or the time is out of range; the message names it, its value and its range.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="ct"/> was cancelled; <see cref="Inserted"/> tells whether the point is in.</exception>
    public long Insert(ReadOnlySpan<float> point, double weight = 1, double? time = null, CancellationToken ct = default)
    {
        RequireWeight(weight, nameof(weight));
        RequireTime(time ?? 0, nameof(time));
        if (point.Length != Dimensions)
        {
            throw new ArgumentException(FormattableString.Invariant($"{nameof(point)} holds {point.Length} numbers; it must hold {Dimensions}."), nameof(point));
        }

        _ = MatrixChecks.Rows(point, Dimensions, nameof(point));
        lock (_lock)
        {
            return InsertChecked(point, weight, PresentOr(time), ct);
        }
    }

    /// <summary>
    /// Inserts points one after the other. The result is that of as many single inserts. O(n x branching factor x depth x d).
    /// </summary>
    /// <param name="points">n x d finite numbers, row-major; n may be 0.</param>
    /// <param name="weights">n weights as for <see cref="Insert"/>; empty for 1 each.</param>
    /// <param name="times">n times as for <see cref="Insert"/>; empty for <see cref="Now"/>.</param>
    /// <param name="progress">Told the share done, 0 to 1.</param>
    /// <param name="ct">Stops the work; the points inserted until then, <see cref="Inserted"/> counts them, stay in, and going on with the others gives what going on at once had given.</param>
    /// <exception cref="ArgumentException">Something is out of range; the message names it, its value and its range. Nothing has been inserted then.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="ct"/> was cancelled.</exception>
    public void InsertMany(
        ReadOnlyMemory<float> points, ReadOnlyMemory<double> weights = default, ReadOnlyMemory<double> times = default, IProgress<double>? progress = null, CancellationToken ct = default)
    {
        PointSet set = PointSet.Create(points, Dimensions, DistanceMetric.Euclidean, nameof(points));
        CheckAll(weights.Span, set.Count, RequireWeight, nameof(weights));
        CheckAll(times.Span, set.Count, RequireTime, nameof(times));
        lock (_lock)
        {
            for (int i = 0; i < set.Count; i++)
            {
                if (i % CheckEvery == 0)
                {
                    progress.Pass((double)i / set.Count, ct);
                }

                InsertChecked(set.Given(i), weights.IsEmpty ? 1 : weights.Span[i], PresentOr(times.IsEmpty ? null : times.Span[i]), ct);
            }
        }

        progress?.Report(1);
    }

    /// <summary>Moves the clock on without a point, and takes out what has expired by then.</summary>
    /// <param name="time">The time it is, in the caller's unit, finite; an earlier one than <see cref="Now"/> changes nothing.</param>
    /// <param name="ct">Stops the work.</param>
    /// <exception cref="ArgumentException">The time is not finite.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="ct"/> was cancelled; the clock has moved on.</exception>
    public void Advance(double time, CancellationToken ct = default)
    {
        RequireTime(time, nameof(time));
        lock (_lock)
        {
            _clock.Advance(time);
            Sweep(ct);
        }
    }

    /// <summary>
    /// Takes subclusters out; <see cref="Gone"/> is told of each, and of those that join another as the tree is built anew. Ids that are not there are passed over.
    /// O(m x branching factor x depth x d).
    /// </summary>
    /// <param name="ids">The ids, as <see cref="BirchSubclusters.Ids"/> has them.</param>
    /// <param name="ct">Stops the work; nothing has changed then.</param>
    /// <exception cref="OperationCanceledException"><paramref name="ct"/> was cancelled.</exception>
    public void Remove(IEnumerable<long> ids, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(ids);
        HashSet<long> leftOut = [.. ids];
        lock (_lock)
        {
            List<BirchGone> gone = [];
            _tree = _tree.Without(leftOut, gone, ct);
            Tell(gone);
        }
    }

    /// <summary>
    /// Goes on with other parameters: the subclusters are inserted into a tree of the new threshold and branching factor, and decay at the new pace from now on.
    /// Subclusters are not taken apart: where the threshold falls, those that are larger stay as they are. O(m x branching factor x depth x d).
    /// </summary>
    /// <param name="options">The parameters.</param>
    /// <param name="ct">Stops the work; nothing has changed then.</param>
    /// <exception cref="ArgumentException">A parameter is out of range; the message names it, its value and its range. Nothing has changed then.</exception>
    public void Reconfigure(BirchOptions options, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        lock (_lock)
        {
            List<BirchGone> gone = [];
            _tree = _tree.Rebuild(options.BranchingFactor, options.Threshold, options.DistanceFactor, leastWeight: 0, _clock.Scale, gone, ct);
            _clock = double.IsNegativeInfinity(_clock.Now) ? new DecayClock(options.HalfLife) : new DecayClock(options.HalfLife, _clock.Now, _clock.Now, moved: 0, _clock.Now);
            Options = options;
            Tell(gone);
            Condense(CancellationToken.None);
        }
    }

    /// <summary>The subclusters at the present time, copied. O(m d).</summary>
    public BirchSubclusters Subclusters()
    {
        lock (_lock)
        {
            double scale = _clock.Scale, least = Options.MinimumWeight * scale;
            List<(BirchNode Leaf, int Entry)> kept = [.. _tree.Leaves
                .SelectMany(leaf => Enumerable.Range(0, leaf.Count).Select(entry => (leaf, entry)))
                .Where(at => at.leaf.Weights[at.entry] >= least)];
            float[] centroids = new float[checked(kept.Count * Dimensions)];
            double[] mean = new double[Dimensions];
            for (int i = 0; i < kept.Count; i++)
            {
                kept[i].Leaf.CopyMean(kept[i].Entry, mean);
                for (int t = 0; t < mean.Length; t++)
                {
                    centroids[i * Dimensions + t] = (float)mean[t];
                }
            }

            return new BirchSubclusters(
                Dimensions,
                centroids,
                [.. kept.Select(at => at.Leaf.Weights[at.Entry] / scale)],
                [.. kept.Select(at => Math.Sqrt(at.Leaf.Deviations[at.Entry] / at.Leaf.Weights[at.Entry]))],
                [.. kept.Select(at => at.Leaf.Updates[at.Entry])],
                [.. kept.Select(at => at.Leaf.Ids[at.Entry])]);
        }
    }

    /// <summary>The whole state as arrays for a model file; <see cref="Restore"/> goes on from them bit for bit.</summary>
    public IReadOnlyDictionary<string, SafeTensor> Snapshot()
    {
        lock (_lock)
        {
            return BirchSnapshot.Write(new BirchState(Options, _clock, _tree, _nextId, _inserted));
        }
    }

    /// <summary>Goes on from a snapshot.</summary>
    /// <param name="arrays">What <see cref="Snapshot"/> gave; other arrays beside them are passed over.</param>
    /// <exception cref="InvalidDataException">An array is missing or the arrays do not fit together; the message says what is wrong.</exception>
    public static Birch Restore(IReadOnlyDictionary<string, SafeTensor> arrays)
    {
        ArgumentNullException.ThrowIfNull(arrays);
        return new Birch(BirchSnapshot.Read(arrays));
    }

    /// <summary>Writes a snapshot as a safetensors file to a stream, which stays open.</summary>
    /// <param name="output">The stream.</param>
    /// <param name="cancellationToken">Stops the writing.</param>
    public Task SaveAsync(Stream output, CancellationToken cancellationToken = default) =>
        Format.WriteAsync(output, Snapshot(), new Dictionary<string, string>(StringComparer.Ordinal), cancellationToken);

    /// <summary>Writes a snapshot as a safetensors file, in place of one that may be there: whole or not at all.</summary>
    /// <param name="path">The file.</param>
    /// <param name="cancellationToken">Stops the writing; what was there before stays.</param>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public Task SaveAsync(string path, CancellationToken cancellationToken = default) => ModelFile.WriteAsync(path, SaveAsync, cancellationToken);

    /// <summary>Goes on, bit for bit, from what was saved, also by a library whose files had no metadata.</summary>
    /// <param name="input">The stream; it is read to the end of the snapshot.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <exception cref="InvalidDataException">The stream holds no snapshot, one of a newer library, or a damaged one; the message says what is wrong.</exception>
    public static Task<Birch> LoadAsync(Stream input, CancellationToken cancellationToken = default) =>
        Format.ReadAsync(input, content => Restore(content.Arrays), cancellationToken, unnamed: true);

    /// <summary>Goes on, bit for bit, from what was saved.</summary>
    /// <param name="path">The file.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <exception cref="InvalidDataException">As for a stream; the message names the file.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static Task<Birch> LoadAsync(string path, CancellationToken cancellationToken = default) => ModelFile.ReadAsync(path, LoadAsync, cancellationToken);

    private static void RequireWeight(double weight, string name)
    {
        if (!(weight >= LeastWeight && weight <= MostWeight))
        {
            throw new ArgumentOutOfRangeException(name, weight, FormattableString.Invariant($"{name} is {weight}; it must be {LeastWeight} to {MostWeight}."));
        }
    }

    private static void RequireTime(double time, string name)
    {
        if (!double.IsFinite(time))
        {
            throw new ArgumentOutOfRangeException(name, time, FormattableString.Invariant($"{name} is {time}; it must be finite."));
        }
    }

    private static void CheckAll(ReadOnlySpan<double> values, int count, Action<double, string> require, string name)
    {
        if (!values.IsEmpty && values.Length != count)
        {
            throw new ArgumentException(FormattableString.Invariant($"{name} holds {values.Length} numbers; it must hold none or {count}, one per point."), name);
        }

        for (int i = 0; i < values.Length; i++)
        {
            require(values[i], name);
        }
    }

    private T Locked<T>(Func<T> read)
    {
        lock (_lock)
        {
            return read();
        }
    }

    private double PresentOr(double? time) => time ?? (double.IsNegativeInfinity(_clock.Now) ? 0 : _clock.Now);

    /// <summary>Inserts a point. Whatever may be stopped either precedes the point or is made up for before the next one.</summary>
    private long InsertChecked(ReadOnlySpan<float> point, double weight, double time, CancellationToken ct)
    {
        Condense(ct);
        _clock.Advance(time);
        if (_clock.SweepIsDue)
        {
            Sweep(ct);
        }

        _inserted++;
        double stored = weight * _clock.ScaleOf(time);
        if (stored < LeastWeight * _clock.Scale && Options.HalfLife is not null)
        {
            return -1;
        }

        for (int t = 0; t < point.Length; t++)
        {
            _point.Mean[t] = point[t];
        }

        _point.Weight = stored;
        _point.Updated = time;
        _point.Id = _nextId;
        long id = _tree.Insert(_point);
        if (id == _nextId)
        {
            _nextId++;
        }

        foreach (BirchGone gone in Condense(ct) ?? [])
        {
            id = gone.Id == id ? gone.Into ?? -1 : id;
        }

        return id;
    }

    /// <summary>Takes out what has expired, and keeps stored weights in range.</summary>
    private List<BirchGone> Sweep(CancellationToken ct)
    {
        List<BirchGone> gone = [];
        if (Options.HalfLife is null)
        {
            return gone;
        }

        double least = Math.Max(Options.MinimumWeight, LeastWeight) * _clock.Scale;
        if (_tree.Leaves.Any(leaf => leaf.Weights.AsSpan(0, leaf.Count).ContainsAnyInRange(0, Math.BitDecrement(least))))
        {
            _tree = _tree.Rebuild(_tree.Threshold, least, gone, ct);
            Tell(gone);
        }

        double halfLives = _clock.Overdue();
        if (halfLives > 0)
        {
            _tree.ScaleWeights(-halfLives);
            _clock.MoveOrigin(halfLives);
        }

        _clock.Sweep();
        return gone;
    }

    /// <summary>Raises the threshold, or drops what is lightest, until there are not too many subclusters; gives those that are no more, null where there was nothing to do.</summary>
    private List<BirchGone>? Condense(CancellationToken ct)
    {
        if (!(_tree.Count > Options.MaximumSubclusters))
        {
            return null;
        }

        List<BirchGone> all = Sweep(ct);
        while (_tree.Count > Options.MaximumSubclusters)
        {
            List<BirchGone> gone = [];
            _tree = Options.DropsLightest
                ? _tree.WithoutLightest(_tree.Count - (Options.MaximumSubclusters!.Value - (Options.MaximumSubclusters.Value / DroppedPart)), gone, ct)
                : _tree.Rebuild(ThresholdRise.After(_tree, ct), leastWeight: 0, gone, ct);
            Tell(gone);
            all.AddRange(gone);
        }

        return all;
    }

    private void Tell(List<BirchGone> gone)
    {
        foreach (BirchGone one in gone)
        {
            Gone?.Invoke(one);
        }
    }
}

/// <summary>A subcluster that is no more.</summary>
/// <param name="Id">What it was known by.</param>
/// <param name="Into">The subcluster that it was joined with, which keeps its own id; null where it expired.</param>
public readonly record struct BirchGone(long Id, long? Into);
