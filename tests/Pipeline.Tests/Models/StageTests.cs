using System.Text;
using Pipeline.Contracts;
using Pipeline.Models;
using Pipeline.Requests;
using Pipeline.Tests.Fakes;

namespace Pipeline.Tests.Models;

/// <summary>Which version serves, whatever happens to the versions and to the file that says so.</summary>
[TestClass]
public sealed class StageTests
{
    private static readonly DateTimeOffset Now = new(2026, 7, 1, 8, 0, 0, TimeSpan.Zero);

    private readonly MemoryObjectStore _objects = new();

    private ModelStore Store => new(_objects);

    [TestMethod]
    public async Task In_a_folder_of_an_earlier_program_the_newest_version_serves()
    {
        await PublishAsync("2026_q1", "2026_q2", "2026_q2_r2");

        CenterStages stages = await Store.Stages.ReadAsync("Network");

        stages.Versions.Select(v => (v.Version, v.Stage)).ShouldBe([("2026_q1", ModelStage.Retired), ("2026_q2", ModelStage.Previous), ("2026_q2_r2", ModelStage.Production)]);
        _objects.Objects.Keys.ShouldNotContain(k => k.EndsWith("stages.json", StringComparison.Ordinal), "reading writes nothing");
    }

    [TestMethod]
    public async Task Once_the_stages_are_written_down_what_is_published_is_a_candidate()
    {
        await PublishAsync("2026_q1");
        await Store.Stages.OpenAsync("Network");
        await PublishAsync("2026_q2");

        (await Store.FindServingAsync("Network"))!.Version.ShouldBe("2026_q1");
        (await Store.Stages.ReadAsync("Network")).Find("2026_q2").Stage.ShouldBe(ModelStage.Candidate);
    }

    [TestMethod]
    public async Task A_promotion_moves_the_others_on_and_a_rollback_brings_the_previous_one_back()
    {
        await PublishAsync("2026_q1", "2026_q2", "2026_q3");
        await Store.Stages.OpenAsync("Network");

        await ChangeAsync(s => s.Promote("2026_q1", Reason("again")));
        Stages(await Store.Stages.ReadAsync("Network")).ShouldBe([("2026_q1", ModelStage.Production), ("2026_q2", ModelStage.Retired), ("2026_q3", ModelStage.Previous)]);

        await ChangeAsync(s => s.RollBack(Reason("back")));
        CenterStages after = await Store.Stages.ReadAsync("Network");
        Stages(after).ShouldBe([("2026_q1", ModelStage.Retired), ("2026_q2", ModelStage.Retired), ("2026_q3", ModelStage.Production)]);
        after.History.Select(c => (c.Who, c.Why, c.Version, c.To)).TakeLast(2).ShouldBe([("Ada", "back", "2026_q1", ModelStage.Retired), ("Ada", "back", "2026_q3", ModelStage.Production)]);
        Should.Throw<RequestException>(() => after.RollBack(Reason("again"))).Problem.ShouldBe(RequestProblem.Conflict);
    }

    [TestMethod]
    public async Task A_damaged_version_in_production_is_stood_in_for_by_the_previous_one_and_told_of()
    {
        await PublishAsync("2026_q1", "2026_q2");
        await Store.Stages.OpenAsync("Network");
        await PublishAsync("2026_q3");
        _objects.Objects["hdbscan-models/network/2026_q2/model.safetensors"] = [1];

        SoundVersion<ModelContent> serving = (await Store.LoadServingAsync("Network", Store.ReadAsync)).ShouldNotBeNull();

        serving.Manifest.Version.ShouldBe("2026_q1", "a candidate never stands in");
        serving.Damage.ShouldNotBeNull().ShouldStartWith("2026_q1 stands in. The model version hdbscan-models/network/2026_q2 is damaged");
    }

    [TestMethod]
    public async Task A_version_in_production_whose_folder_is_gone_is_stood_in_for()
    {
        await PublishAsync("2026_q1", "2026_q2");
        await Store.Stages.OpenAsync("Network");
        foreach (string name in _objects.Objects.Keys.Where(k => k.Contains("/2026_q2/", StringComparison.Ordinal)).ToArray())
        {
            _objects.Objects.Remove(name);
        }

        (await Store.LoadServingAsync("Network", Store.ReadAsync)).ShouldNotBeNull().Manifest.Version.ShouldBe("2026_q1");
    }

    [TestMethod]
    public async Task A_damaged_file_of_stages_stops_nobody_and_lets_no_refused_version_serve()
    {
        await PublishAsync("2026_q1", "2026_q2");
        _objects.Objects["hdbscan-models/network/2026_q2/validation.json"] = Encoding.UTF8.GetBytes("""{"passed": false}""");
        _objects.Objects["hdbscan-models/network/stages.json"] = Encoding.UTF8.GetBytes("{\"techCenter\": ");

        (await Store.FindServingAsync("Network"))!.Version.ShouldBe("2026_q1");
        CenterStages mended = await Store.Stages.OpenAsync("Network");

        mended.History.Single().Why.ShouldStartWith("The file before could not be read");
        (await Store.Stages.ReadAsync("Network")).Production!.Version.ShouldBe("2026_q1");
    }

