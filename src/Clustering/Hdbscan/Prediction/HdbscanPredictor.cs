using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Pipeline.Clustering;

/// <summary>
/// Assigns new points to the clusters of a fit without fitting again, and gives soft memberships. Safe for use by many threads.
/// </summary>
public sealed class HdbscanPredictor
{
    private const int DefaultRows = 1024;
    private const int RowsAtOnce = 16;
    private readonly HdbscanModel _model;
    private readonly PointSet _points;
    private readonly AttachmentSearch _attachments;
    private readonly ClusterHierarchy _hierarchy;
    private readonly Lazy<SoftMembership> _membership;
    private readonly int[] _labelOf;
    private readonly int _threads;

    /// <summary>Prepares prediction. O(n d), or O(n log n) where a kd-tree is built.</summary>
    /// <param name="model">The model; its arrays are not changed and must not be.</param>
    /// <param name="maxDegreeOfParallelism">The number of threads, at least 1; null for all processors. No influence on results.</param>
    /// <param name="ct">Stops the preparation.</param>
    /// <exception cref="ArgumentException">The model's arrays do not fit together.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="ct"/> was cancelled.</exception>
    public HdbscanPredictor(HdbscanModel model, int? maxDegreeOfParallelism = null, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentOutOfRangeException.ThrowIfLessThan(maxDegreeOfParallelism ?? 1, 1, nameof(maxDegreeOfParallelism));
        model.Validate();
        _model = model;
        _threads = maxDegreeOfParallelism ?? Environment.ProcessorCount;
        _points = PointSet.Create(model.TrainingPoints, model.Dimensions, model.Metric, nameof(model.TrainingPoints));
        _attachments = new AttachmentSearch(model, _points, _threads, ct);
        _hierarchy = ClusterHierarchy.From(
            model.ClusterParents, model.ClusterBirthLambdas, new int[model.ClusterParents.Length], model.PointParents, model.PointLambdas);
        _labelOf = _hierarchy.NearestSelected(model.SelectedClusters);
        _membership = new Lazy<SoftMembership>(() => new SoftMembership(_points, _hierarchy, model.SelectedClusters));
    }

    /// <summary>Writes the model that it predicts by, as <see cref="HdbscanModel.SaveAsync(Stream, CancellationToken)"/> does.</summary>
    /// <param name="output">The stream; it stays open.</param>
    /// <param name="cancellationToken">Stops the writing.</param>
    public Task SaveAsync(Stream output, CancellationToken cancellationToken = default) => _model.SaveAsync(output, cancellationToken);

    /// <summary>Writes the model that it predicts by, as <see cref="HdbscanModel.SaveAsync(string, CancellationToken)"/> does.</summary>
    /// <param name="path">The file.</param>
    /// <param name="cancellationToken">Stops the writing; what was there before stays.</param>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public Task SaveAsync(string path, CancellationToken cancellationToken = default) => _model.SaveAsync(path, cancellationToken);

    /// <summary>Prepares prediction by a model that was saved; the predictions are those before it was, bit for bit.</summary>
    /// <param name="input">The stream; it is read to the end of the model.</param>
    /// <param name="maxDegreeOfParallelism">As for the constructor.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    /// <exception cref="InvalidDataException">The stream holds no HDBSCAN model, one of a newer library, or a damaged one; the message says what is wrong.</exception>
    public static async Task<HdbscanPredictor> LoadAsync(Stream input, int? maxDegreeOfParallelism = null, CancellationToken cancellationToken = default) =>
        Of(await HdbscanModel.LoadAsync(input, cancellationToken), maxDegreeOfParallelism, cancellationToken);

    /// <summary>Prepares prediction by a model that was saved; the predictions are those before it was, bit for bit.</summary>
    /// <param name="path">The file.</param>
    /// <param name="maxDegreeOfParallelism">As for the constructor.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    /// <exception cref="InvalidDataException">As for a stream; the message names the file.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static Task<HdbscanPredictor> LoadAsync(string path, int? maxDegreeOfParallelism = null, CancellationToken cancellationToken = default) =>
        ModelFile.ReadAsync(path, (stream, token) => LoadAsync(stream, maxDegreeOfParallelism, token), cancellationToken);

