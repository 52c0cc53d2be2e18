using Pipeline.Training;

namespace Pipeline.Tests.Training;

[TestClass]
public sealed class ProposedDomainsTests
{
    [TestMethod]
    public void A_domain_proposed_for_more_than_half_of_a_groups_incidents_is_taken_in_the_wording_of_the_largest_cluster()
    {
        int[] groups = [0, 0, 0, 1, 1, 2];
        int[] sizes = [40, 30, 30, 50, 50, 10];
        GroupName[] names = [Named("Network"), Named("Printing"), Named("printing"), Named("Mail"), Named("Access"), Named(null)];

        ProposedDomains.Majority(groups, 3, sizes, names).ShouldBe(["Printing", null, null]);
    }

    [TestMethod]
    public async Task Groups_with_a_known_name_are_not_asked_for_again()
    {
        Labeller labeller = new();

        IReadOnlyList<GroupName> names = await new ClusterNamer(labeller).NameAsync(["printer jam", "vpn lost", "mail full"], [0, 1, 2], [[], [], []], ["printing", null, "Printing"]);

        labeller.Asked.ShouldBe(1);
        names[0].Label.ShouldBe("Printing");
        names[1].ShouldBe(names[1] with { Label = "Named", Domain = "Field" });
        names[2].Label.ShouldStartWith("Printing");
        names.Select(n => n.Label).Distinct(StringComparer.Ordinal).Count().ShouldBe(3);
    }

    private static GroupName Named(string? domain) => new("name", [], domain);

    private sealed class Labeller : IClusterLabeller
    {
        public int Asked { get; private set; }

        public Task<IReadOnlyList<GroupLabel>> LabelAsync(IReadOnlyList<ClusterDescription> groups, CancellationToken cancellationToken = default)
        {
            Asked += groups.Count;
            return Task.FromResult<IReadOnlyList<GroupLabel>>([.. groups.Select(_ => new GroupLabel("named", "field"))]);
        }
    }
}
