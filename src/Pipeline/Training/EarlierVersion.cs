using Pipeline.Models;
using Pipeline.Prediction;
using Pipeline.Preprocessing;

namespace Pipeline.Training;

/// <summary>The version before the one that is trained: what it knew, and what it would have said of any incident.</summary>
public sealed class EarlierVersion
{
    private readonly IncidentClassifier _classifier;
    private readonly KnownTexts? _knownOnly;

    private EarlierVersion(ModelContent content, IncidentClassifier classifier, KnownTexts? knownOnly)
    {
        Clusters = content.Clusters;
        _classifier = classifier;
        _knownOnly = knownOnly;
    }

    /// <summary>Its clusters.</summary>
    public ModelClusters Clusters { get; }

    /// <summary>Reads a version.</summary>
    /// <exception cref="ModelException">The version is damaged.</exception>
    public static async Task<EarlierVersion> ReadAsync(ModelStore models, ModelManifest manifest, string embedder, int? maxDegreeOfParallelism, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(models);
        ArgumentNullException.ThrowIfNull(manifest);
        ModelContent content = await models.ReadAsync(manifest, cancellationToken);
        IncidentClassifier classifier = IncidentClassifier.Load(manifest, content, maxDegreeOfParallelism);

        // Vectors of another embedder mean nothing to the version, but it still knows its texts.
        bool sameVectors = string.Equals(manifest.Embedder, embedder, StringComparison.Ordinal);
        return new EarlierVersion(content, classifier, sameVectors ? null : KnownTexts.Read(content.Arrays));
    }

    /// <summary>The version's cluster id for each incident, -1 for none.</summary>
    public int[] ClusterIdsOf(IReadOnlyList<PreprocessedIncident> incidents, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(incidents);
        return _knownOnly is null
            ? [.. _classifier.Classify([.. incidents.Select(i => (i.ContentHash, i.Embedding))], cancellationToken).Select(answer => answer.ClusterId)]
            : [.. incidents.Select(i => (_knownOnly.Find(i.ContentHash) ?? Classification.None).ClusterId)];
    }
}
