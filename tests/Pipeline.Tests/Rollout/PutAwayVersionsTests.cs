using System.IO.Compression;
using Pipeline.Models;
using Pipeline.Requests;
using Pipeline.Rollout;
using Pipeline.Tests.Support;

namespace Pipeline.Tests.Rollout;

[TestClass]
public sealed class PutAwayVersionsTests
{
    private const string Folder = "hdbscan-models/office-it";

    [TestMethod]
    public async Task Old_retired_versions_are_packed_beside_the_others_and_what_serves_or_may_serve_again_stays()
    {
        await using SmallCompany company = await ThreeVersionsAsync();
        company.Clock.Advance(TimeSpan.FromDays(91));

        IReadOnlyList<string> gone = await PutAway(company).RunAsync();
        IReadOnlyList<string> again = await PutAway(company).RunAsync();

        gone.ShouldBe([$"{Folder}/2026_q2"]);
        again.ShouldBeEmpty();
        company.Objects.Objects.Keys.ShouldNotContain(k => k.StartsWith($"{Folder}/2026_q2/", StringComparison.Ordinal));
        using ZipArchive zip = new(new MemoryStream(company.Objects.Objects[$"{Folder}/archive/2026_q2.zip"]));
        zip.Entries.Select(e => e.Name).ShouldBe(["clusters.json", "manifest.json", "metrics.json", "model.safetensors", "validation.json"], ignoreOrder: true);
        CenterStages stages = await company.StagesAsync();
        stages.Find("2026_q2").Stage.ShouldBe(ModelStage.Archived);
        (stages.Production!.Version, stages.Previous!.Version).ShouldBe(("2026_q2_r3", "2026_q2_r2"));
        TechCenterModels listed = (await new ModelCatalog(company.Known, company.Models).ListAsync()).ShouldHaveSingleItem();
        listed.Versions.Select(v => v.Version).ShouldBe(["2026_q2_r3", "2026_q2_r2"]);
        listed.Archived.ShouldBe([new ArchivedModel("2026_q2", stages.Find("2026_q2").Since)]);
        (await SmallCompany.RefusedAsync(() => company.Versions.PromoteAsync(SmallCompany.TechCenter, "2026_q2", new StageOrder("Ada")))).Message.ShouldContain("has no version");
    }

    [TestMethod]
    public async Task The_name_of_a_version_that_was_put_away_is_not_given_again()
    {
        await using SmallCompany company = await ThreeVersionsAsync();
        company.Clock.Advance(TimeSpan.FromDays(91));
        await PutAway(company).RunAsync();

        await company.TrainAsync();

        (await company.Models.ListAsync(SmallCompany.TechCenter)).Select(v => v.Version).ShouldBe(["2026_q2_r2", "2026_q2_r3", "2026_q2_r4"]);
    }

    [TestMethod]
    public async Task Young_versions_stay()
    {
        await using SmallCompany company = await ThreeVersionsAsync();
        company.Clock.Advance(TimeSpan.FromDays(89));

        (await PutAway(company).RunAsync()).ShouldBeEmpty();
    }

    [TestMethod]
    public async Task A_cleaning_that_was_killed_before_it_had_deleted_goes_on()
    {
        await using SmallCompany company = await ThreeVersionsAsync();
        company.Clock.Advance(TimeSpan.FromDays(91));
        Dictionary<string, byte[]> before = company.Objects.Objects.Where(o => o.Key.StartsWith($"{Folder}/2026_q2/", StringComparison.Ordinal) && !o.Key.EndsWith("manifest.json", StringComparison.Ordinal)).ToDictionary(StringComparer.Ordinal);
        await PutAway(company).RunAsync();
        foreach ((string name, byte[] content) in before)
        {
            company.Objects.Objects[name] = content;
        }

        company.Clock.Advance(TimeSpan.FromDays(91));
        await PutAway(company).RunAsync();

        company.Objects.Objects.Keys.ShouldNotContain(k => k.StartsWith($"{Folder}/2026_q2/", StringComparison.Ordinal));
    }

    [TestMethod]
    public async Task What_a_killed_training_left_goes_when_it_was_seen_for_long_enough()
    {
        await using SmallCompany company = await SmallCompany.TrainedAsync();
        string left = $"{Folder}/2026_q2_r2/model.safetensors";
        company.Objects.Objects[left] = [1, 2, 3];

        (await PutAway(company).RunAsync()).ShouldBeEmpty("it may be of a training under way");
        company.Clock.Advance(TimeSpan.FromDays(91));
        (await PutAway(company, delete: true).RunAsync()).ShouldBe([left]);

        company.Objects.Objects.ShouldNotContainKey(left);
        company.Objects.Objects.Keys.ShouldNotContain(k => k.Contains("/archive/", StringComparison.Ordinal));
    }

    [TestMethod]
    public async Task Only_a_retired_version_is_archived_by_hand()
    {
        await using SmallCompany company = await ThreeVersionsAsync();

        (await SmallCompany.RefusedAsync(() => PutAway(company).ArchiveAsync(SmallCompany.TechCenter, "2026_q2_r3", new StageOrder("Ada")))).Problem.ShouldBe(RequestProblem.Conflict);
        (await PutAway(company).ArchiveAsync(SmallCompany.TechCenter, "2026_q2", new StageOrder("Ada"))).Stage.ShouldBe(ModelStage.Archived);
    }

    private static PutAwayVersions PutAway(SmallCompany company, bool delete = false) =>
        new(company.Objects, company.Known, company.Models, new RolloutOptions { DeleteOld = delete }, company.Clock);

    private static async Task<SmallCompany> ThreeVersionsAsync()
    {
        SmallCompany company = await SmallCompany.TrainedAsync();
        await company.TrainAsync();
        await company.TrainAsync();
        return company;
    }
}
