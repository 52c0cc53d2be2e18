namespace Pipeline.Models;

/// <summary>What a text's nearest neighbours say of it.</summary>
/// <param name="Winner">The group that most of them are of, by weight; -1 where most are of none.</param>
/// <param name="Share">The part of the votes that it got, 0 to 1.</param>
internal readonly record struct NeighborVote(int Winner, double Share)
{
    /// <summary>As many neighbours as a training's neighbourhoods have.</summary>
    public const int Neighbors = 15;

    // A neighbour that is so much less like the text than the nearest one counts 1/e.
    private const double LikenessScale = 0.05;

    /// <summary>Counts the votes.</summary>
    /// <param name="groups">The group of each neighbour, -1 for none; the nearest first.</param>
    /// <param name="likeness">How alike each is, falling.</param>
    /// <param name="votesForNone">Whether neighbours of no group vote for none; otherwise they do not vote.</param>
    /// <returns>The vote; of several with the most the one whose neighbour comes first. Nothing where nobody votes.</returns>
    public static NeighborVote Of(ReadOnlySpan<int> groups, ReadOnlySpan<float> likeness, bool votesForNone = true)
    {
        Dictionary<int, double> votes = [];
        double all = 0;
        for (int i = 0; i < groups.Length; i++)
        {
            if (groups[i] >= 0 || votesForNone)
            {
                double weight = Math.Exp((likeness[i] - likeness[0]) / LikenessScale);
                votes[groups[i]] = votes.GetValueOrDefault(groups[i]) + weight;
                all += weight;
            }
        }

        NeighborVote best = new(-1, 0);
        foreach (int group in groups)
        {
            double share = votes.GetValueOrDefault(group) / Math.Max(all, double.Epsilon);
            best = share > best.Share ? new NeighborVote(group, share) : best;
        }

        return best;
    }
}
