using System.Diagnostics.CodeAnalysis;

namespace Pipeline.Models;

/// <summary>A model version in memory, ready to answer. Safe for use by many threads.</summary>
public sealed class FittedModel
{
    // It bounds the memory: embeddings are copied for it, twice.
    private const int ComputedAtOnce = 8_192;

    private readonly KnownTexts _known;
    private readonly IClusterGeometry _geometry;
    private readonly RecordEncoder? _encoder;
    private readonly Dictionary<int, ModelCluster> _clusters;
    private readonly IReadOnlyDictionary<int, ModelProblem> _problems;
    private readonly IReadOnlyDictionary<int, string> _domains;
    private readonly ModelClusters _trained;
    private readonly LabelledTickets? _labels;
    private readonly LabelledTickets? _undone;

    private FittedModel(ModelManifest manifest, KnownTexts known, IClusterGeometry geometry, ModelClusters trained, ModelCorrections? corrections = null)
    {
        ModelClusters clusters = corrections?.Clusters ?? trained;
        Manifest = manifest;
        _trained = trained;
        _known = known;
        _geometry = geometry;
        _encoder = manifest.Records is null ? null : new RecordEncoder(manifest.Records);
        if (_encoder is not null && _encoder.Dimensions != geometry.EmbeddingDimensions)
        {
            throw new InvalidDataException($"The mix of columns has {_encoder.Dimensions} dimensions, and the arrays have {geometry.EmbeddingDimensions}.");
        }

        Clusters = clusters;
        _domains = clusters.DomainNames();
        _clusters = clusters.Clusters.ToDictionary(c => c.Id);
        _problems = clusters.ProblemsByCluster();
        if (known.ClusterIds.Concat(geometry.ClusterIds).FirstOrDefault(id => id != ClusterAssignment.Unclustered && !_clusters.ContainsKey(id), ClusterAssignment.Unclustered) is int unknown and not ClusterAssignment.Unclustered)
        {
            throw new InvalidDataException($"The arrays name the cluster {unknown}, which is not listed.");
        }

        Corrections = corrections?.Revision ?? "";
        _labels = corrections is { Tickets.Count: > 0 } ? new LabelledTickets(corrections.Tickets, VariantOf, ProblemIdOf) : null;
        _undone = corrections is { Undone.Count: > 0 } ? new LabelledTickets([.. corrections.Undone.Select(label => label with { IsNot = true })], VariantOf, ProblemIdOf) : null;
    }

    /// <summary>The version's manifest.</summary>
    public ModelManifest Manifest { get; }

    /// <summary>What it knows: its clusters, their domains, and what became of those of the version before.</summary>
    public ModelClusters Clusters { get; }

    /// <summary>What of people's decisions it answers by (<see cref="IProblemCorrections.RevisionAsync"/>); empty where it answers as it was trained.</summary>
    public string Corrections { get; }

    /// <summary>The texts of the training and what is measured by them; null in versions of a single layout.</summary>
    public MemberGeometry? Members => _geometry as MemberGeometry;

    /// <summary>The version's name with its tech center's, as predictions carry it.</summary>
    public string Name => $"{Manifest.Folder}/{Manifest.Version}";

    /// <summary>Makes a model of a version's content.</summary>
    /// <exception cref="ModelException">The content does not fit together: an array has another length than it must, an index leads nowhere, a number is none.</exception>
    [SuppressMessage("Design", "CA1031:Do not catch general exception types", Justification = "Whatever content makes the loading fail is damaged.")]
    public static FittedModel Load(ModelManifest manifest, ModelContent content, int? maxDegreeOfParallelism = null)
    {
        ArgumentNullException.ThrowIfNull(manifest);
        ArgumentNullException.ThrowIfNull(content);
        try
        {
            IClusterGeometry geometry = MemberGeometry.IsIn(content.Arrays)
                ? MemberGeometry.Read(content.Arrays, maxDegreeOfParallelism)
                : ClusterGeometry.Read(content.Arrays, manifest.Parameters, maxDegreeOfParallelism);
            return new FittedModel(manifest, KnownTexts.Read(content.Arrays), geometry, content.Clusters);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            throw new ModelException($"The model version {manifest.Path} is damaged: {e.Message.TrimEnd('.')}. Restore it from a backup, or delete its folder and train again.", e);
        }
    }

    /// <summary>The same version with what people decided laid over it, in place of what was.</summary>
    public FittedModel With(ModelCorrections corrections)
    {
        ArgumentNullException.ThrowIfNull(corrections);
        return new FittedModel(Manifest, _known, _geometry, _trained, corrections);
    }

    /// <summary>What was trained, without what people decided since.</summary>
    public ModelClusters Trained => _trained;

    /// <summary>The vector of a preprocessed row as the model understands it: of a text its embedding, of a record its columns as the model encodes them.</summary>
    /// <param name="summary">The row's summary.</param>
    /// <param name="embedding">The row's embedding.</param>
    /// <exception cref="InvalidDataException">The model is of records, and the summary is none.</exception>
    public ReadOnlyMemory<float> VectorOf(string summary, ReadOnlyMemory<float> embedding) => _encoder is null ? embedding : _encoder.Encode([summary]);

