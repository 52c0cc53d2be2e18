namespace Pipeline.Clustering.Tests.Reduction;

[TestClass]
public sealed class FuzzyGraphTests
{
    [TestMethod]
    public void Memberships_sum_up_to_the_logarithm_of_the_neighbourhood()
    {
        float[] distances = [1f, 1.1f, 1.3f, 1.6f, 2f, 2.5f, 3f, 4f];

        float[] memberships = Memberships(distances, neighbors: 8);

        memberships[0].ShouldBe(1);
        memberships.Sum().ShouldBe(3, 1e-4);
        memberships.ShouldBe(memberships.OrderDescending());
    }

    /// <summary>With so many duplicates no scale is small enough for the sum; without a lower bound the first neighbour beyond them would count and the next, hardly farther, would not.</summary>
    [TestMethod]
    public void Neighbours_hardly_farther_than_the_nearest_keep_their_membership_beside_many_duplicates()
    {
        float[] distances = [.. Enumerable.Repeat(0f, 13), 1f, 1.0001f];

        float[] memberships = Memberships(distances, neighbors: 15);

        memberships[..14].ShouldAllBe(m => m == 1);
        double scale = 1e-3 * (1 + 1.0001) / 15;
        memberships[14].ShouldBe((float)Math.Exp(-(1.0001f - 1.0) / scale), 1e-3f);
    }

    private static float[] Memberships(float[] distances, int neighbors) =>
        FuzzyGraph.Memberships(new NeighborTable(distances.Length, new int[distances.Length], distances), neighbors, nearestIsCertain: true, meanDistance: 1, new ParallelOptions());
}
