using System.Numerics.Tensors;
using Pipeline.Clustering;

namespace Pipeline.Models;

/// <summary>
/// The numeric part of a model: a new text is asked of its nearest neighbours among the texts of the training, and belongs where most of them do, if it is like the
/// members of that cluster. Training makes it, the model file keeps it.
/// </summary>
public sealed partial class MemberGeometry : IClusterGeometry
{
    private const string VectorsTensor = "members.vectors";
    private const string ClustersTensor = "members.cluster";
    private const string IdsTensor = "clusters.ids";
    private const string ProblemsTensor = "clusters.problem";
    private const string DirectionsTensor = "clusters.directions";
    private const string WholeDirectionsTensor = "clusters.whole_directions";
    private const string MinLikenessTensor = "clusters.min_likeness";

    private const string MemberCurve = "confidence.member";
    private const string NoneCurve = "confidence.none";
    private const string UnlikeTensor = "confidence.unlike";
    private const string UsualNearnessTensor = "confidence.usual_likeness";

    /// <summary>The arrays with a row for each text of the training, in the order of the first incident that has it.</summary>
    internal static readonly string[] MemberTensors = [VectorsTensor, ClustersTensor];

    private readonly EmbeddingReduction _reduction;
    private readonly float[] _vectors;
    private readonly int[] _clusters;
    private readonly int[] _clusterIds;
    private readonly int[] _problems;
    private readonly float[] _directions;
    private readonly float[] _wholeDirections;
    private readonly double _minLikeness;
    private readonly AnswerConfidence _confidence;
    private readonly NeighborRule _rule;
    private readonly int? _maxDegreeOfParallelism;

    /// <summary>Puts the parts together.</summary>
    /// <param name="reduction">From embeddings to reduced vectors.</param>
    /// <param name="vectors">The reduced vector of each text of the training, row-major.</param>
    /// <param name="clusters">Its cluster, a place in <paramref name="clusterIds"/>; -1 for none.</param>
    /// <param name="clusterIds">The id of each cluster; -1 where it counts as noise.</param>
    /// <param name="problems">The problem of each cluster, by any number.</param>
    /// <param name="directions">The <see cref="ClusterCoherence.Directions"/> of the clusters.</param>
    /// <param name="wholeDirections">The same of the members' <see cref="EmbeddingReduction.Centre"/>.</param>
    /// <param name="minLikeness">A text whose mean cosine to its cluster's members is lower belongs to no cluster: before the reduction, or in it times the share of the text that it keeps.</param>
    /// <param name="confidence">How sure answers are.</param>
    /// <param name="maxDegreeOfParallelism">Threads of a prediction; null for all cores.</param>
    /// <exception cref="InvalidDataException">The parts do not fit together.</exception>
    internal MemberGeometry(EmbeddingReduction reduction, float[] vectors, int[] clusters, int[] clusterIds, int[] problems, float[] directions, float[] wholeDirections, double minLikeness, AnswerConfidence confidence, int? maxDegreeOfParallelism)
    {
        ArgumentNullException.ThrowIfNull(reduction);
        ArgumentNullException.ThrowIfNull(vectors);
        ArgumentNullException.ThrowIfNull(clusters);
        ArgumentNullException.ThrowIfNull(clusterIds);
        ArgumentNullException.ThrowIfNull(problems);
        ArgumentNullException.ThrowIfNull(directions);
        ArgumentNullException.ThrowIfNull(wholeDirections);
        ArgumentNullException.ThrowIfNull(confidence);
        if (clusters.Length == 0 || problems.Length != clusterIds.Length || vectors.Length != clusters.Length * reduction.Dimensions || directions.Length != clusterIds.Length * reduction.Dimensions || wholeDirections.Length != clusterIds.Length * reduction.EmbeddingDimensions || clusters.Any(c => c < -1 || c >= clusterIds.Length))
        {
            throw new InvalidDataException($"There are {vectors.Length} / {reduction.Dimensions} vectors of {clusters.Length} texts, and {directions.Length} / {reduction.Dimensions} and {wholeDirections.Length} / {reduction.EmbeddingDimensions} directions of {clusterIds.Length} clusters.");
        }

        (_reduction, _vectors, _clusters, _clusterIds, _problems) = (reduction, vectors, clusters, clusterIds, problems);
        (_directions, _wholeDirections, _minLikeness, _confidence, _maxDegreeOfParallelism) = (directions, wholeDirections, minLikeness, confidence, maxDegreeOfParallelism);
        _rule = new NeighborRule(problems, directions, wholeDirections, minLikeness);
    }

