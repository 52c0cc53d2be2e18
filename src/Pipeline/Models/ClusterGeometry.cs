using System.Numerics.Tensors;
using Pipeline.Clustering;

namespace Pipeline.Models;

/// <summary>
/// The numeric part of a model: from embeddings by reduction and layout to the clusters of the condensed tree.
/// Training makes it, the model file keeps it, prediction sends new texts the same way.
/// </summary>
public sealed class ClusterGeometry
{
    // A new text belongs to a cluster that the layout did not put it in when it has this part of the members' likeness to each other.
    private const double AsLikeAsMembers = 0.75;

    private readonly EmbeddingReduction _reduction;
    private readonly UmapModel? _layout;
    private readonly HdbscanModel _tree;
    private readonly int[] _clusterIds;
    private readonly float[] _directions;
    private readonly double _minLikeness;
    private readonly Lazy<HdbscanPredictor> _predictor;

    /// <summary>Puts the parts together.</summary>
    /// <param name="reduction">From embeddings to reduced vectors.</param>
    /// <param name="layout">From reduced vectors to the layout; null where the reduced vectors themselves were clustered.</param>
    /// <param name="tree">The clusters of the layout.</param>
    /// <param name="clusterIds">The id of each selected cluster; -1 where it counts as noise.</param>
    /// <param name="directions">The <see cref="ClusterCoherence.Directions"/> of the selected clusters.</param>
    /// <param name="minLikeness">A text whose mean cosine to its cluster's members, times the share of it that the reduction keeps, is lower belongs to no cluster.</param>
    /// <param name="maxDegreeOfParallelism">Threads of a prediction; null for all cores.</param>
    public ClusterGeometry(EmbeddingReduction reduction, UmapModel? layout, HdbscanModel tree, int[] clusterIds, float[] directions, double minLikeness, int? maxDegreeOfParallelism)
    {
        ArgumentNullException.ThrowIfNull(reduction);
        ArgumentNullException.ThrowIfNull(tree);
        ArgumentNullException.ThrowIfNull(clusterIds);
        ArgumentNullException.ThrowIfNull(directions);
        if (clusterIds.Length != tree.SelectedClusters.Length || directions.Length != clusterIds.Length * reduction.Dimensions)
        {
            throw new InvalidDataException($"There are {clusterIds.Length} cluster ids and {directions.Length} / {reduction.Dimensions} directions for {tree.SelectedClusters.Length} selected clusters.");
        }

        (_reduction, _layout, _tree, _clusterIds, _directions, _minLikeness) = (reduction, layout, tree, clusterIds, directions, minLikeness);
        MaxDegreeOfParallelism = maxDegreeOfParallelism;
        _predictor = new Lazy<HdbscanPredictor>(() => new HdbscanPredictor(_tree, maxDegreeOfParallelism));
    }

    /// <summary>Threads of a prediction; null for all cores.</summary>
    public int? MaxDegreeOfParallelism { get; }

    /// <summary>Values per embedding that it understands.</summary>
    public int EmbeddingDimensions => _reduction.EmbeddingDimensions;

    /// <summary>The id of each selected cluster; -1 where it counts as noise.</summary>
    public IReadOnlyList<int> ClusterIds => _clusterIds;

    /// <summary>Classifies new texts. Each answer depends on its own embedding only.</summary>
    /// <param name="embeddings">q x the embedder's dimensions, row-major.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    public ClusterAssignment[] Classify(ReadOnlyMemory<float> embeddings, CancellationToken cancellationToken = default)
    {
        float[] reduced = _reduction.Transform(embeddings, MaxDegreeOfParallelism, out float[] kept);
        float[] placed = _layout is null ? reduced : _layout.Transform(reduced, ct: cancellationToken);
        HdbscanPrediction prediction = _predictor.Value.Predict(placed, ct: cancellationToken);
        ClusterAssignment[] answers = new ClusterAssignment[prediction.Labels.Length];
        for (int row = 0; row < answers.Length; row++)
        {
            ReadOnlySpan<float> vector = reduced.AsSpan(row * _reduction.Dimensions, _reduction.Dimensions);
            answers[row] = prediction.Labels[row] >= 0
                ? InTree(vector, kept[row], prediction.Labels[row], prediction.Strengths[row])
                : BetweenClusters(vector, kept[row]);
        }

        return answers;
    }

    /// <summary>The numeric part with other cluster ids.</summary>
    public ClusterGeometry WithClusterIds(int[] clusterIds) => new(_reduction, _layout, _tree, clusterIds, _directions, _minLikeness, MaxDegreeOfParallelism);

