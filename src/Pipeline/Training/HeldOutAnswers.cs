using Pipeline.Models;

namespace Pipeline.Training;

/// <summary>
/// What a model says of texts that it has never seen, held against what the whole training says of them: the training is repeated without a fifth of its texts, and these are
/// answered as new ones are. Two trainings on nearly the same texts draw problems differently, and an answer cannot be surer than that. How far they do shows in a single layout of the
/// vectors that are there already, see docs/benchmarks.md.
/// </summary>
internal sealed class HeldOutAnswers
{
    // One text in so many is kept out of a repetition.
    private const int KeptOutOf = 5;

    // As many answers make a curve; a small training is repeated until it has them, each time without another fifth.
    private const int EnoughAnswers = 100;

    private const int FewestTexts = 2;

    private readonly TextClustering _whole;
    private readonly TrainingTexts _texts;
    private readonly int[] _problems;
    private readonly ParallelOptions _parallel;

    private HeldOutAnswers(TextClustering whole, TrainingTexts texts, ParallelOptions parallel)
    {
        (_whole, _texts, _parallel) = (whole, texts, parallel);
        _problems = whole.ProblemOfText();
    }

    /// <summary>Learns how sure answers are, and how sure each text's own place is.</summary>
    /// <param name="whole">What the training found in all texts.</param>
    /// <param name="texts">The texts.</param>
    /// <param name="maxDegreeOfParallelism">Threads; null for all cores. The result does not depend on it.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    /// <returns>The confidence of answers, and of each text's place, 0 to 1.</returns>
    public static (AnswerConfidence Confidence, double[] OfTexts) Learn(TextClustering whole, TrainingTexts texts, int? maxDegreeOfParallelism, CancellationToken cancellationToken)
    {
        HeldOutAnswers training = new(whole, texts, new ParallelOptions { CancellationToken = cancellationToken, MaxDegreeOfParallelism = maxDegreeOfParallelism ?? Environment.ProcessorCount });
        List<(NeighborAnswer, bool)> answers = [];
        int[] parts = training.Parts();
        for (int part = 0; part < KeptOutOf && answers.Count < EnoughAnswers; part++)
        {
            answers.AddRange(training.Repeat(parts, part, maxDegreeOfParallelism));
        }

        AnswerConfidence confidence = AnswerConfidence.Learn(answers);
        return (confidence, training.OfTexts(confidence));
    }

    // Each text's part of five, 0 to 4, drawn by the seed.
    private int[] Parts()
    {
        int[] order = [.. Enumerable.Range(0, _texts.Count)];
        new Random(_texts.Parameters.Seed).Shuffle(order);
        int[] parts = new int[order.Length];
        foreach ((int place, int text) in order.Index())
        {
            parts[text] = place % KeptOutOf;
        }

        return parts;
    }

    private IEnumerable<(NeighborAnswer Answer, bool Right)> Repeat(int[] parts, int part, int? maxDegreeOfParallelism)
    {
        int[] kept = [.. Enumerable.Range(0, parts.Length).Where(text => parts[text] != part)];
        int[] held = [.. Enumerable.Range(0, parts.Length).Where(text => parts[text] == part)];
        if (held.Length == 0 || kept.Length < FewestTexts)
        {
            return [];
        }

        TrainingTexts rest = _texts.Only(kept, _texts.Parameters with { Seed = unchecked(_texts.Parameters.Seed + part + 1), Layouts = 1 });
        TextClustering found = TextClustering.Find(rest, maxDegreeOfParallelism, _parallel.CancellationToken);
        Dictionary<int, int> matched = Match(found.ProblemOfText(), kept);
        int[] places = new int[parts.Length];
        Array.Fill(places, -1);
        foreach ((int place, int text) in kept.Index())
        {
            places[text] = place;
        }

        NeighborAnswer[] answers = Ask(rest, found, held, places);
        return answers.Zip(held, (answer, text) => (answer, (answer.Cluster < 0 ? -1 : matched[answer.Problem]) == _problems[text]));
    }

    // The problem of the whole training that most texts of each problem of the repetition are of; -1 is matched too.
    private Dictionary<int, int> Match(int[] found, int[] kept) => Enumerable.Range(0, kept.Length).GroupBy(place => found[place])
        .ToDictionary(g => g.Key, g => g.CountBy(place => _problems[kept[place]]).OrderByDescending(c => c.Value).ThenBy(c => c.Key).First().Key);

    // The place of a text of the training is its answer whatever its neighbours say; what votes for another place counts against it.
    private double[] OfTexts(AnswerConfidence confidence)
    {
        double[] sure = new double[_texts.Count];
        Parallel.For(0, sure.Length, _parallel, text =>
        {
            (int[] nearest, float[] likeness) = _texts.Nearest(_texts.Vector(text), Neighbors(text));
            NeighborVote vote = NeighborVote.Of(Array.ConvertAll(nearest, other => _problems[other]), likeness);
            double share = vote.Winner == _problems[text] ? vote.Share : 1 - vote.Share;
            sure[text] = confidence.Of(new NeighborAnswer(_whole.Labels[text], _problems[text], share, confidence.UsualNearness, 1));
        });
        return sure;
    }

    // Answers texts that were kept out by the others, whose places among these are known.
    private NeighborAnswer[] Ask(TrainingTexts by, TextClustering found, int[] held, int[] places)
    {
        NeighborRule rule = by.Rule(found);
        float[] embeddings = _texts.Embeddings(held);
        float[] vectors = by.Reduction.Transform(embeddings, _parallel.MaxDegreeOfParallelism, out float[] kept);
        float[] wholes = by.Reduction.Centre(embeddings);
        (int reduced, int whole) = (by.Reduction.Dimensions, by.Reduction.EmbeddingDimensions);
        NeighborAnswer[] answers = new NeighborAnswer[held.Length];
        Parallel.For(0, answers.Length, _parallel, i =>
        {
            ReadOnlySpan<float> vector = vectors.AsSpan(i * reduced, reduced);
            (int[] nearest, float[] likeness) = by.Nearest(vector, [.. Neighbors(held[i]).Select(other => places[other]).Where(place => place >= 0)]);
            answers[i] = nearest.Length == 0
                ? new NeighborAnswer(-1, -1, 1, 0, 0)
                : rule.Answer(Array.ConvertAll(nearest, other => found.Labels[other]), likeness, vector, wholes.AsSpan(i * whole, whole), kept[i]);
        });
        return answers;
    }

    // More than vote, so that enough are left where some are passed over.
    private int[] Neighbors(int text) => _whole.Wide.Columns[_whole.Wide.RowOffsets[text].._whole.Wide.RowOffsets[text + 1]];
}
