using Pipeline.Models;

namespace Pipeline.Tests.Models;

[TestClass]
public sealed class ModelPathsTests
{
    [TestMethod]
    public void A_plain_name_is_its_own_slug() => ModelPaths.Slug("Windows Servers 2").ShouldBe("windows-servers-2");

    [TestMethod]
    [DataRow("BT-TC-Data Analytics", "bt-tc-data-analytics")]
    [DataRow("Email & Collaboration", "email-collaboration")]
    [DataRow("Ｈａｒｄｗａｒｅ １", "hardware-1")]
    public void A_slug_is_readable_and_needs_no_hash(string name, string slug) => ModelPaths.Slug(name).ShouldBe(slug);

    [TestMethod]
    [DataRow("Email & Collaboration", "Email / Collaboration")]
    [DataRow("HARDWARE", "Hardware")]
    [DataRow("a b", "a  b")]
    [DataRow("Büro", "Bro")]
    [DataRow("網路", "打印机")]
    public void With_the_hash_different_names_get_different_folders(string one, string other)
    {
        string.Equals(ModelPaths.HashedSlug(one), ModelPaths.HashedSlug(other), StringComparison.Ordinal).ShouldBeFalse();
        ModelPaths.HashedSlug(one).ShouldMatch("^[a-z0-9]+(-[a-z0-9]+)*$");
        ModelPaths.HashedSlug(other).ShouldMatch("^[a-z0-9]+(-[a-z0-9]+)*$");
    }

    [TestMethod]
    public void A_very_long_name_stays_a_short_folder() => ModelPaths.Slug(new string('x', 5000)).Length.ShouldBeLessThan(80);

    [TestMethod]
    public void A_version_lives_below_its_tech_center() =>
        ModelPaths.Version("network", "2026_q2_r3").ShouldBe("hdbscan-models/network/2026_q2_r3");

    [TestMethod]
    [DataRow("2026_q2", 2026, 2, 1)]
    [DataRow("2026_q4_r12", 2026, 4, 12)]
    public void A_version_name_is_read_and_written(string text, int year, int quarter, int revision)
    {
        ModelVersionId.Parse(text).ShouldBe(new ModelVersionId(year, quarter, revision));
        new ModelVersionId(year, quarter, revision).ToString().ShouldBe(text);
    }

    [TestMethod]
    [DataRow("2026_q5")]
    [DataRow("2026_q2_r0")]
    [DataRow("2026_q2_r1x")]
    [DataRow("latest")]
    public void Anything_else_is_no_version(string text) => ModelVersionId.Parse(text).ShouldBeNull();

    [TestMethod]
    public void A_later_revision_is_newer_and_a_later_quarter_newer_still()
    {
        (new ModelVersionId(2026, 2, 2) > new ModelVersionId(2026, 2, 1)).ShouldBeTrue();
        (new ModelVersionId(2026, 3, 1) > new ModelVersionId(2026, 2, 9)).ShouldBeTrue();
    }
}
