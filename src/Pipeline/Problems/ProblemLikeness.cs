using Pipeline.Models;

namespace Pipeline.Problems;

/// <summary>
/// How alike two problems are by the words that tell them from the others of their tech centers: the weighted Jaccard index of their first words, where a word weighs the less the later it stands
/// (Ioffe, ICDM 2010, for the index). It needs no vectors, so problems of tech centers with different models can be held against each other.
/// </summary>
internal sealed class ProblemLikeness
{
    /// <summary>So many of a problem's words are held against those of another.</summary>
    public const int Words = 8;

    private readonly Dictionary<string, double> _weights;

    private ProblemLikeness(Dictionary<string, double> weights) => _weights = weights;

    /// <summary>The words of a problem.</summary>
    public static ProblemLikeness Of(ModelProblem problem)
    {
        Dictionary<string, double> weights = new(StringComparer.OrdinalIgnoreCase);
        foreach ((int place, string keyword) in problem.Keywords.Take(Words).Index())
        {
            weights.TryAdd(keyword, 1.0 / (2 + place));
        }

        return new ProblemLikeness(weights);
    }

    /// <summary>The likeness, 0 for no word in common to 1 for the same words in the same order.</summary>
    public double To(ProblemLikeness other)
    {
        double common = 0, all = other._weights.Values.Sum();
        foreach ((string word, double weight) in _weights)
        {
            double there = other._weights.GetValueOrDefault(word);
            common += Math.Min(weight, there);
            all += weight - Math.Min(weight, there);
        }

        return all > 0 ? common / all : 0;
    }

    /// <summary>The words that both have, the weightiest of the other first.</summary>
    public IReadOnlyList<string> Shared(ProblemLikeness other) => [.. other._weights.OrderByDescending(w => w.Value).Select(w => w.Key).Where(_weights.ContainsKey)];
}
