using System.Globalization;

namespace Pipeline.Bench;

/// <summary>The answer to a text that its training had not seen.</summary>
/// <param name="Confidence">How sure it is, 0 to 1.</param>
/// <param name="Right">Whether a training with the text gives it the same problem, or none as well.</param>
/// <param name="Member">Whether it names a problem.</param>
/// <param name="OfGroup">Whether the largest true group of that problem is the text's.</param>
internal readonly record struct ReliabilityAnswer(double Confidence, bool Right, bool Member, bool OfGroup);

/// <summary>Confidence held against the rate of right answers.</summary>
/// <param name="Answers">The answers.</param>
internal sealed record Reliability(IReadOnlyList<ReliabilityAnswer> Answers)
{
    private const int Bins = 10;
    private const int Draws = 20;

    /// <summary>The expected calibration error: the mean distance of confidence and rate of right answers over ten bins, weighed by their answers.</summary>
    public double Error => Binned().Sum(bin => bin.Count() * Math.Abs(bin.Average(a => a.Confidence) - Rate(bin, a => a.Right))) / Answers.Count;

    /// <summary>The error that answers of these confidences have on the mean where each is right with exactly its probability: what so few answers cannot fall below.</summary>
    public double ErrorOfChance()
    {
        Random random = new(1);
        return Enumerable.Range(0, Draws).Average(_ => new Reliability([.. Answers.Select(a => a with { Right = random.NextDouble() < a.Confidence })]).Error);
    }

    /// <summary>A table of the bins and what they sum up to, for people.</summary>
    public IEnumerable<string> Lines =>
    [
        "| confidence | answers | mean confidence | right |",
        "|---|---|---|---|",
        .. Binned().Select(bin => string.Create(CultureInfo.InvariantCulture, $"| {bin.Key / 10.0:0.0} to {(bin.Key + 1) / 10.0:0.0} | {Cells([.. bin])} |")),
        $"| that name a problem | {Cells([.. Answers.Where(a => a.Member)])} |",
        $"| that name none | {Cells([.. Answers.Where(a => !a.Member)])} |",
        string.Create(CultureInfo.InvariantCulture, $"Of the answers that name a problem, {Rate(Answers.Where(a => a.Member), a => a.OfGroup):P1} are for texts of its largest true group."),
    ];

    private IEnumerable<IGrouping<int, ReliabilityAnswer>> Binned() => Answers.GroupBy(a => Math.Min(Bins - 1, (int)(Bins * a.Confidence))).OrderBy(g => g.Key);

    private static string Cells(ReliabilityAnswer[] answers) =>
        answers.Length == 0 ? "0 | | " : string.Create(CultureInfo.InvariantCulture, $"{answers.Length} | {answers.Average(a => a.Confidence):0.000} | {Rate(answers, a => a.Right):0.000}");

    private static double Rate(IEnumerable<ReliabilityAnswer> answers, Func<ReliabilityAnswer, bool> what) => answers.Select(a => what(a) ? 1.0 : 0).DefaultIfEmpty().Average();
}
