using Pipeline.Models;
using Pipeline.Preprocessing;

namespace Pipeline.Training;

/// <summary>The version before the one that is trained: what it knew, and what it would have said of any incident.</summary>
public sealed class EarlierVersion
{
    private readonly FittedModel _model;
    private readonly bool _sameVectors;

    private EarlierVersion(FittedModel model, bool sameVectors)
    {
        _model = model;
        _sameVectors = sameVectors;
    }

    /// <summary>Its clusters.</summary>
    public ModelClusters Clusters => _model.Clusters;

    /// <summary>Reads a version.</summary>
    /// <exception cref="ModelException">The version is damaged.</exception>
    public static async Task<EarlierVersion> ReadAsync(ModelStore models, ModelManifest manifest, string embedder, int? maxDegreeOfParallelism, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(models);
        ArgumentNullException.ThrowIfNull(manifest);
        FittedModel model = FittedModel.Load(manifest, await models.ReadAsync(manifest, cancellationToken), maxDegreeOfParallelism);
        return new EarlierVersion(model, string.Equals(manifest.Embedder, embedder, StringComparison.Ordinal));
    }

    /// <summary>The version's cluster id for each incident, -1 for none.</summary>
    public int[] ClusterIdsOf(IReadOnlyList<PreprocessedIncident> incidents, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(incidents);

        // Vectors of another embedder mean nothing to the version, but it still knows its texts.
        return _sameVectors
            ? [.. _model.Classify([.. incidents.Select(i => (i.ContentHash, _model.VectorOf(i.Summary, i.Embedding)))], cancellationToken).Select(answer => answer.ClusterId)]
            : [.. incidents.Select(i => _model.Recall(i.ContentHash).ClusterId)];
    }
}
