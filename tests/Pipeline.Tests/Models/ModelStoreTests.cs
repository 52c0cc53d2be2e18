using System.Text;
using System.Text.Json.Nodes;
using Pipeline.Clustering;
using Pipeline.Models;
using Pipeline.Tests.Fakes;
using static Pipeline.Contracts.SampleVersion;

namespace Pipeline.Tests.Models;

[TestClass]
public sealed class ModelStoreTests
{
    private readonly MemoryObjectStore _objects = new();

    private ModelStore Store => new(_objects);

    [TestMethod]
    public async Task A_published_version_is_listed_and_read_back()
    {
        await Store.PublishAsync(Manifest("2026_q2"), Content());

        ModelManifest latest = (await Store.FindServingAsync("Network"))!;
        ModelContent content = await Store.ReadAsync(latest);

        latest.Path.ShouldBe("hdbscan-models/network/2026_q2");
        latest.Files.Select(f => f.Name).ShouldBe(["model.safetensors", "clusters.json", "metrics.json"]);
        content.Arrays["numbers"].ToArray<float>().ShouldBe([1f, 2f]);
        content.Metrics.NoiseShare.ShouldBe(0.1);
    }

    [TestMethod]
    public async Task Versions_are_ordered_by_quarter_and_revision_not_by_name()
    {
        await PublishAsync("2026_q2_r10", "2026_q2_r2", "2026_q2", "2025_q4");

        (await Store.ListAsync("Network")).Select(v => v.Version).ShouldBe(["2025_q4", "2026_q2", "2026_q2_r2", "2026_q2_r10"]);
    }

    [TestMethod]
    public async Task Tech_centers_whose_names_differ_by_case_or_width_get_folders_of_their_own()
    {
        string[] names = ["HARDWARE", "Hardware", "Ｈａｒｄｗａｒｅ", "default", "Default"];
        ModelManifest[] published = await Task.WhenAll(names.Select(async name => (await Store.PublishAsync(Manifest("2026_q2") with { TechCenter = name }, Content()))!));

        published.Select(m => m.Folder).ShouldBeUnique(StringComparer.Ordinal);
        published.Count(m => m.Folder is "hardware" or "default").ShouldBe(2, "one of each needs no hash");
        foreach (ModelManifest manifest in published)
        {
            ModelManifest found = (await Store.FindServingAsync(manifest.TechCenter))!;
            (found.TechCenter, found.Path).ShouldBe((manifest.TechCenter, manifest.Path));
            (await Store.FindAsync(manifest.Folder, "2026_q2"))!.TechCenter.ShouldBe(manifest.TechCenter);
        }

        (await Store.ListTechCentersAsync()).ShouldBe(names.Order(StringComparer.Ordinal));
    }

    [TestMethod]
    public async Task Folders_that_earlier_versions_made_are_used_on()
    {
        await Store.PublishAsync(Manifest("2026_q2") with { TechCenter = "BT-TC-Data Analytics" }, Content());
        string slug = "hdbscan-models/bt-tc-data-analytics/";
        string old = $"hdbscan-models/{ModelPaths.HashedSlug("BT-TC-Data Analytics")}/";
        foreach (string name in _objects.Objects.Keys.Where(k => k.StartsWith(slug, StringComparison.Ordinal)).ToArray())
        {
            _objects.Objects[old + name[slug.Length..]] = _objects.Objects[name];
            _objects.Objects.Remove(name);
        }

        _objects.Objects.Remove(old + "owner.json");
        await Store.PublishAsync(Manifest("2026_q4") with { TechCenter = "BT-TC-Data Analytics" }, Content());

        (await Store.ListAsync("BT-TC-Data Analytics")).Select(m => m.Path).ShouldBe([old + "2026_q2", old + "2026_q4"]);
        (await Store.FindServingAsync("bt tc data analytics")).ShouldBeNull();
    }

    [TestMethod]
    public async Task Without_its_manifest_a_version_does_not_exist()
    {
        await Store.PublishAsync(Manifest("2026_q2"), Content());
        _objects.Objects.Remove("hdbscan-models/network/2026_q2/manifest.json");

        (await Store.FindServingAsync("Network")).ShouldBeNull();
    }