    internal static ClusterGeometry Read(IReadOnlyDictionary<string, SafeTensor> arrays, TrainingParameters parameters, int? maxDegreeOfParallelism)
    {
        EmbeddingReduction reduction = EmbeddingReduction.Read(arrays);
        float[] reduced = arrays.GetFinite<float>("layout.input");
        UmapModel? layout = null;
        float[] clustered = reduced;
        int dimensions = reduction.Dimensions;
        if (arrays.ContainsKey("layout.output"))
        {
            clustered = arrays.GetFinite<float>("layout.output");
            double[] curve = arrays.GetFinite<double>("layout.curve", 2);
            dimensions = parameters.LayoutDimensions;
            layout = new UmapModel(reduced, reduction.Dimensions, clustered, LayoutOptions(parameters, maxDegreeOfParallelism), curve[0], curve[1]);
        }

        HdbscanModel tree = new()
        {
            Dimensions = dimensions,
            Metric = DistanceMetric.Euclidean,
            MinSamples = arrays.Get<int>("tree.min_samples", _ => true, "", 1)[0],
            TrainingPoints = clustered,
            CoreDistances = arrays.GetFinite<double>("tree.core_distances"),
            PointParents = arrays.Get<int>("tree.point_parents"),
            PointLambdas = arrays.GetLevels("tree.point_lambdas"),
            ClusterParents = arrays.Get<int>("tree.cluster_parents"),
            ClusterBirthLambdas = arrays.GetLevels("tree.cluster_births"),
            SelectedClusters = arrays.Get<int>("tree.selected"),
            MaxLambdas = arrays.GetLevels("tree.max_lambdas"),
        };
        tree.Validate();
        return new ClusterGeometry(reduction, layout, tree, arrays.Get<int>("tree.cluster_ids"), arrays.GetFinite<float>("tree.directions"), arrays.GetFinite<double>("tree.min_likeness", 1)[0], maxDegreeOfParallelism);
    }

    internal void Write(Dictionary<string, SafeTensor> arrays)
    {
        _reduction.Write(arrays);
        float[] reduced = _layout is null ? _tree.TrainingPoints : _layout.TrainingPoints.ToArray();
        int count = _tree.CoreDistances.Length;
        arrays["layout.input"] = SafeTensor.From<float>(reduced, count, _reduction.Dimensions);
        if (_layout is not null)
        {
            arrays["layout.output"] = SafeTensor.From<float>(_layout.Embedding, count, _layout.Options.Components);
            arrays["layout.curve"] = SafeTensor.From<double>([_layout.A, _layout.B], 2);
        }

        arrays["tree.min_samples"] = SafeTensor.From<int>([_tree.MinSamples], 1);
        arrays["tree.core_distances"] = SafeTensor.From<double>(_tree.CoreDistances, count);
        arrays["tree.point_parents"] = SafeTensor.From<int>(_tree.PointParents, count);
        arrays["tree.point_lambdas"] = SafeTensor.From<double>(_tree.PointLambdas, count);
        arrays["tree.cluster_parents"] = SafeTensor.From<int>(_tree.ClusterParents, _tree.ClusterParents.Length);
        arrays["tree.cluster_births"] = SafeTensor.From<double>(_tree.ClusterBirthLambdas, _tree.ClusterBirthLambdas.Length);
        arrays["tree.selected"] = SafeTensor.From<int>(_tree.SelectedClusters, _tree.SelectedClusters.Length);
        arrays["tree.max_lambdas"] = SafeTensor.From<double>(_tree.MaxLambdas, _tree.MaxLambdas.Length);
        arrays["tree.directions"] = SafeTensor.From<float>(_directions, _clusterIds.Length, _reduction.Dimensions);
        arrays["tree.min_likeness"] = SafeTensor.From<double>([_minLikeness], 1);
        arrays["tree.cluster_ids"] = SafeTensor.From<int>(_clusterIds, _clusterIds.Length);
    }

    internal static UmapOptions LayoutOptions(TrainingParameters parameters, int? maxDegreeOfParallelism) => new()
    {
        Components = parameters.LayoutDimensions,
        Neighbors = parameters.Neighbors,
        Metric = DistanceMetric.Cosine,
        Epochs = parameters.LayoutEpochs,
        LearningRate = parameters.LayoutLearningRate,
        Seed = parameters.Seed,
        MaxDegreeOfParallelism = maxDegreeOfParallelism,
    };

    private ClusterAssignment InTree(ReadOnlySpan<float> vector, float kept, int cluster, double strength) =>
        _clusterIds[cluster] >= 0 && kept * Likeness(vector, cluster) >= _minLikeness ? new ClusterAssignment(_clusterIds[cluster], strength) : ClusterAssignment.None;

    // The layout may leave a new text between the parts that it has torn a problem into; it belongs where it is most alike, if it is alike enough.
    private ClusterAssignment BetweenClusters(ReadOnlySpan<float> vector, float kept)
    {
        if (_layout is null)
        {
            return ClusterAssignment.None;
        }

        ClusterAssignment best = ClusterAssignment.None;
        for (int cluster = 0; cluster < _clusterIds.Length; cluster++)
        {
            ReadOnlySpan<float> direction = Direction(cluster);
            double ratio = kept * Likeness(vector, cluster) / TensorPrimitives.Dot(direction, direction);
            if (_clusterIds[cluster] >= 0 && ratio >= AsLikeAsMembers && ratio > best.Confidence)
            {
                best = new ClusterAssignment(_clusterIds[cluster], Math.Min(1, ratio));
            }
        }

        return best;
    }

    private double Likeness(ReadOnlySpan<float> vector, int cluster) => TensorPrimitives.Dot(vector, Direction(cluster));

    private ReadOnlySpan<float> Direction(int cluster) => _directions.AsSpan(cluster * _reduction.Dimensions, _reduction.Dimensions);
}
