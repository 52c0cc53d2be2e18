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
        SharedDomains.Group(Alike(5), Problems).ShouldBe([0, 0, 1, 1, -1]);
        SharedDomains.Names([0, 0, 1, 1, -1], 2, [5, 4, 3, 2, 1], Problems).ShouldBe(["VPN", "printer"]);
    }

    [TestMethod]
    public void A_problem_of_two_fields_is_of_the_one_whose_problems_lie_nearest()
    {
        GroupName[] names = [new("VPN drops", ["vpn"]), new("VPN slow", ["vpn"]), new("Paper jam in the printer", ["printer"]), new("New printer", ["printer"]), new("Printer in the VPN", ["printer", "vpn"])];
        float[] network = [1, 0], printing = [0, 1];
        SharedDomains.Group([network, network, printing, printing, network], names)[4].ShouldBe(0);
        SharedDomains.Group([network, network, printing, printing, printing], names)[4].ShouldBe(1);
    }

    [TestMethod]
    public void A_word_that_many_texts_have_makes_a_domain_where_one_name_has_it()
    {
        GroupName[] names = [Texts("New laptop", ("laptop", 0.9)), Texts("Blue screen", ("screen", 0.9), ("laptop", 0.3)), Texts("Badge lost", ("badge", 0.9))];
        SharedDomains.Group(Alike(3), names).ShouldBe([0, 0, -1]);
        SharedDomains.Names([0, 0, -1], 1, [1, 1, 1], names).ShouldBe(["laptop"]);
    }

    [TestMethod]
    public void A_word_that_no_name_has_makes_no_domain() =>
        SharedDomains.Group(Alike(2), [new("Mail gone", ["mail", "help"]), new("Disk full", ["disk", "help"])]).ShouldBe([-1, -1]);

    [TestMethod]
    public void Problems_for_which_one_field_is_proposed_stay_together()
    {
        GroupName[] names = [new("Jam", ["jam"], "Printing"), new("Toner", ["toner"], "printing"), new("Mail", ["mail"], "Office")];
        SharedDomains.Group(Alike(3), names).ShouldBe([0, 0, 1]);
        SharedDomains.Names([0, 0, 1], 2, [2, 1, 1], names).ShouldBe(["Printing", "Office"]);
    }

    [TestMethod]
    public void What_goes_wrong_and_what_people_do_is_no_field() =>
        SharedDomains.Group(Alike(2), [new("Backup failed", ["backup", "failed"]), new("Login failed", ["login", "failed"])]).ShouldBe([-1, -1]);

    [TestMethod]
    public void A_word_and_its_plural_are_one_field() =>
        SharedDomains.Group(Alike(2), [new("Phishing mail", ["phishing", "mail"]), new("Mails late", ["late", "mails"])]).ShouldBe([0, 0]);

    [TestMethod]
    public void Clusters_that_share_no_word_have_no_name_together() =>
        SharedDomains.Names([0, 0], 1, [1, 1], [new("Mail", ["mail"]), new("Disk", ["disk"])]).ShouldBe([null]);

    private static float[][] Alike(int count) => [.. Enumerable.Range(0, count).Select(_ => new float[] { 1 })];

    private static GroupName Texts(string label, params (string Word, double Share)[] words) =>
        new(label, [.. words.Select(w => w.Word)]) { CommonWords = words.ToDictionary(w => w.Word, w => w.Share, StringComparer.Ordinal) };
}
