using System.Runtime.InteropServices;

namespace Pipeline.Clustering;

/// <summary>Finds where new points would join the tree of a fit: at the training point that is nearest by mutual reachability. Safe for use by many threads.</summary>
internal sealed class AttachmentSearch
{
    private const int AttachedAtOnce = 16_384;
    private readonly HdbscanModel _model;
    private readonly PointSet _points;
    private readonly KdTree? _tree;
    private readonly NeighborScan? _scan;
    private readonly int _threads;

    /// <summary>Prepares the search. O(n d), or O(n log n) where a kd-tree is built.</summary>
    /// <param name="model">The model, checked.</param>
    /// <param name="points">Its training points.</param>
    /// <param name="threads">The number of threads; no influence on results.</param>
    /// <param name="ct">Stops the preparation.</param>
    public AttachmentSearch(HdbscanModel model, PointSet points, int threads, CancellationToken ct)
    {
        _model = model;
        _points = points;
        _threads = threads;
        _tree = NeighborSearch.SuitsTree(points) ? KdTree.Build(points, threads, ct) : null;
        _scan = points.Dimensions >= RowDistance.LaneThreshold ? NeighborScan.Create(points, threads, ct) : null;
    }

    /// <summary>Where each point joins the tree; by groups, so that the neighbour lists of few are in memory at a time.</summary>
    public Attachment[] Find(PointSet queries, IProgress<double>? progress, CancellationToken ct)
    {
        int k = (int)Math.Min(2L * _model.MinSamples, _points.Count);
        progress = progress.Ordered();
        Attachment[] attached = new Attachment[queries.Count];
        for (int first = 0; first < attached.Length; first += AttachedAtOnce)
        {
            int count = Math.Min(AttachedAtOnce, attached.Length - first);
            PointSet some = count == attached.Length ? queries : queries.Slice(first, count);
            IProgress<double>? search = progress.Part((double)first / attached.Length, (double)count / attached.Length);
            NeighborLists near = _scan?.Search(some, k, _threads, search, ct) ?? NeighborSearch.Search(_points, _tree, some, k, _threads, search, ct);
            for (int q = 0; q < count; q++)
            {
                attached[first + q] = Join(near.IndicesOf(q), near.DistancesOf(q));
            }
        }

        progress?.Report(1);
        return attached;
    }

    /// <summary>Where a point joins whose nearest training points are known: twice min samples of them, copies counted, or all.</summary>
    private Attachment Join(ReadOnlySpan<int> near, ReadOnlySpan<double> distances)
    {
        int counted = 0, own = 0;
        while ((counted += WeightOf(near[own])) <= _model.MinSamples)
        {
            own++;
        }

        int nearest = -1;
        double least = double.PositiveInfinity;
        counted = 0;
        for (int i = 0; i < near.Length && counted < 2L * _model.MinSamples; i++)
        {
            double distance = Math.Max(Math.Max(_model.CoreDistances[near[i]], distances[own]), distances[i]);
            if (nearest < 0 || distance < least)
            {
                (nearest, least) = (near[i], distance);
            }

            counted += WeightOf(near[i]);
        }

        return new Attachment(nearest, least > 0 ? 1 / least : double.PositiveInfinity);
    }

    private int WeightOf(int point) => _model.Weights is null ? 1 : _model.Weights[point];
}

/// <summary>Where a new point would join the tree.</summary>
/// <param name="Neighbor">The training point nearest to it by mutual reachability.</param>
/// <param name="Lambda">1 over that mutual reachability distance; infinite at distance 0, as among the duplicates of a fit.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct Attachment(int Neighbor, double Lambda);