    [TestMethod]
    [DataRow("{\"techCenter\": ")]
    [DataRow("""{"techCenter":"Network","versions":[null],"history":[]}""")]
    [DataRow("""{"techCenter":"Network","versions":[],"history":[null]}""")]
    public async Task A_damaged_file_of_stages_is_told_of_and_promotes_nothing_until_a_person_decides(string damaged)
    {
        await PublishAsync("2026_q1", "2026_q2");
        _objects.Objects["hdbscan-models/network/stages.json"] = Encoding.UTF8.GetBytes(damaged);

        CenterStages read = await Store.Stages.ReadAsync("Network");
        CenterStages written = await Store.Stages.OpenAsync("Network");
        CenterStages after = await Store.Stages.ReadAsync("Network");

        foreach (CenterStages stages in new[] { read, written, after })
        {
            stages.Policy.ShouldBe(PromotionPolicy.Manual);
            stages.Damage.ShouldNotBeNull().ShouldContain("hdbscan-models/network/stages.json could not be read: 2026_q2 serves since");
            stages.Damage.ShouldContain("'models rollback'");
        }

        after.Judge("2026_q3", passed: true, Reason("gate")).Damage.ShouldNotBeNull("the gate decides nothing here");
        after.RollBack(Reason("back")).Damage.ShouldBeNull();
        after.Promote("2026_q1", Reason("this one")).Damage.ShouldBeNull();
    }

    [TestMethod]
    public async Task A_trial_of_the_previous_version_leaves_the_way_back_open()
    {
        await PublishAsync("2026_q1", "2026_q2");
        await Store.Stages.OpenAsync("Network");

        await ChangeAsync(s => s.BeginCanary("2026_q1", 10, Reason("try")));
        await ChangeAsync(s => s.BeginCanary("2026_q1", 50, Reason("more")));
        CenterStages tried = await Store.Stages.ReadAsync("Network");

        (tried.Canary!.Version, tried.Previous!.Version).ShouldBe(("2026_q1", "2026_q1"), "a rollback brings it back all the same");
        tried.ServingOrder.ShouldBe(["2026_q2", "2026_q1"], "it stands in for a damaged one as well");
        Stages(tried.EndCanary("2026_q1", Reason("worse"))).ShouldBe([("2026_q1", ModelStage.Previous), ("2026_q2", ModelStage.Production)]);
        Stages(tried.RollBack(Reason("back"))).ShouldBe([("2026_q1", ModelStage.Production), ("2026_q2", ModelStage.Retired)]);
        Stages(tried.Promote("2026_q1", Reason("good"))).ShouldBe([("2026_q1", ModelStage.Production), ("2026_q2", ModelStage.Previous)]);
        Stages(tried.Promote("2026_q3", Reason("newer"))).ShouldBe([("2026_q1", ModelStage.Retired), ("2026_q2", ModelStage.Previous), ("2026_q3", ModelStage.Production)]);
        tried.EndCanary("2026_q1", Reason("worse")).Find("2026_q1").WasPrevious.ShouldBeFalse();
    }

    [TestMethod]
    public async Task Of_changes_at_once_none_is_lost()
    {
        string[] versions = [.. Enumerable.Range(1, 12).Select(r => new ModelVersionId(2026, 2, r).ToString())];
        await PublishAsync(versions);
        await Store.Stages.OpenAsync("Network");

        await Task.WhenAll(versions.SkipLast(1).Select(version => Task.Run(() => ChangeAsync(s => s.Judge(version, passed: true, Reason(version))))));

        CenterStages stages = await Store.Stages.ReadAsync("Network");
        stages.Versions.Where(v => v.Passed == true).Select(v => v.Version).ShouldBe(versions.SkipLast(1), ignoreOrder: true);
        stages.History.Count.ShouldBe(11);
    }

    [TestMethod]
    public void What_does_not_fit_the_stages_is_refused_with_the_reason()
    {
        CenterStages stages = new("Network", [Staged("2026_q1", ModelStage.Previous), Staged("2026_q2", ModelStage.Production), Staged("2026_q3", ModelStage.Canary), Staged("2026_q4", ModelStage.Archived)], []);

        foreach (Func<CenterStages> change in new Func<CenterStages>[]
        {
            () => stages.Promote("2026_q2", Reason("")), () => stages.Promote("2026_q4", Reason("")), () => stages.Retire("2026_q2", Reason("")), () => stages.Archive("2026_q1", Reason("")),
            () => stages.BeginCanary("2026_q2", 10, Reason("")), () => stages.BeginCanary("2026_q1", 10, Reason("")),
        })
        {
            Should.Throw<RequestException>(change).Problem.ShouldBe(RequestProblem.Conflict);
        }

        stages.Promote("2026_q1", Reason("")).Canary.ShouldBeNull("a canary beside a promotion is a candidate again");
        stages.Retire("2026_q3", Reason("")).Canary.ShouldBeNull();
    }

    [TestMethod]
    public void A_share_is_as_large_as_it_says_stays_the_same_and_grows_by_adding()
    {
        string[] numbers = [.. Enumerable.Range(0, 20_000).Select(i => $"INC{i:0000000}")];

        string[] tenth = [.. numbers.Where(n => CanaryShare.Includes(n, 10))];
        string[] half = [.. numbers.Where(n => CanaryShare.Includes(n, 50))];

        (tenth.Length / 20_000.0).ShouldBe(0.1, 0.01);
        tenth.Except(half, StringComparer.Ordinal).ShouldBeEmpty();
        numbers.ShouldAllBe(n => CanaryShare.Includes(n, 100) && !CanaryShare.Includes(n, 0));
    }

    private static StagedVersion Staged(string version, ModelStage stage) => new(version, stage, Now, ServedAt: Now);

    private static StageReason Reason(string why) => new(Now, "Ada", why);

    private static IEnumerable<(string, ModelStage)> Stages(CenterStages stages) => stages.Versions.Select(v => (v.Version, v.Stage));

    private Task<CenterStages> ChangeAsync(Func<CenterStages, CenterStages> change) => Store.Stages.ChangeAsync("Network", change);

    private async Task PublishAsync(params string[] versions)
    {
        foreach (string version in versions)
        {
            (await Store.PublishAsync(SampleVersion.Manifest(version), SampleVersion.Content())).ShouldNotBeNull();
        }
    }
}