    /// <summary>The number of clusters.</summary>
    public int ClusterCount => _model.SelectedClusters.Length;

    /// <summary>
    /// The cluster that each new point would fall into: that of its nearest training point by mutual reachability, or of an ancestor
    /// where the new point is less dense. O(q n d) time, or about O(q log n) for many points in few dimensions. Where the fit's
    /// tree never split, all is noise.
    /// </summary>
    /// <param name="newPoints">q x d finite numbers, row-major; q may be 0.</param>
    /// <param name="progress">Told the share done, 0 to 1.</param>
    /// <param name="ct">Stops the work.</param>
    /// <exception cref="ArgumentException">The dimensions do not fit, a number is not finite, or a row is zero under the cosine metric.</exception>
    public HdbscanPrediction Predict(ReadOnlyMemory<float> newPoints, IProgress<double>? progress = null, CancellationToken ct = default)
    {
        Attachment[] attached = _attachments.Find(Check(newPoints), progress, ct);
        int[] labels = new int[attached.Length];
        double[] strengths = new double[attached.Length];
        for (int i = 0; i < attached.Length; i++)
        {
            (labels[i], strengths[i]) = Assign(attached[i]);
        }

        return new HdbscanPrediction(labels, strengths, Array.ConvertAll(attached, a => a.Neighbor));
    }

    /// <summary>
    /// The GLOSH outlier score of each new point as if it had been in the fit: with the lambda at which it would join, within the
    /// cluster of its nearest training point. A copy of a training point has that point's score. Costs as <see cref="Predict"/>.
    /// </summary>
    /// <param name="newPoints">q x d finite numbers, row-major; q may be 0.</param>
    /// <param name="progress">Told the share done, 0 to 1.</param>
    /// <param name="ct">Stops the work.</param>
    /// <returns>Scores in [0, 1]; the larger, the more of an outlier. Denser than any training point of the cluster is 0.</returns>
    /// <exception cref="ArgumentException">As for <see cref="Predict"/>.</exception>
    public double[] PredictOutlierScores(ReadOnlyMemory<float> newPoints, IProgress<double>? progress = null, CancellationToken ct = default)
    {
        double[] deepest = _hierarchy.DeepestLambdas();
        PointSet queries = Check(newPoints);
        Attachment[] attached = _attachments.Find(queries, progress, ct);
        double[] scores = new double[attached.Length];
        for (int q = 0; q < scores.Length; q++)
        {
            Attachment at = attached[q];
            bool copy = _points.Squared(at.Neighbor, queries, q) == 0;
            double lambda = copy ? _model.PointLambdas[at.Neighbor] : at.Lambda;
            scores[q] = Math.Max(0, OutlierScores.Score(deepest[_model.PointParents[at.Neighbor]], lambda));
        }

        return scores;
    }

    /// <summary>
    /// Per new point and cluster, the probability that the point belongs to the cluster: nearness to the cluster's exemplars combined
    /// with where in the tree the point would attach. A row sums to the probability of belonging to any;
    /// among duplicates of infinite density that is 1 for their copies and 0 for any other point, as in the fit. Never NaN. O(q (n + exemplars) d) time, O(q k) memory: for many points see
    /// <see cref="StreamMembershipVectors"/>.
    /// </summary>
    /// <param name="newPoints">q x d finite numbers, row-major; q may be 0.</param>
    /// <param name="progress">Told the share done, 0 to 1.</param>
    /// <param name="ct">Stops the work.</param>
    /// <returns>q x k numbers.</returns>
    /// <exception cref="ArgumentException">As for <see cref="Predict"/>.</exception>
    public double[,] MembershipVectors(ReadOnlyMemory<float> newPoints, IProgress<double>? progress = null, CancellationToken ct = default) =>
        Collect(StreamMembershipVectors(newPoints, DefaultRows, ct), newPoints.Length / _points.Dimensions, progress);

