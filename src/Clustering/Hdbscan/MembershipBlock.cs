namespace Pipeline.Clustering;

/// <summary>The membership vectors of some points in a row.</summary>
/// <param name="First">The first of the points.</param>
/// <param name="Count">How many points there are.</param>
/// <param name="Clusters">k, the numbers of a vector.</param>
/// <param name="Values">Count x k numbers, row-major.</param>
public sealed record MembershipBlock(int First, int Count, int Clusters, double[] Values)
{
    /// <summary>The vector of point <see cref="First"/> + <paramref name="row"/>.</summary>
    public ReadOnlySpan<double> Row(int row) => Values.AsSpan(row * Clusters, Clusters);
}
