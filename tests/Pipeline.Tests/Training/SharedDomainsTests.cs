using Pipeline.Training;

namespace Pipeline.Tests.Training;

[TestClass]
public sealed class SharedDomainsTests
{
    private static readonly GroupName[] Problems =
    [
        new("VPN drops", ["vpn", "drops"]), new("VPN client", ["client", "vpn"]), new("Paper jam", ["jam", "paper", "printer"]), new("New printer", ["printer", "new"]), new("Badge lost", ["badge", "lost"]),
    ];

    [TestMethod]
    public void The_members_of_a_domain_share_a_word_and_one_that_shares_none_is_in_no_domain()
    {
        SharedDomains.Group([0, 0, 0, 0, 0], Problems).ShouldBe([0, 0, 1, 1, -1]);
        SharedDomains.Names([0, 0, 1, 1, -1], 2, [5, 4, 3, 2, 1], Problems).ShouldBe(["VPN", "printer"]);
    }

    [TestMethod]
    public void What_lies_apart_is_joined_by_the_word_of_a_domain() =>
        SharedDomains.Group([0, 0, 1, 1, 0], [.. Problems.Take(4), new("VPN token", ["token", "vpn"])]).ShouldBe([0, 0, 1, 1, 0]);

    [TestMethod]
    public void A_word_that_no_name_has_makes_no_domain() =>
        SharedDomains.Group([0, 0], [new("Mail gone", ["mail", "help"]), new("Disk full", ["disk", "help"])]).ShouldBe([-1, -1]);

    [TestMethod]
    public void Problems_for_which_one_field_is_proposed_stay_together()
    {
        GroupName[] names = [new("Jam", ["jam"], "Printing"), new("Toner", ["toner"], "printing"), new("Mail", ["mail"], "Office")];
        SharedDomains.Group([0, 0, 0], names).ShouldBe([0, 0, 1]);
        SharedDomains.Names([0, 0, 1], 2, [2, 1, 1], names).ShouldBe(["Printing", "Office"]);
    }

    [TestMethod]
    public void What_goes_wrong_and_what_people_do_is_no_field() =>
        SharedDomains.Group([0, 0], [new("Backup failed", ["backup", "failed"]), new("Login failed", ["login", "failed"])]).ShouldBe([-1, -1]);

    [TestMethod]
    public void A_word_and_its_plural_are_one_field() =>
        SharedDomains.Group([0, 0], [new("Phishing mail", ["phishing", "mail"]), new("Mails late", ["late", "mails"])]).ShouldBe([0, 0]);

    [TestMethod]
    public void Clusters_that_share_no_word_have_no_name_together() =>
        SharedDomains.Names([0, 0], 1, [1, 1], [new("Mail", ["mail"]), new("Disk", ["disk"])]).ShouldBe([null]);
}
