using System.Numerics.Tensors;
using Pipeline.Clustering;

namespace Pipeline.Models;

/// <summary>
/// The numeric part of a model of a single layout, as versions were published before several were compared: from embeddings by reduction and layout to the clusters
/// of the condensed tree. It is only read; a training makes a <see cref="MemberGeometry"/>.
/// </summary>
public sealed class ClusterGeometry : IClusterGeometry
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

    /// <inheritdoc/>
    public int EmbeddingDimensions => _reduction.EmbeddingDimensions;

    /// <inheritdoc/>
    public IReadOnlyList<int> ClusterIds => _clusterIds;

    /// <inheritdoc/>
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

    internal static UmapOptions LayoutOptions(TrainingParameters parameters, int? maxDegreeOfParallelism) => new()
    {
        Components = parameters.LayoutDimensions,
        Neighbors = parameters.Neighbors,
        Metric = DistanceMetric.Cosine,
        Epochs = parameters.LayoutEpochs,
        LearningRate = parameters.LayoutLearningRate,

        // The parameters of trainings were chosen with it.
        RepulsionStrength = 1,
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
