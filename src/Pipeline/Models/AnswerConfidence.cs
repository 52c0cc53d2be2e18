namespace Pipeline.Models;

/// <summary>How sure a model's answers are: the probability that a text is of the problem, or of none, that the answer says.</summary>
/// <param name="Member">From the score of an answer to the rate of right ones, of texts that belong to a cluster.</param>
/// <param name="None">The same, of texts most of whose neighbours belong to none.</param>
/// <param name="Unlike">The rate of right answers for texts that are nearly enough like the members of their neighbours' cluster to belong to it, 0 to 1; the less they are like them, the surer they do not.</param>
/// <param name="UsualNearness">The <see cref="NeighborAnswer.Nearness"/> that nineteen of twenty texts in a cluster have; above 0.</param>
internal sealed record AnswerConfidence(ConfidenceCurve Member, ConfidenceCurve None, double Unlike, double UsualNearness)
{
    private const double UnusualPart = 0.05;

    /// <summary>Learns it from answers of which it is known whether they are right.</summary>
    public static AnswerConfidence Learn(IReadOnlyList<(NeighborAnswer Answer, bool Right)> answers)
    {
        double[] ordered = [.. answers.Where(a => a.Answer.Cluster >= 0 && a.Answer.Nearness > 0).Select(a => a.Answer.Nearness).Order()];
        double usual = ordered.Length == 0 ? 1 : ordered[(int)(UnusualPart * ordered.Length)];
        return new AnswerConfidence(
            Curve(a => a.Cluster >= 0, a => OfMember(a, usual)),
            Curve(a => a.Problem < 0, a => a.Share),
            UnlikeRate([.. answers.Where(a => a.Answer.Problem >= 0 && a.Answer.Cluster < 0)]),
            usual);

        ConfidenceCurve Curve(Func<NeighborAnswer, bool> kind, Func<NeighborAnswer, double> score) =>
            ConfidenceCurve.Fit(answers.Where(a => kind(a.Answer)).Select(a => (score(a.Answer), a.Right ? 1.0 : 0)));
    }

    /// <summary>
    /// The confidence of an answer, 0 to 1. A text that is less like its nearest neighbour than nineteen of twenty are has the votes of others in proportion, and is never surer than
    /// it is near. One that has nothing in common with the members of its neighbours' cluster is sure to be none of them.
    /// </summary>
    public double Of(NeighborAnswer answer) =>
        answer.Cluster >= 0 ? Math.Min(Member.At(OfMember(answer, UsualNearness)), Near(answer, UsualNearness))
        : answer.Problem < 0 ? None.At(answer.Share)
        : Unlike + ((1 - Unlike) * Unlikeness(answer));

    // So that the mean confidence is the rate of right answers, by Laplace's rule.
    private static double UnlikeRate((NeighborAnswer Answer, bool Right)[] answers)
    {
        double right = (answers.Count(a => a.Right) + 1.0) / (answers.Length + 2);
        double unlike = answers.Select(a => Unlikeness(a.Answer)).DefaultIfEmpty().Average();
        return unlike < 1 ? Math.Clamp((right - unlike) / (1 - unlike), 0, 1) : right;
    }

    private static double OfMember(NeighborAnswer answer, double usual) => answer.Share * Near(answer, usual);

    private static double Near(NeighborAnswer answer, double usual) => Math.Clamp(answer.Nearness / usual, 0, 1);

    private static double Unlikeness(NeighborAnswer answer) => Math.Clamp(1 - answer.Likeness, 0, 1);
}
