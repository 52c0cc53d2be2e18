namespace Pipeline.Clustering.Tests;

[TestClass]
public sealed class KdTreeTests
{
    [TestMethod]
    [DataRow(1, 1)]
    [DataRow(16, 2)]
    [DataRow(17, 3)]
    [DataRow(129, 1)]
    [DataRow(1025, 4)]
    [DataRow(3000, 7)]
    public void Every_point_has_one_position_and_lies_in_the_boxes_above_it(int count, int dimensions)
    {
        foreach (DistanceMetric metric in Enum.GetValues<DistanceMetric>())
        {
            PointSet points = PointSet.Create(TestPoints.Blobs(count, dimensions, 5, 3), dimensions, metric, "points");
            KdTree tree = KdTree.Build(points, 2, CancellationToken.None);
            tree.Order.Order().ShouldBe(Enumerable.Range(0, count));
            double[] row = new double[dimensions];
            for (int position = 0; position < count; position++)
            {
                tree.CopyRow(position, row);
                row.ShouldBe(points.Row(tree.Order[position]).ToArray());
                int node = position / KdTree.LeafSize;
                for (int level = 0; level < tree.LevelStarts.Length; level++, node /= KdTree.Fan)
                {
                    KdKernel.SquaredToBoxes(tree, tree.LevelStarts[level] + (node / KdTree.Fan), row)[node % KdTree.Fan].ShouldBe(0);
                }
            }
        }
    }

    [TestMethod]
    public void The_number_of_threads_does_not_change_the_tree()
    {
        PointSet points = PointSet.Create(TestPoints.Blobs(9000, 3, 5, 3), 3, DistanceMetric.Euclidean, "points");
        KdTree one = KdTree.Build(points, 1, CancellationToken.None);
        KdTree many = KdTree.Build(points, 5, CancellationToken.None);
        many.Order.ShouldBe(one.Order);
        many.Boxes.ShouldBe(one.Boxes);
    }

    [TestMethod]
    [DataRow(DistanceMetric.Euclidean, 2)]
    [DataRow(DistanceMetric.Cosine, 3)]
    [DataRow(DistanceMetric.Euclidean, 20)]
    public void Neighbours_are_those_of_all_pairs_with_the_same_bits(DistanceMetric metric, int dimensions)
    {
        PointSet points = PointSet.Create(TestPoints.Blobs(1500, dimensions, 5, 3), dimensions, metric, "points");
        PointSet queries = PointSet.Create(TestPoints.Blobs(200, dimensions, 5, 4), dimensions, metric, "queries");
        KdTree tree = KdTree.Build(points, 1, CancellationToken.None);
        ShouldBeSame(tree.Search(points, 7, 2, null, CancellationToken.None), BruteForceNeighbors.Search(points, points, 7, 2, null, CancellationToken.None));
        ShouldBeSame(tree.Search(queries, 7, 2, null, CancellationToken.None), BruteForceNeighbors.Search(points, queries, 7, 2, null, CancellationToken.None));
    }

    [TestMethod]
    public void A_search_in_place_names_points_by_position()
    {
        PointSet points = PointSet.Create(TestPoints.Blobs(700, 2, 5, 3), 2, DistanceMetric.Euclidean, "points");
        KdTree tree = KdTree.Build(points, 1, CancellationToken.None);
        NeighborLists byPoint = tree.Search(points, 4, 2, null, CancellationToken.None);
        NeighborLists byPosition = KdSearch.RunInPlace(tree, 4, 2, null, CancellationToken.None);
        for (int position = 0; position < 700; position++)
        {
            byPosition.IndicesOf(position).ToArray().Select(near => tree.Order[near]).ShouldBe(byPoint.IndicesOf(tree.Order[position]).ToArray());
            byPosition.DistancesOf(position).ToArray().ShouldBe(byPoint.DistancesOf(tree.Order[position]).ToArray());
        }
    }

    [TestMethod]
    [DataRow(1)]
    [DataRow(4)]
    public void A_search_for_cores_keeps_the_last_two_distances_only(int k)
    {
        PointSet points = PointSet.Create(TestPoints.Blobs(700, 2, 5, 3), 2, DistanceMetric.Euclidean, "points");
        KdTree tree = KdTree.Build(points, 1, CancellationToken.None);
        NeighborLists expected = KdSearch.RunInPlace(tree, k, 2, null, CancellationToken.None);
        (NeighborLists lists, double[] last, double[] lastButOne) = KdSearch.RunForCores(tree, k, 2, null, CancellationToken.None);
        lists.Indices.ShouldBe(expected.Indices);
        lists.Distances.ShouldBeEmpty();
        last.ShouldBe(CoreDistances.NthOther(expected, k));
        lastButOne.ShouldBe(CoreDistances.NthOther(expected, k - 1));
    }

    private static void ShouldBeSame(NeighborLists actual, NeighborLists expected)
    {
        actual.Indices.ShouldBe(expected.Indices);
        actual.Distances.ShouldBe(expected.Distances);
    }
}