    /// <summary>Whether a model file holds this kind.</summary>
    internal static bool IsIn(IReadOnlyDictionary<string, SafeTensor> arrays) => arrays.ContainsKey(VectorsTensor);

    /// <inheritdoc/>
    public int EmbeddingDimensions => _reduction.EmbeddingDimensions;

    /// <inheritdoc/>
    public IReadOnlyList<int> ClusterIds => _clusterIds;

    /// <inheritdoc/>
    public ClusterAssignment[] Classify(ReadOnlyMemory<float> embeddings, CancellationToken cancellationToken = default)
    {
        float[] reduced = _reduction.Transform(embeddings, _maxDegreeOfParallelism, out float[] kept);
        float[] whole = _reduction.Centre(embeddings.Span);
        ClusterAssignment[] answers = new ClusterAssignment[kept.Length];
        ParallelOptions parallel = new() { CancellationToken = cancellationToken, MaxDegreeOfParallelism = _maxDegreeOfParallelism ?? Environment.ProcessorCount };
        Parallel.For(0, answers.Length, parallel, row => answers[row] = Answer(Row(reduced, row, _reduction.Dimensions), Row(whole, row, _reduction.EmbeddingDimensions), kept[row], isMember: false));
        return answers;
    }

    /// <summary>Of some clusters the one to whose members a text has the highest mean cosine, before the reduction.</summary>
    /// <param name="embedding">The text's embedding.</param>
    /// <param name="ids">The clusters' ids, at least one.</param>
    public int MostLike(ReadOnlySpan<float> embedding, IReadOnlyCollection<int> ids)
    {
        float[] whole = _reduction.Centre(embedding);
        return ids.MaxBy(id => Array.IndexOf(_clusterIds, id) is int cluster and >= 0 ? TensorPrimitives.Dot<float>(whole, Row(_wholeDirections, cluster, _reduction.EmbeddingDimensions)) : float.NegativeInfinity);
    }

    /// <summary>The mean vector of the members of some clusters, before the reduction, of each of several groups of them; zero where a group has no members.</summary>
    /// <param name="groups">The ids of the clusters of each group; those that the model does not have are passed over.</param>
    public float[][] MeansOf(IReadOnlyList<IReadOnlyCollection<int>> groups)
    {
        ArgumentNullException.ThrowIfNull(groups);
        int[] sizes = new int[_clusterIds.Length];
        foreach (int cluster in _clusters.Where(c => c >= 0))
        {
            sizes[cluster]++;
        }

        return [.. groups.Select(ids => MeanOf([.. ids.Select(id => Array.IndexOf(_clusterIds, id)).Where(c => c >= 0)], sizes))];
    }

    private float[] MeanOf(int[] clusters, int[] sizes)
    {
        float[] mean = new float[_reduction.EmbeddingDimensions];
        float all = Math.Max(1, clusters.Sum(c => sizes[c]));
        foreach (int cluster in clusters)
        {
            TensorPrimitives.MultiplyAdd(Row(_wholeDirections, cluster, mean.Length), sizes[cluster] / all, mean, mean);
        }

        return mean;
    }

    /// <summary>The numeric part with some texts in other clusters. What is measured of the clusters stays as it was: a few texts change little of it.</summary>
    /// <param name="clusters">The cluster of each text, a place among the clusters, -1 for none.</param>
    /// <param name="which">Which texts are put there; the others stay where they are.</param>
    internal MemberGeometry WithMembers(int[] clusters, bool[] which) =>
        new(_reduction, _vectors, [.. _clusters.Select((cluster, text) => which[text] ? clusters[text] : cluster)], _clusterIds, _problems, _directions, _wholeDirections, _minLikeness, _confidence, _maxDegreeOfParallelism);

    /// <summary>The numeric part with other cluster ids.</summary>
    public MemberGeometry WithClusterIds(int[] clusterIds) => new(_reduction, _vectors, _clusters, clusterIds, _problems, _directions, _wholeDirections, _minLikeness, _confidence, _maxDegreeOfParallelism);

