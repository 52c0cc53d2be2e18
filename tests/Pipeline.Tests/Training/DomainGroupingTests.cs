using Pipeline.Training;

namespace Pipeline.Tests.Training;

[TestClass]
public sealed class DomainGroupingTests
{
    [TestMethod]
    public void Clusters_that_point_the_same_way_share_a_domain() =>
        DomainGrouping.Group([[1, 0], [0, 1], [0.9f, 0.1f], [0.1f, 0.9f]]).ShouldBe([0, 1, 0, 1]);

    [TestMethod]
    public void One_cluster_is_one_domain_and_none_is_none()
    {
        DomainGrouping.Group([[1, 2, 3]]).ShouldBe([0]);
        DomainGrouping.Group([]).ShouldBeEmpty();
    }

    [TestMethod]
    public void A_zero_vector_is_far_from_everything_and_breaks_nothing() =>
        DomainGrouping.Group([[1, 0], [0, 0], [1, 0.01f]]).ShouldBe([0, 1, 0]);

    [TestMethod]
    public void A_domain_keeps_its_id_while_most_of_its_incidents_stay_together()
    {
        (int[] ids, int next) = DomainGrouping.Align([0, 0, 1], [10, 11, 12], [50, 10, 5], new Dictionary<int, int> { [10] = 3, [11] = 4 }, nextId: 8);

        ids.ShouldBe([3, 8]);
        next.ShouldBe(9);
    }

    [TestMethod]
    public void Two_domains_never_share_an_id()
    {
        (int[] ids, _) = DomainGrouping.Align([0, 1], [10, 11], [5, 50], new Dictionary<int, int> { [10] = 3, [11] = 3 }, nextId: 4);

        ids.ShouldBe([4, 3]);
    }
}
