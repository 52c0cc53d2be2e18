using Pipeline.Clustering;

namespace Pipeline.Models;

/// <summary>
/// How often an answer of a score was right where it is known: a rising curve through the texts of the training, each answered as if it had not been there
/// (isotonic regression by pooling adjacent violators, Ayer and others 1955; Zadrozny and Elkan 2002).
/// </summary>
public sealed class ConfidenceCurve
{
    // A step of fewer texts says little.
    private const int FewestOfStep = 20;

    // Where nothing is known, an answer is as good as its score.
    private static readonly double[] Unknown = [0, 1];

    private readonly double[] _scores;
    private readonly double[] _rates;

    private ConfidenceCurve(double[] scores, double[] rates)
    {
        if (scores.Length != rates.Length || scores.Length == 0)
        {
            throw new InvalidDataException($"The curve of confidence has {scores.Length} scores and {rates.Length} rates.");
        }

        if (Enumerable.Range(1, scores.Length - 1).FirstOrDefault(i => scores[i] <= scores[i - 1]) is int fall and > 0)
        {
            throw new InvalidDataException(FormattableString.Invariant($"The scores of the curve of confidence must rise; at {fall} {scores[fall]} follows {scores[fall - 1]}."));
        }

        (_scores, _rates) = (scores, rates);
    }

    /// <summary>Fits the curve in O(n log n).</summary>
    /// <param name="answers">The score of each answer, 0 to 1, and how far it was right: 1, 0, or the part of several tries in which it was.</param>
    public static ConfidenceCurve Fit(IEnumerable<(double Score, double Right)> answers)
    {
        Stack<(double Scores, double Right, int Count)> pools = new();
        foreach ((double Scores, double Right, int Count) step in Steps([.. answers.OrderBy(a => a.Score)]))
        {
            (double scores, double right, int count) = step;
            while (pools.TryPeek(out (double Scores, double Right, int Count) below) && below.Right / below.Count >= right / count)
            {
                (scores, right, count) = (scores + below.Scores, right + below.Right, count + below.Count);
                pools.Pop();
            }

            pools.Push((scores, right, count));
        }

        (double Scores, double Right, int Count)[] rising = [.. pools.Reverse()];

        // Laplace's rule keeps a step of all right answers from certainty. It draws small steps more than large ones, which must not make the curve fall.
        double[] rates = [.. rising.Select(p => (p.Right + 1) / (p.Count + 2))];
        for (int step = 1; step < rates.Length; step++)
        {
            rates[step] = Math.Max(rates[step], rates[step - 1]);
        }

        return rising.Length == 0 ? new ConfidenceCurve(Unknown, Unknown) : new ConfidenceCurve([.. rising.Select(p => p.Scores / p.Count)], rates);
    }

    /// <summary>The probability that an answer of this score is right; between the points of the curve on a line, beyond them as at its ends.</summary>
    public double At(double score)
    {
        int above = Array.BinarySearch(_scores, score);
        above = above < 0 ? ~above : above;
        if (above == 0 || above == _scores.Length)
        {
            return _rates[Math.Min(above, _rates.Length - 1)];
        }

        double part = (score - _scores[above - 1]) / (_scores[above] - _scores[above - 1]);
        return _rates[above - 1] + (part * (_rates[above] - _rates[above - 1]));
    }

    internal static ConfidenceCurve Read(IReadOnlyDictionary<string, SafeTensor> arrays, string name) =>
        new(arrays.GetFinite<double>($"{name}.scores"), arrays.Get<double>($"{name}.rates", rate => rate is >= 0 and <= 1, "from 0 to 1"));

    internal void Write(Dictionary<string, SafeTensor> arrays, string name)
    {
        arrays[$"{name}.scores"] = SafeTensor.From<double>(_scores, _scores.Length);
        arrays[$"{name}.rates"] = SafeTensor.From<double>(_rates, _rates.Length);
    }

    private static IEnumerable<(double Scores, double Right, int Count)> Steps((double Score, double Right)[] ordered)
    {
        for (int first = 0; first < ordered.Length;)
        {
            int end = Math.Min(ordered.Length, first + FewestOfStep);
            while (end < ordered.Length && ordered[end].Score == ordered[end - 1].Score)
            {
                end++;
            }

            ReadOnlyMemory<(double Score, double Right)> step = ordered.AsMemory(first..end);
            double scores = 0, right = 0;
            foreach ((double score, double isRight) in step.Span)
            {
                scores += score;
                right += isRight;
            }

            yield return (scores, right, end - first);
            first = end;
        }
    }
}
