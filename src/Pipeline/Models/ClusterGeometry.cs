using Pipeline.Clustering;
using Pipeline.Prediction;
using Pipeline.Training;

namespace Pipeline.Models;

/// <summary>
/// The numeric part of a model: from embeddings by reduction and layout to the clusters of the condensed tree.
/// Training makes it, the model file keeps it, prediction sends new texts the same way.
/// </summary>
public sealed class ClusterGeometry
{
    private readonly EmbeddingReduction _reduction;
    private readonly UmapModel? _layout;
    private readonly HdbscanModel _tree;
    private readonly int[] _clusterIds;
    private readonly float _noveltyLimit;
    private readonly Lazy<HdbscanPredictor> _predictor;

    /// <summary>Puts the parts together.</summary>
    /// <param name="reduction">From embeddings to reduced vectors.</param>
    /// <param name="layout">From reduced vectors to the layout; null where the reduced vectors themselves were clustered.</param>
    /// <param name="tree">The clusters of the layout.</param>
    /// <param name="clusterIds">The id of each selected cluster; -1 where it counts as noise.</param>
    /// <param name="noveltyLimit">A text that is farther (cosine, reduced vectors) from every known one is new and belongs to no cluster.</param>
    /// <param name="maxDegreeOfParallelism">Threads of a prediction; null for all cores.</param>
    public ClusterGeometry(EmbeddingReduction reduction, UmapModel? layout, HdbscanModel tree, int[] clusterIds, float noveltyLimit, int? maxDegreeOfParallelism)
    {
        ArgumentNullException.ThrowIfNull(tree);
        ArgumentNullException.ThrowIfNull(clusterIds);
        if (clusterIds.Length != tree.SelectedClusters.Length)
        {
            throw new InvalidDataException($"There are {clusterIds.Length} cluster ids for {tree.SelectedClusters.Length} selected clusters.");
        }

        (_reduction, _layout, _tree, _clusterIds, _noveltyLimit) = (reduction, layout, tree, clusterIds, noveltyLimit);
        MaxDegreeOfParallelism = maxDegreeOfParallelism;
        _predictor = new Lazy<HdbscanPredictor>(() => new HdbscanPredictor(_tree, maxDegreeOfParallelism));
    }

    /// <summary>Threads of a prediction; null for all cores.</summary>
    public int? MaxDegreeOfParallelism { get; }

    /// <summary>Classifies new texts. Each answer depends on its own embedding only.</summary>
    /// <param name="embeddings">q x the embedder's dimensions, row-major.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    public Classification[] Classify(ReadOnlyMemory<float> embeddings, CancellationToken cancellationToken = default)
    {
        float[] reduced = _reduction.Transform(embeddings, MaxDegreeOfParallelism);
        if (_layout is null)
        {
            return Answers(_predictor.Value.Predict(reduced, cancellationToken), _ => false);
        }

        NeighborTable neighbors = _layout.FindNeighbors(reduced, cancellationToken);
        HdbscanPrediction prediction = _predictor.Value.Predict(_layout.Transform(neighbors, cancellationToken), cancellationToken);
        return Answers(prediction, row => neighbors.Distances[row * neighbors.K] > _noveltyLimit);
    }

    /// <summary>The numeric part with other cluster ids.</summary>
    public ClusterGeometry WithClusterIds(int[] clusterIds) => new(_reduction, _layout, _tree, clusterIds, _noveltyLimit, MaxDegreeOfParallelism);

    internal static ClusterGeometry Read(IReadOnlyDictionary<string, SafeTensor> arrays, TrainingParameters parameters, int? maxDegreeOfParallelism)
    {
        EmbeddingReduction reduction = EmbeddingReduction.Read(arrays);
        float[] reduced = arrays.Get<float>("layout.input");
        UmapModel? layout = null;
        float[] clustered = reduced;
        int dimensions = reduction.Dimensions;
        if (arrays.ContainsKey("layout.output"))
        {
            clustered = arrays.Get<float>("layout.output");
            double[] curve = arrays.Get<double>("layout.curve");
            dimensions = parameters.LayoutDimensions;
            layout = new UmapModel(reduced, reduction.Dimensions, clustered, LayoutOptions(parameters, maxDegreeOfParallelism), curve[0], curve[1]);
        }

        HdbscanModel tree = new()
        {
            Dimensions = dimensions,
            Metric = DistanceMetric.Euclidean,
            MinSamples = arrays.Get<int>("tree.min_samples")[0],
            TrainingPoints = clustered,
            CoreDistances = arrays.Get<double>("tree.core_distances"),
            PointParents = arrays.Get<int>("tree.point_parents"),
            PointLambdas = arrays.Get<double>("tree.point_lambdas"),
            ClusterParents = arrays.Get<int>("tree.cluster_parents"),
            ClusterBirthLambdas = arrays.Get<double>("tree.cluster_births"),
            SelectedClusters = arrays.Get<int>("tree.selected"),
            MaxLambdas = arrays.Get<double>("tree.max_lambdas"),
        };
        return new ClusterGeometry(reduction, layout, tree, arrays.Get<int>("tree.cluster_ids"), arrays.Get<float>("layout.novelty_limit")[0], maxDegreeOfParallelism);
    }

    internal void Write(Dictionary<string, SafeTensor> arrays)
    {
        _reduction.Write(arrays);
        float[] reduced = _layout is null ? _tree.TrainingPoints : _layout.TrainingPoints.ToArray();
        int count = _tree.CoreDistances.Length;
        arrays["layout.input"] = SafeTensor.From<float>(reduced, count, _reduction.Dimensions);
        arrays["layout.novelty_limit"] = SafeTensor.From<float>([_noveltyLimit], 1);
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
        arrays["tree.cluster_ids"] = SafeTensor.From<int>(_clusterIds, _clusterIds.Length);
    }

    internal static UmapOptions LayoutOptions(TrainingParameters parameters, int? maxDegreeOfParallelism) => new()
    {
        Components = parameters.LayoutDimensions,
        Neighbors = parameters.Neighbors,
        Metric = DistanceMetric.Cosine,
        Seed = parameters.Seed,
        MaxDegreeOfParallelism = maxDegreeOfParallelism,
    };

    private Classification[] Answers(HdbscanPrediction prediction, Func<int, bool> isNew)
    {
        Classification[] answers = new Classification[prediction.Labels.Length];
        for (int row = 0; row < answers.Length; row++)
        {
            int id = prediction.Labels[row] < 0 || isNew(row) ? IncidentPrediction.Unclustered : _clusterIds[prediction.Labels[row]];
            answers[row] = id < 0 ? Classification.None : new Classification(id, prediction.Strengths[row]);
        }

        return answers;
    }
}