    /// <summary>
    /// The same block by block, computed as the blocks are asked for: memory for one block only.
    /// </summary>
    /// <param name="newPoints">q x d finite numbers, row-major; q may be 0. Not to be changed before the last block.</param>
    /// <param name="rowsPerBlock">The points of a block, 1 or more; the last block may have fewer.</param>
    /// <param name="ct">Stops the work.</param>
    /// <returns>The vectors of all points in order.</returns>
    /// <exception cref="ArgumentException">As for <see cref="Predict"/>, or the number of rows is out of its range.</exception>
    public IEnumerable<MembershipBlock> StreamMembershipVectors(ReadOnlyMemory<float> newPoints, int rowsPerBlock = DefaultRows, CancellationToken ct = default)
    {
        CheckRows(rowsPerBlock);
        PointSet queries = Check(newPoints);
        return Stream(queries.Count, rowsPerBlock, (first, count) =>
        {
            PointSet some = queries.Slice(first, count);
            Attachment[] attached = _attachments.Find(some, progress: null, ct);
            return (q, own, vector) =>
            {
                Attachment at = attached[q];
                double lambda = Math.Min(at.Lambda, _model.PointLambdas[at.Neighbor]);
                _membership.Value.OfNewPoint(some, q, _model.PointParents[at.Neighbor], lambda, own, vector);
            };
        }, ct);
    }

    /// <summary>
    /// The same for the training points, which have their places in the tree already. O(n exemplars d) time, O(n k) memory: for many points see
    /// <see cref="StreamAllPointsMembership"/>.
    /// </summary>
    /// <param name="progress">Told the share done, 0 to 1.</param>
    /// <param name="ct">Stops the work.</param>
    /// <returns>n x k numbers.</returns>
    public double[,] AllPointsMembership(IProgress<double>? progress = null, CancellationToken ct = default) =>
        Collect(StreamAllPointsMembership(DefaultRows, ct), _points.Count, progress);

    /// <summary>The same block by block, computed as the blocks are asked for: memory for one block only.</summary>
    /// <param name="rowsPerBlock">The points of a block, 1 or more; the last block may have fewer.</param>
    /// <param name="ct">Stops the work.</param>
    /// <returns>The vectors of all points in order.</returns>
    /// <exception cref="ArgumentException">The number of rows is out of its range.</exception>
    public IEnumerable<MembershipBlock> StreamAllPointsMembership(int rowsPerBlock = DefaultRows, CancellationToken ct = default)
    {
        CheckRows(rowsPerBlock);
        Lazy<double> largest = new(() => LargestTreeScore(ct));
        return Stream(_points.Count, rowsPerBlock, (first, _) => (p, own, vector) => _membership.Value.OfTrainingPoint(first + p, largest.Value, own, vector), ct);
    }