    [TestMethod]
    public async Task A_published_version_is_never_changed()
    {
        await Store.PublishAsync(Manifest("2026_q2"), Content());
        byte[] manifest = _objects.Objects["hdbscan-models/network/2026_q2/manifest.json"];

        (await Store.PublishAsync(Manifest("2026_q2"), Content())).ShouldBeNull();
        (await Store.PublishAsync(Manifest("2026_q2"), Content(3f))).ShouldBeNull();

        _objects.Objects["hdbscan-models/network/2026_q2/manifest.json"].ShouldBe(manifest);
    }

    [TestMethod]
    [DataRow(1)]
    [DataRow(2)]
    [DataRow(3)]
    public async Task What_a_killed_training_left_is_taken_over_by_the_same_training(int files)
    {
        string[] left = await LeaveAsync(files);

        ModelManifest manifest = (await Store.PublishAsync(Manifest("2026_q2"), Content(seconds: 7))).ShouldNotBeNull();

        (await Store.ReadAsync(manifest)).Metrics.TrainSeconds.ShouldBe(files < 3 ? 7 : 1, string.Join(", ", left));
    }

    [TestMethod]
    [DataRow(1)]
    [DataRow(2)]
    [DataRow(3)]
    public async Task What_a_killed_training_left_is_in_the_way_of_another_training_and_stays_as_it_is(int files)
    {
        string[] left = await LeaveAsync(files);
        byte[][] before = [.. left.Select(name => _objects.Objects[name])];

        (await Store.PublishAsync(Manifest("2026_q2"), Content(3f))).ShouldBeNull();
        ModelManifest next = (await Store.PublishAsync(Manifest("2026_q2_r2"), Content(3f))).ShouldNotBeNull();

        (await Store.ListAsync("Network")).Select(v => v.Version).ShouldBe(["2026_q2_r2"]);
        (await Store.ReadAsync(next)).Arrays["numbers"].ToArray<float>().ShouldBe([1f, 3f]);
        left.Select(name => _objects.Objects[name]).ShouldBe(before);
    }

    [TestMethod]
    [DataRow("model.safetensors")]
    [DataRow("clusters.json")]
    [DataRow("metrics.json")]
    public async Task One_changed_byte_is_noticed(string file)
    {
        ModelManifest manifest = (await Store.PublishAsync(Manifest("2026_q2"), Content()))!;
        _objects.Objects[$"{manifest.Path}/{file}"][^2] ^= 1;

        ModelException error = await Should.ThrowAsync<ModelException>(() => Store.ReadAsync(manifest));
        error.Message.ShouldContain(file);
        error.Message.ShouldContain("damaged");
    }

    [TestMethod]
    public async Task A_missing_file_is_named()
    {
        ModelManifest manifest = (await Store.PublishAsync(Manifest("2026_q2"), Content()))!;
        _objects.Objects.Remove($"{manifest.Path}/clusters.json");

        (await Should.ThrowAsync<ModelException>(() => Store.ReadAsync(manifest))).Message.ShouldContain("clusters.json is missing");
    }

    [TestMethod]
    [DataRow("")]
    [DataRow("{ \"format\": 1")]
    [DataRow("{}")]
    [DataRow("null")]
    public async Task A_manifest_that_cannot_be_read_is_an_error_and_not_an_absent_version(string content)
    {
        _objects.Objects["hdbscan-models/network/2026_q2/manifest.json"] = Encoding.UTF8.GetBytes(content);

        (await Should.ThrowAsync<ModelException>(() => Store.FindServingAsync("Network"))).Message.ShouldContain("2026_q2/manifest.json");
    }

