using Pipeline.Models;
using Pipeline.Prediction;

namespace Pipeline.TextClassification;

/// <summary>A model version in memory with all that an answer shows. Safe for use by many threads.</summary>
public sealed class LiveModel
{
    private readonly Dictionary<int, ModelCluster> _clusters;
    private readonly Dictionary<int, string> _domains;

    /// <summary>Puts the parts together.</summary>
    public LiveModel(ModelManifest manifest, ModelClusters clusters, IncidentClassifier classifier, ExampleIndex examples)
    {
        ArgumentNullException.ThrowIfNull(clusters);
        Manifest = manifest;
        Classifier = classifier;
        Examples = examples;
        _clusters = clusters.Clusters.ToDictionary(c => c.Id);
        _domains = clusters.Domains.ToDictionary(d => d.Id, d => d.Name);
    }

    /// <summary>The version's manifest.</summary>
    public ModelManifest Manifest { get; }

    /// <summary>What answers.</summary>
    public IncidentClassifier Classifier { get; }

    /// <summary>The clusters' typical incidents.</summary>
    public ExampleIndex Examples { get; }

    /// <summary>A cluster; null where the model has none of this id.</summary>
    public ModelCluster? FindCluster(int id) => _clusters.GetValueOrDefault(id);

    /// <summary>The name of a domain.</summary>
    public string DomainName(int id) => _domains[id];
}
