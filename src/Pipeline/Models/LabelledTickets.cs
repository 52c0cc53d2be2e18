using System.Numerics.Tensors;

namespace Pipeline.Models;

/// <summary>
/// The tickets that people moved, as labelled examples. A ticket itself keeps what was said of it, and so does every other one of the same text; one whose embedding has a cosine of at least
/// <see cref="NearCopies.SameText"/> to a labelled text follows the nearest of these. What was said later of the same text counts after what was said before. Safe for use by many threads.
/// </summary>
internal sealed class LabelledTickets
{
    private readonly Func<int, int> _problemOf;
    private readonly ILookup<string, Example> _byNumber;
    private readonly ILookup<string, Example> _byText;
    private readonly Example[] _embedded;

    /// <summary>Takes the examples.</summary>
    /// <param name="labels">What was said, the earliest first.</param>
    /// <param name="variantOf">The variant of a problem that a text is most like; -1 where the version has none.</param>
    /// <param name="problemOf">The problem of a cluster, -1 for none.</param>
    public LabelledTickets(IReadOnlyList<TicketLabel> labels, Func<int, ReadOnlyMemory<float>, int> variantOf, Func<int, int> problemOf)
    {
        _problemOf = problemOf;
        Example[] examples = [.. labels.Select(label => Example.Of(label, variantOf)).OfType<Example>()];
        _byNumber = examples.ToLookup(e => e.Label.Number, StringComparer.Ordinal);
        _byText = examples.Where(e => e.Label.ContentHash is not null).ToLookup(e => e.Label.ContentHash!, StringComparer.Ordinal);
        _embedded = [.. examples.Where(e => e.Norm > 0)];
    }

    /// <summary>What the labelled texts make of the answer for a text. O(examples x dimensions).</summary>
    public ClusterAssignment Decide(string contentHash, ReadOnlySpan<float> embedding, ClusterAssignment answer)
    {
        if (_byText.Contains(contentHash))
        {
            return Apply(_byText[contentHash], answer, 1);
        }

        (string? nearest, double likeness) = Nearest(embedding);
        return nearest is null ? answer : Apply(_embedded.Where(e => string.Equals(e.Text, nearest, StringComparison.Ordinal)), answer, likeness);
    }

    /// <summary>What was said of a ticket itself.</summary>
    public ClusterAssignment OfNumber(string number, ClusterAssignment answer) => Apply(_byNumber[number], answer, 1);

    /// <summary>Whether a ticket or its text is labelled, or near to one that is.</summary>
    public bool Concerns(string number, string contentHash, ReadOnlySpan<float> embedding) => _byNumber.Contains(number) || _byText.Contains(contentHash) || Nearest(embedding).Text is not null;

    private ClusterAssignment Apply(IEnumerable<Example> examples, ClusterAssignment answer, double likeness)
    {
        double sure = Math.Clamp(likeness, 0, 1);
        foreach (Example example in examples)
        {
            if (!example.Label.IsNot)
            {
                answer = new ClusterAssignment(example.Cluster, sure);
            }
            else if (_problemOf(answer.ClusterId) == example.Label.ProblemId)
            {
                answer = new ClusterAssignment(ClusterAssignment.Unclustered, sure);
            }
        }

        return answer;
    }

    // Of equally near ones the last.
    private (string? Text, double Likeness) Nearest(ReadOnlySpan<float> embedding)
    {
        float norm = _embedded.Length == 0 ? 0 : TensorPrimitives.Norm(embedding);
        (string? text, double most) = (null, NearCopies.SameText);
        foreach (Example example in _embedded)
        {
            if (norm > 0 && example.Label.Vector.Length == embedding.Length
                && TensorPrimitives.Dot(embedding, example.Label.Vector.Span) / ((double)norm * example.Norm) is double likeness && likeness >= most)
            {
                (text, most) = (example.Text, likeness);
            }
        }

        return (text, most);
    }

    /// <param name="Label">What was said.</param>
    /// <param name="Cluster">The variant that it is of; -1 where it is only said what it is not of.</param>
    /// <param name="Norm">The length of its vector; 0 where there is none.</param>
    private sealed record Example(TicketLabel Label, int Cluster, float Norm)
    {
        /// <summary>What tells its text from others.</summary>
        public string Text => Label.ContentHash ?? Label.Number;

        public static Example? Of(TicketLabel label, Func<int, ReadOnlyMemory<float>, int> variantOf)
        {
            int cluster = label.IsNot ? ClusterAssignment.Unclustered : variantOf(label.ProblemId, label.Vector);
            float norm = label.Vector.IsEmpty ? 0 : TensorPrimitives.Norm(label.Vector.Span);
            return !label.IsNot && cluster == ClusterAssignment.Unclustered ? null : new Example(label, cluster, norm);
        }
    }
}