    /// <summary>Answers for texts: a known one as it was trained, a new one by its place among the known ones.</summary>
    /// <param name="texts">Content hash and embedding of each text.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    /// <returns>One answer per text, in order; each depends on its own text only.</returns>
    /// <exception cref="ModelException">The embeddings have other dimensions than the model understands.</exception>
    public IReadOnlyList<ClusterAssignment> Classify(IReadOnlyList<(string ContentHash, ReadOnlyMemory<float> Embedding)> texts, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(texts);
        ClusterAssignment[] answers = new ClusterAssignment[texts.Count];
        List<int> unknown = [];
        for (int i = 0; i < answers.Length; i++)
        {
            if (_known.Find(texts[i].ContentHash) is ClusterAssignment answer)
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
            if (unknown.FirstOrDefault(i => texts[i].Embedding.Length != _geometry.EmbeddingDimensions, -1) is int other and >= 0)
            {
                throw new ModelException($"The model version {Manifest.Path} understands vectors of {_geometry.EmbeddingDimensions} dimensions, and those of '{Manifest.Embedder}' have {texts[other].Embedding.Length}. Restore the version from a backup, or train again.");
            }

            foreach (int[] some in unknown.Chunk(ComputedAtOnce))
            {
                ClusterAssignment[] computed = _geometry.Classify(EmbeddingMatrix.Of([.. some.Select(i => texts[i].Embedding)]), cancellationToken);
                foreach ((int place, int i) in some.Index())
                {
                    answers[i] = computed[place];
                }
            }
        }

        return _labels is null ? answers : [.. answers.Select((answer, i) => _labels.Decide(texts[i].ContentHash, texts[i].Embedding.Span, answer))];
    }

    /// <summary>What people said of a ticket itself, whatever its text is by now; otherwise the answer for its text.</summary>
    /// <param name="number">The ticket's number.</param>
    /// <param name="answer">The answer for its text.</param>
    public ClusterAssignment Decide(string number, ClusterAssignment answer) => _labels?.OfNumber(number, answer) ?? answer;

    /// <summary>Whether the answer for a ticket is not told by its text alone: people moved it, or one that is almost the same, or they took that back.</summary>
    public bool IsMoved(PreprocessedText ticket) => Concerns(_labels, ticket) || Concerns(_undone, ticket);

    /// <summary>Whether people ever moved a ticket of the tech center.</summary>
    public bool HasMoved => _labels is not null || _undone is not null;

    /// <summary>Whether the model was trained on a text.</summary>
    public bool IsKnown(string contentHash) => _known.Find(contentHash) is not null;

    /// <summary>The answer for a text that the model was trained on; none for any other. Needs no embedding.</summary>
    public ClusterAssignment Recall(string contentHash) => _known.Find(contentHash) ?? ClusterAssignment.None;

    /// <summary>A cluster; null where the model has none of this id.</summary>
    public ModelCluster? FindCluster(int id) => _clusters.GetValueOrDefault(id);

    /// <summary>The problem that one of the model's clusters is a variant of.</summary>
    public ModelProblem ProblemOf(ModelCluster cluster)
    {
        ArgumentNullException.ThrowIfNull(cluster);
        return _problems[cluster.Id];
    }

    /// <summary>The id of the problem that a cluster is a variant of; -1 for no cluster.</summary>
    public int ProblemIdOf(int clusterId) => FindCluster(clusterId) is ModelCluster cluster ? ProblemOf(cluster).Id : ClusterAssignment.Unclustered;

    /// <summary>The name of a domain, or of none.</summary>
    public string DomainName(int id) => _domains[id];

    private static bool Concerns(LabelledTickets? labels, PreprocessedText ticket) => labels?.Concerns(ticket.Number, ticket.ContentHash, ticket.Vector.Span) == true;

    // Without a vector, or in a version of a single layout, the largest.
    private int VariantOf(int problem, ReadOnlyMemory<float> vector) => Clusters.Problems.FirstOrDefault(p => p.Id == problem) is not ModelProblem known ? ClusterAssignment.Unclustered
        : Members is MemberGeometry members && vector.Length == members.EmbeddingDimensions ? members.MostLike(vector.Span, known.Variants)
        : known.Variants.MaxBy(id => _clusters[id].Size);
}

/// <summary>A ticket as a model looks at it.</summary>
/// <param name="Number">Its number.</param>
/// <param name="ContentHash">The hash of its text.</param>
/// <param name="Vector">Its vector, as <see cref="FittedModel.VectorOf"/> gives it.</param>
public readonly record struct PreprocessedText(string Number, string ContentHash, ReadOnlyMemory<float> Vector);

/// <summary>A model's answer for one text.</summary>
/// <param name="ClusterId">The cluster's id; -1 where the text belongs to none.</param>
/// <param name="Confidence">
/// The probability that it is of this cluster's problem, or of none where the answer is none, 0 to 1. Versions of a single layout say how strongly it belongs there, and 0 for none.
/// </param>
public readonly record struct ClusterAssignment(int ClusterId, double Confidence)
{
    /// <summary>The cluster id of a text that belongs to no cluster.</summary>
    public const int Unclustered = -1;

    /// <summary>How alike it is to the nearest text of the training, -1 to 1; null where it is one of them, and in versions of a single layout.</summary>
    public float? Likeness { get; init; }

    /// <summary>The answer for a text that belongs to no cluster.</summary>
    public static ClusterAssignment None { get; } = new(Unclustered, 0);
}
