using Pipeline.Models;

namespace Pipeline.Prediction;

/// <summary>A model version in memory, ready to answer. Safe for use by many threads.</summary>
public sealed class IncidentClassifier
{
    private readonly KnownTexts _known;
    private readonly IClusterGeometry _geometry;
    private readonly Dictionary<int, (ModelCluster Cluster, string Domain)> _clusters;

    private IncidentClassifier(ModelManifest manifest, KnownTexts known, IClusterGeometry geometry, ModelClusters clusters)
    {
        Manifest = manifest;
        _known = known;
        _geometry = geometry;
        Dictionary<int, string> domains = clusters.Domains.ToDictionary(d => d.Id, d => d.Name);
        _clusters = clusters.Clusters.ToDictionary(c => c.Id, c => (c, domains[c.DomainId]));
    }

    /// <summary>The version's manifest.</summary>
    public ModelManifest Manifest { get; }

    /// <summary>The version's name with its tech center's, as predictions carry it.</summary>
    public string ModelVersion => $"{ModelPaths.Slug(Manifest.TechCenter)}/{Manifest.Version}";

    /// <summary>Makes a classifier of a version's content.</summary>
    /// <exception cref="ModelException">The content does not fit together.</exception>
    public static IncidentClassifier Load(ModelManifest manifest, ModelContent content, int? maxDegreeOfParallelism = null)
    {
        ArgumentNullException.ThrowIfNull(manifest);
        ArgumentNullException.ThrowIfNull(content);
        try
        {
            IClusterGeometry geometry = MemberGeometry.IsIn(content.Arrays)
                ? MemberGeometry.Read(content.Arrays, maxDegreeOfParallelism)
                : ClusterGeometry.Read(content.Arrays, manifest.Parameters, maxDegreeOfParallelism);
            return new IncidentClassifier(manifest, KnownTexts.Read(content.Arrays), geometry, content.Clusters);
        }
        catch (Exception e) when (e is InvalidDataException or ArgumentException or KeyNotFoundException)
        {
            throw new ModelException($"The model version {manifest.Path} is damaged: {e.Message} Restore it from a backup, or delete its folder and train again.", e);
        }
    }

    /// <summary>Answers for texts: a known one as it was trained, a new one by its place among the known ones.</summary>
    /// <param name="texts">Content hash and embedding of each text.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    /// <returns>One answer per text, in order; each depends on its own text only.</returns>
    public IReadOnlyList<Classification> Classify(IReadOnlyList<(string ContentHash, ReadOnlyMemory<float> Embedding)> texts, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(texts);
        Classification[] answers = new Classification[texts.Count];
        List<int> unknown = [];
        for (int i = 0; i < answers.Length; i++)
        {
            if (_known.Find(texts[i].ContentHash) is Classification answer)
            {
                answers[i] = answer;
            }
            else
            {
                unknown.Add(i);
            }
        }

        if (unknown.Count > 0)
        {
            Classification[] computed = _geometry.Classify(EmbeddingMatrix.Of([.. unknown.Select(i => texts[i].Embedding)]), cancellationToken);
            foreach ((int place, int i) in unknown.Index())
            {
                answers[i] = computed[place];
            }
        }

        return answers;
    }

    /// <summary>An answer as the prediction that the warehouse keeps.</summary>
    public IncidentPrediction Describe(Preprocessing.PreprocessedIncident incident, Classification answer, DateTimeOffset predictedAt)
    {
        ArgumentNullException.ThrowIfNull(incident);
        bool clustered = _clusters.TryGetValue(answer.ClusterId, out (ModelCluster Cluster, string Domain) found);
        return new IncidentPrediction
        {
            IncidentId = incident.Number,
            TechCenter = incident.TechCenter,
            ClusterId = clustered ? answer.ClusterId : IncidentPrediction.Unclustered,
            ClusterLabel = clustered ? found.Cluster.Label : IncidentPrediction.UnclusteredName,
            DomainId = clustered ? found.Cluster.DomainId : IncidentPrediction.Unclustered,
            DomainName = clustered ? found.Domain : IncidentPrediction.UnclusteredName,
            Confidence = clustered ? answer.Confidence : 0,
            PredictedAt = predictedAt,
            ModelVersion = ModelVersion,
            ModelPath = Manifest.Path,
            ContentHash = incident.ContentHash,
        };
    }
}
