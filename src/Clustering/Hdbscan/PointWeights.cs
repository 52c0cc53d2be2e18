namespace Pipeline.Clustering;

/// <summary>Checks the weights of points.</summary>
internal static class PointWeights
{
    /// <summary>Checks that there is a weight of 1 or more for each point and that they can be counted.</summary>
    /// <param name="weights">The weights.</param>
    /// <param name="count">The number of points.</param>
    /// <param name="name">The caller's name for the weights, for messages.</param>
    /// <returns>The sum, at most <see cref="int.MaxValue"/>.</returns>
    /// <exception cref="ArgumentException">A weight is below 1, there are too few or too many, or their sum is too large.</exception>
    public static int Total(ReadOnlySpan<int> weights, int count, string name)
    {
        if (weights.Length != count)
        {
            throw new ArgumentException(Invariant($"{name} holds {weights.Length} numbers; there must be one for each of the {count} points."), name);
        }

        long total = 0;
        for (int i = 0; i < weights.Length; i++)
        {
            if (weights[i] < 1)
            {
                throw new ArgumentException(Invariant($"{name} holds {weights[i]} at {i}; every weight must be 1 or more."), name);
            }

            total += weights[i];
        }

        return total <= int.MaxValue
            ? (int)total
            : throw new ArgumentException(Invariant($"{name} add up to {total}; the sum must be at most {int.MaxValue}."), name);
    }

    private static string Invariant(FormattableString text) => FormattableString.Invariant(text);
}
