namespace Pipeline.Overview;

/// <summary>
/// Puts what is alike side by side: joins the two most alike groups again and again, by the mean likeness between their members (Sokal and Michener, Univ. Kansas Sci. Bull. 38, 1958), and turns each of the two
/// so that the ends that meet are as alike as can be (Gruvaeus and Wainer, Br. J. Math. Stat. Psychol. 25, 1972).
/// </summary>
internal static class LikenessOrder
{
    /// <summary>The order. O(n³) for the few that fit on a picture.</summary>
    /// <param name="likeness">How alike each is to each, symmetric.</param>
    /// <returns>The places in the matrix, in their new order.</returns>
    public static int[] Of(double[,] likeness)
    {
        List<int[]> groups = [.. Enumerable.Range(0, likeness.GetLength(0)).Select(i => (int[])[i])];
        while (groups.Count > 1)
        {
            (int first, int second, double best) = (0, 1, double.NegativeInfinity);
            for (int i = 0; i < groups.Count; i++)
            {
                for (int j = i + 1; j < groups.Count; j++)
                {
                    double mean = Mean(likeness, groups[i], groups[j]);
                    if (mean > best)
                    {
                        (first, second, best) = (i, j, mean);
                    }
                }
            }

            groups[first] = Joined(likeness, groups[first], groups[second]);
            groups.RemoveAt(second);
        }

        return groups.Count == 0 ? [] : groups[0];
    }

    private static double Mean(double[,] likeness, int[] one, int[] other)
    {
        double sum = 0;
        foreach (int i in one)
        {
            foreach (int j in other)
            {
                sum += likeness[i, j];
            }
        }

        return sum / (one.Length * other.Length);
    }

    // As they are where all four are as good.
    private static int[] Joined(double[,] likeness, int[] one, int[] other)
    {
        int[] oneTurned = [.. one.Reverse()], otherTurned = [.. other.Reverse()];
        (int[] Left, int[] Right)[] ways = [(one, other), (oneTurned, other), (one, otherTurned), (oneTurned, otherTurned)];
        (int[] left, int[] right) = ways.MaxBy(way => likeness[way.Left[^1], way.Right[0]]);
        return [.. left, .. right];
    }
}
