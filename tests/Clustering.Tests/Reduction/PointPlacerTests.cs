namespace Pipeline.Clustering.Tests.Reduction;

[TestClass]
public sealed class PointPlacerTests
{
    [TestMethod]
    public void A_new_point_stays_with_its_neighbours_on_the_side_away_from_all_others()
    {
        // Two neighbours at 1, all others at 0: what pulls keeps the first coordinate at 1, what pushes raises it.
        const int Count = 200;
        float[] layout = new float[Count * 2];
        (layout[0], layout[1], layout[2], layout[3]) = (1, 0.05f, 1, -0.05f);
        PointPlacer placer = new(layout, new UmapOptions { Components = 2 }, new LayoutGradient(new ForceCurve(1.9328, 0.7905), 2));

        float[] placed = placer.Place(new NeighborTable(2, [0, 1], [0.05f, 0.05f]), [1, 1], progress: null, new ParallelOptions { MaxDegreeOfParallelism = 1 });

        placed[0].ShouldBeInRange(1.0001f, 1.5f);
        placed[1].ShouldBeInRange(-0.1f, 0.1f);
    }
}
