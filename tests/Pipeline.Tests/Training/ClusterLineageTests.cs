using Pipeline.Models;
using Pipeline.Training;

namespace Pipeline.Tests.Training;

[TestClass]
public sealed class ClusterLineageTests
{
    [TestMethod]
    public void The_first_version_numbers_its_clusters_from_the_next_id()
    {
        LineageResult lineage = ClusterLineage.Align([0, 0, 1, -1], 2, [-1, -1, -1, -1], [], nextId: 7);

        lineage.Clusters.Select(c => c.Id).ShouldBe([7, 8]);
        lineage.Clusters.ShouldAllBe(c => c.Origin == ClusterChangeKind.New);
        lineage.NextId.ShouldBe(9);
    }

    [TestMethod]
    public void The_same_problem_keeps_its_id_and_a_new_one_gets_a_fresh_id()
    {
        LineageResult lineage = ClusterLineage.Align([0, 0, 0, 1, 1, 2, 2], 3, [5, 5, 5, 9, 9, -1, -1], [5, 9], nextId: 20);

        lineage.Clusters.Select(c => c.Id).ShouldBe([5, 9, 20]);
        lineage.Clusters.Select(c => c.Origin).ShouldBe([ClusterChangeKind.Kept, ClusterChangeKind.Kept, ClusterChangeKind.New]);
        lineage.Gone.ShouldBeEmpty();
        lineage.NextId.ShouldBe(21);
    }

    [TestMethod]
    public void The_larger_part_of_a_split_keeps_the_id_and_the_other_names_its_origin()
    {
        LineageResult lineage = ClusterLineage.Align([0, 0, 0, 0, 1, 1, 1], 2, [3, 3, 3, 3, 3, 3, 3], [3], nextId: 4);

        lineage.Clusters[0].Id.ShouldBe(3);
        lineage.Clusters[0].Origin.ShouldBe(ClusterChangeKind.Kept);
        lineage.Clusters[1].ShouldSatisfyAllConditions(
            c => c.Id.ShouldBe(4),
            c => c.Origin.ShouldBe(ClusterChangeKind.Split),
            c => c.RelatedIds.ShouldBe([3]));
    }

    [TestMethod]
    public void A_merged_cluster_keeps_the_larger_id_and_records_the_other()
    {
        LineageResult lineage = ClusterLineage.Align([0, 0, 0, 0, 0], 1, [1, 1, 1, 2, 2], [1, 2], nextId: 3);

        lineage.Clusters.Single().ShouldSatisfyAllConditions(
            c => c.Id.ShouldBe(1),
            c => c.Origin.ShouldBe(ClusterChangeKind.Merged),
            c => c.RelatedIds.ShouldBe([2]));
        lineage.Gone.ShouldBe([new LineageGone(2, MergedInto: 1)]);
    }

    [TestMethod]
    public void A_problem_that_scatters_is_gone_and_its_id_stays_unused()
    {
        LineageResult lineage = ClusterLineage.Align([0, 0, 0, -1, -1], 1, [1, 1, 1, 2, 2], [1, 2], nextId: 3);

        lineage.Gone.ShouldBe([new LineageGone(2, MergedInto: null)]);
        lineage.NextId.ShouldBe(3);
    }

    [TestMethod]
    public void A_handful_of_shared_incidents_does_not_make_two_clusters_the_same()
    {
        int[] now = [.. Enumerable.Repeat(0, 10)];
        int[] before = [4, 4, .. Enumerable.Repeat(-1, 8)];
        int[] manyBefore = [.. Enumerable.Repeat(4, 8)];

        LineageResult lineage = ClusterLineage.Align([.. now, .. Enumerable.Repeat(-1, 8)], 1, [.. before, .. manyBefore], [4], nextId: 5);

        lineage.Clusters.Single().Id.ShouldBe(5);
        lineage.Clusters.Single().Origin.ShouldBe(ClusterChangeKind.New);
        lineage.Gone.Single().Id.ShouldBe(4);
    }

    [TestMethod]
    public void Answers_of_different_length_are_refused() =>
        Should.Throw<ArgumentException>(() => ClusterLineage.Align([0], 1, [], [], 0));
}
