namespace Pipeline.Models;

/// <summary>How sure a model's answers are: the probability that a text is of the problem, or of none, that the answer says.</summary>
/// <param name="Member">From the vote's share to the rate of right answers, of texts that belong to a cluster.</param>
/// <param name="None">The same, of texts that belong to none.</param>
/// <param name="UsualLikeness">The likeness to the nearest other member that nineteen of twenty members have; above 0.</param>
public sealed record AnswerConfidence(ConfidenceCurve Member, ConfidenceCurve None, double UsualLikeness)
{
    private const double UnusualPart = 0.05;

    /// <summary>Learns it from the training's texts, each answered by the others alone.</summary>
    /// <param name="answers">What each text's neighbours say, and how far that is right: the part of the layouts that put it there too where it is its own place, else 0.</param>
    /// <param name="nearest">For texts in a cluster, the likeness to the nearest other text.</param>
    internal static AnswerConfidence Learn(IReadOnlyList<(NeighborVote Vote, double Right)> answers, IEnumerable<double> nearest)
    {
        double[] ordered = [.. nearest.Where(likeness => likeness > 0).Order()];
        return new AnswerConfidence(
            ConfidenceCurve.Fit(answers.Where(a => a.Vote.Winner >= 0).Select(a => (a.Vote.Share, a.Right))),
            ConfidenceCurve.Fit(answers.Where(a => a.Vote.Winner < 0).Select(a => (a.Vote.Share, a.Right))),
            ordered.Length == 0 ? 1 : ordered[(int)(UnusualPart * ordered.Length)]);
    }

    /// <summary>The confidence that a text is of the cluster, 0 to 1. A text that is less like its nearest neighbour than members are is less sure in proportion.</summary>
    /// <param name="share">The cluster's share of the votes.</param>
    /// <param name="likeness">The likeness to the nearest member.</param>
    public double OfMember(double share, double likeness) => Member.At(share) * Math.Clamp(likeness / UsualLikeness, 0, 1);

    /// <summary>The confidence that a text whose neighbours belong to nothing belongs to nothing.</summary>
    /// <param name="share">Their share of the votes.</param>
    public double OfNone(double share) => None.At(share);

    /// <summary>The confidence that a text belongs to nothing because it is not like the members of its neighbours' cluster: the surer, the less it is.</summary>
    /// <param name="likeness">Its likeness to them.</param>
    /// <param name="needed">That of a member at least.</param>
    public double OfUnlike(double likeness, double needed) => needed <= 0 ? None.At(1) : None.At(1) + ((1 - None.At(1)) * Math.Clamp(1 - (likeness / needed), 0, 1));
}