    private static HdbscanPredictor Of(HdbscanModel model, int? maxDegreeOfParallelism, CancellationToken ct)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maxDegreeOfParallelism ?? 1, 1, nameof(maxDegreeOfParallelism));
        return ModelFile.Make(model, loaded => new HdbscanPredictor(loaded, maxDegreeOfParallelism, ct));
    }

    private static void CheckRows(int rowsPerBlock)
    {
        if (rowsPerBlock < 1)
        {
            throw new ArgumentOutOfRangeException(nameof(rowsPerBlock), rowsPerBlock, FormattableString.Invariant($"{nameof(rowsPerBlock)} is {rowsPerBlock}; it must be 1 or more."));
        }
    }

    private double[,] Collect(IEnumerable<MembershipBlock> blocks, int count, IProgress<double>? progress)
    {
        progress = progress.Ordered();
        double[,] result = new double[count, ClusterCount];
        Span<double> all = MemoryMarshal.CreateSpan(ref Unsafe.As<byte, double>(ref MemoryMarshal.GetArrayDataReference(result)), result.Length);
        foreach (MembershipBlock block in blocks)
        {
            Debug.Assert((block.First + block.Count) * (long)ClusterCount <= all.Length, "The block is part of the result.");
            block.Values.CopyTo(all[(block.First * ClusterCount)..]);
            progress?.Report((double)(block.First + block.Count) / count);
        }

        progress?.Report(1);
        return result;
    }

    private IEnumerable<MembershipBlock> Stream(int total, int rowsPerBlock, Func<int, int, VectorSource> prepare, CancellationToken ct)
    {
        int k = ClusterCount;
        for (int first = 0; first < total; first += rowsPerBlock)
        {
            ct.ThrowIfCancellationRequested();
            int count = Math.Min(rowsPerBlock, total - first);
            double[] values = new double[count * k];
            if (k > 0)
            {
                VectorSource source = prepare(first, count);
                ParallelBlocks.Run((count + RowsAtOnce - 1) / RowsAtOnce, _threads, _membership.Value.CreateWorkspace, (part, own) =>
                {
                    for (int row = part * RowsAtOnce; row < Math.Min(count, (part + 1) * RowsAtOnce); row++)
                    {
                        source(row, own, values.AsSpan(row * k, k));
                    }
                }, ct);
            }

            yield return new MembershipBlock(first, count, k, values);
        }
    }

    private double LargestTreeScore(CancellationToken ct)
    {
        double[] largest = new double[(_points.Count + DefaultRows - 1) / DefaultRows];
        ParallelBlocks.Run(largest.Length, _threads, _membership.Value.CreateWorkspace, (block, own) =>
        {
            for (int p = block * DefaultRows; p < Math.Min(_points.Count, (block + 1) * DefaultRows); p++)
            {
                largest[block] = Math.Max(largest[block], _membership.Value.LargestTreeScore(p, own));
            }
        }, ct);
        return largest.Max();
    }

    /// <summary>Where new points join the tree.</summary>
    internal AttachmentSearch Attachments => _attachments;

    internal PointSet Check(ReadOnlyMemory<float> newPoints) =>
        PointSet.Create(newPoints, _model.Dimensions, _model.Metric, nameof(newPoints));

    /// <summary>Writes the vector of a row of a block.</summary>
    private delegate void VectorSource(int row, SoftMembership.Workspace own, Span<double> vector);

    internal (int Label, double Strength) Assign(Attachment at)
    {
        if (_hierarchy.Count == 1)
        {
            return (-1, 0);
        }

        int cluster = _model.PointParents[at.Neighbor];
        if (_model.PointLambdas[at.Neighbor] > at.Lambda)
        {
            while (cluster > 0 && _hierarchy.Births[cluster] >= at.Lambda)
            {
                cluster = _hierarchy.Parents[cluster];
            }
        }

        int label = _labelOf[cluster];
        if (label < 0)
        {
            return (-1, 0);
        }

        double max = _model.MaxLambdas[label];
        return (label, max == 0 || double.IsInfinity(at.Lambda) ? 1 : Math.Min(max, at.Lambda) / max);
    }
}

/// <summary>Predicted clusters of new points.</summary>
/// <param name="Labels">Per point, its cluster; -1 for noise.</param>
/// <param name="Strengths">Per point, the strength with which it belongs, in [0, 1]; 0 for noise.</param>
/// <param name="Neighbors">Per point, the training point nearest to it by mutual reachability.</param>
public sealed record HdbscanPrediction(int[] Labels, double[] Strengths, int[] Neighbors);

/// <summary>The membership vectors of some points in a row.</summary>
/// <param name="First">The first of the points.</param>
/// <param name="Count">How many points there are.</param>
/// <param name="Clusters">k, the numbers of a vector.</param>
/// <param name="Values">Count x k numbers, row-major.</param>
public sealed record MembershipBlock(int First, int Count, int Clusters, double[] Values)
{
    /// <summary>The vector of point <see cref="First"/> + <paramref name="row"/>.</summary>
    public ReadOnlySpan<double> Row(int row) => Values.AsSpan(row * Clusters, Clusters);
}