    internal static MemberGeometry Read(IReadOnlyDictionary<string, SafeTensor> arrays, int? maxDegreeOfParallelism) =>
        new(
            EmbeddingReduction.Read(arrays),
            arrays.GetFinite<float>(VectorsTensor),
            arrays.Get<int>(ClustersTensor),
            arrays.Get<int>(IdsTensor),
            arrays.Get<int>(ProblemsTensor),
            arrays.GetFinite<float>(DirectionsTensor),
            arrays.GetFinite<float>(WholeDirectionsTensor),
            arrays.GetFinite<double>(MinLikenessTensor, 1)[0],
            ReadConfidence(arrays),
            maxDegreeOfParallelism);

    private static AnswerConfidence ReadConfidence(IReadOnlyDictionary<string, SafeTensor> arrays)
    {
        ConfidenceCurve none = ConfidenceCurve.Read(arrays, NoneCurve);

        // Earlier versions take unlike texts as they take those all of whose neighbours belong to nothing.
        double unlike = arrays.ContainsKey(UnlikeTensor) ? arrays.Get<double>(UnlikeTensor, rate => rate is >= 0 and <= 1, "from 0 to 1", 1)[0] : none.At(1);
        return new AnswerConfidence(
            ConfidenceCurve.Read(arrays, MemberCurve), none, unlike, arrays.Get<double>(UsualNearnessTensor, likeness => likeness > 0 && double.IsFinite(likeness), "a number above 0", 1)[0]);
    }

    internal void Write(Dictionary<string, SafeTensor> arrays)
    {
        _reduction.Write(arrays);
        arrays[VectorsTensor] = SafeTensor.From<float>(_vectors, _clusters.Length, _reduction.Dimensions);
        arrays[ClustersTensor] = SafeTensor.From<int>(_clusters, _clusters.Length);
        arrays[IdsTensor] = SafeTensor.From<int>(_clusterIds, _clusterIds.Length);
        arrays[ProblemsTensor] = SafeTensor.From<int>(_problems, _problems.Length);
        arrays[DirectionsTensor] = SafeTensor.From<float>(_directions, _clusterIds.Length, _reduction.Dimensions);
        arrays[WholeDirectionsTensor] = SafeTensor.From<float>(_wholeDirections, _clusterIds.Length, _reduction.EmbeddingDimensions);
        _confidence.Member.Write(arrays, MemberCurve);
        _confidence.None.Write(arrays, NoneCurve);
        arrays[UnlikeTensor] = SafeTensor.From<double>([_confidence.Unlike], 1);
        arrays[UsualNearnessTensor] = SafeTensor.From<double>([_confidence.UsualNearness], 1);
        arrays[MinLikenessTensor] = SafeTensor.From<double>([_minLikeness], 1);
    }

    // A member is nearest to itself: it is answered by the others.
    private ClusterAssignment Answer(ReadOnlySpan<float> vector, ReadOnlySpan<float> whole, float kept, bool isMember)
    {
        (int[] nearest, float[] likeness) = Nearest(vector, isMember ? 1 : 0);
        NeighborAnswer answer = _rule.Answer(Array.ConvertAll(nearest, text => _clusters[text]), likeness, vector, whole, kept);
        return new ClusterAssignment(answer.Cluster < 0 ? ClusterAssignment.Unclustered : _clusterIds[answer.Cluster], _confidence.Of(answer)) { Likeness = kept * likeness[0] };
    }

    private static ReadOnlySpan<float> Row(float[] matrix, int row, int dimensions) => matrix.AsSpan(row * dimensions, dimensions);

    // The most alike first, ties in the order of the training.
    private (int[] Texts, float[] Likeness) Nearest(ReadOnlySpan<float> vector, int skip)
    {
        int count = Math.Min(NeighborVote.Neighbors + skip, _clusters.Length), found = 0;
        int[] texts = new int[count];
        float[] likeness = new float[count];
        for (int text = 0; text < _clusters.Length; text++)
        {
            float alike = TensorPrimitives.Dot(vector, _vectors.AsSpan(text * vector.Length, vector.Length));
            if (found == count && alike <= likeness[^1])
            {
                continue;
            }

            int place = found < count ? found++ : count - 1;
            for (; place > 0 && likeness[place - 1] < alike; place--)
            {
                (texts[place], likeness[place]) = (texts[place - 1], likeness[place - 1]);
            }

            (texts[place], likeness[place]) = (text, alike);
        }

        skip = Math.Min(skip, count - 1);
        return skip == 0 ? (texts, likeness) : (texts[skip..], likeness[skip..]);
    }
}