    [TestMethod]
    public async Task A_damaged_old_version_does_not_stand_in_the_way_of_the_newest()
    {
        await PublishAsync("2025_q4", "2026_q2", "2026_q2_r2", "2026_q2_r10");
        Damage("2025_q4");
        Damage("2026_q2_r2");

        (await Store.FindServingAsync("Network"))!.Version.ShouldBe("2026_q2_r10");
        (await Store.ListTechCentersAsync()).ShouldBe(["Network"]);
        IReadOnlyList<ListedVersion> listed = await Store.ListWithDamagedAsync("Network");
        listed.Select(v => v.Id.ToString()).ShouldBe(["2025_q4", "2026_q2", "2026_q2_r2", "2026_q2_r10"]);
        listed.Select(v => v.Manifest?.Version).ShouldBe([null, "2026_q2", null, "2026_q2_r10"]);
        listed[2].Problem.ShouldNotBeNull().ShouldContain("2026_q2_r2/manifest.json is damaged");
        (await Should.ThrowAsync<ModelException>(() => Store.ListAsync("Network"))).Message.ShouldContain("2025_q4/manifest.json");
    }

    [TestMethod]
    public async Task A_damaged_newest_version_is_an_error_that_names_it_and_no_older_one_takes_its_place()
    {
        await PublishAsync("2026_q2_r2", "2026_q2_r10");
        Damage("2026_q2_r10");

        (await Should.ThrowAsync<ModelException>(() => Store.FindServingAsync("Network"))).Message.ShouldContain("2026_q2_r10/manifest.json");
        (await Store.ListTechCentersAsync()).ShouldBe(["Network"]);

        Damage("2026_q2_r2");
        (await Should.ThrowAsync<ModelException>(() => Store.ListTechCentersAsync())).Message.ShouldContain("2026_q2_r10/manifest.json");
    }

    [TestMethod]
    public async Task A_tech_center_of_whose_manifests_none_can_be_read_does_not_hide_the_others()
    {
        await PublishAsync("2026_q2");
        await Store.PublishAsync(Manifest("2026_q2") with { TechCenter = "Hardware" }, Content());
        Damage("2026_q2");

        (await Store.ListTechCentersAsync()).ShouldBe(["Hardware"]);
    }

    [TestMethod]
    public async Task A_newer_format_asks_for_a_newer_program()
    {
        await Store.PublishAsync(Manifest("2026_q2") with { Format = 2 }, Content());

        (await Should.ThrowAsync<ModelException>(() => Store.FindServingAsync("Network"))).Message.ShouldContain("newer program");
    }

    [TestMethod]
    public async Task Tech_centers_that_differ_in_case_only_do_not_mix_their_models()
    {
        await Store.PublishAsync(Manifest("2026_q2"), Content());

        (await Store.FindServingAsync("NETWORK")).ShouldBeNull();
    }

    [TestMethod]
    public async Task A_manifest_that_does_not_name_the_layouts_passes_and_step_was_trained_with_those_of_UMAP()
    {
        await Store.PublishAsync(Manifest("2026_q2"), Content());
        const string Name = "hdbscan-models/network/2026_q2/manifest.json";
        JsonNode manifest = JsonNode.Parse(_objects.Objects[Name])!;
        JsonObject parameters = manifest["parameters"]!.AsObject();
        parameters.Remove("layoutEpochs").ShouldBeTrue();
        parameters.Remove("layoutLearningRate").ShouldBeTrue();
        _objects.Objects[Name] = Encoding.UTF8.GetBytes(manifest.ToJsonString());

        TrainingParameters read = (await Store.FindServingAsync("Network"))!.Parameters;
        read.LayoutEpochs.ShouldBeNull();
        read.LayoutLearningRate.ShouldBe(new UmapOptions().LearningRate);
    }

    private async Task PublishAsync(params string[] versions)
    {
        foreach (string version in versions)
        {
            await Store.PublishAsync(Manifest(version), Content());
        }
    }

    private void Damage(string version) => _objects.Objects[$"hdbscan-models/network/{version}/manifest.json"] = "{"u8.ToArray();

    /// <summary>Leaves the first files of a version, as a training does that is killed while it publishes.</summary>
    private async Task<string[]> LeaveAsync(int files)
    {
        ModelManifest manifest = (await Store.PublishAsync(Manifest("2026_q2"), Content())).ShouldNotBeNull();
        string[] left = [.. manifest.Files.Take(files).Select(f => $"{manifest.Path}/{f.Name}")];
        foreach (string name in _objects.Objects.Keys.Except(left, StringComparer.Ordinal).ToArray())
        {
            _objects.Objects.Remove(name);
        }

        return left;
    }
}
