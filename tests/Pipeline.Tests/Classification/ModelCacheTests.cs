using System.Security.Cryptography;
using System.Text.Json;
using Pipeline.Classification;
using Pipeline.Models;
using Pipeline.Tests.Support;

namespace Pipeline.Tests.Classification;

[TestClass]
public sealed class ModelCacheTests
{
    [TestMethod]
    public async Task A_newer_version_is_noticed_after_a_while_or_when_told()
    {
        await using SmallCompany company = await SmallCompany.TrainedAsync();
        ModelCache cache = company.Cache(refreshSeconds: 30);
        ModelCache told = company.Cache(refreshSeconds: 30);
        LiveModel first = (await cache.GetAsync(SmallCompany.TechCenter))!;
        await told.GetAsync(SmallCompany.TechCenter);
        await company.TrainAsync();

        LiveModel before = (await cache.GetAsync(SmallCompany.TechCenter))!;
        company.Clock.Advance(TimeSpan.FromSeconds(31));
        LiveModel after = (await cache.GetAsync(SmallCompany.TechCenter))!;
        LiveModel refreshed = (await told.RefreshAsync(SmallCompany.TechCenter))!;

        before.ShouldBeSameAs(first);
        after.Model.Manifest.Version.ShouldBe("2026_q2_r2");
        refreshed.Model.Manifest.Version.ShouldBe("2026_q2_r2");
    }

    [TestMethod]
    public async Task However_many_ask_at_once_a_version_is_loaded_once()
    {
        await using SmallCompany company = await SmallCompany.TrainedAsync();
        ModelCache cache = company.Cache();

        LiveModel?[] models = await Task.WhenAll(Enumerable.Range(0, 32).Select(_ => Task.Run(() => cache.GetAsync(SmallCompany.TechCenter))));

        models.ShouldAllBe(m => m != null && ReferenceEquals(m, models[0]));
    }

    [TestMethod]
    public async Task Models_beyond_the_memory_set_aside_make_room_those_not_used_for_longest_first()
    {
        await using SmallCompany company = await ThreeCentersAsync(modelBytes: 200_000);
        ModelCache cache = company.Cache(megabytes: 2);

        foreach (string center in new[] { "A", "B", "A", "C" })
        {
            await cache.GetAsync(center);
        }

        cache.Loaded.ShouldBe(["A", "C"]);
    }

    [TestMethod]
    public async Task However_many_tech_centers_there_are_their_models_stay_while_memory_is_left()
    {
        await using SmallCompany company = await ThreeCentersAsync(modelBytes: 200_000);
        ModelCache cache = company.Cache(megabytes: 3);

        foreach (string center in new[] { "A", "B", "C" })
        {
            await cache.GetAsync(center);
        }

        cache.Loaded.ShouldBe(["A", "B", "C"]);
    }

    [TestMethod]
    public async Task A_model_larger_than_the_memory_set_aside_is_kept_until_another_is_used()
    {
        await using SmallCompany company = await ThreeCentersAsync();
        ModelCache cache = company.Cache(megabytes: 0);

        LiveModel? first = await cache.GetAsync("A");
        LiveModel? again = await cache.GetAsync("A");
        await cache.GetAsync("B");

        again.ShouldBeSameAs(first);
        cache.Loaded.ShouldBe(["B"]);
    }

    [TestMethod]
    public async Task A_tech_center_without_a_model_takes_no_place()
    {
        await using SmallCompany company = await SmallCompany.TrainedAsync();
        ModelCache cache = company.Cache();
        await cache.GetAsync(SmallCompany.TechCenter);

        (await cache.GetAsync("nowhere")).ShouldBeNull();

        cache.Loaded.ShouldBe([SmallCompany.TechCenter]);
    }

    [TestMethod]
    public async Task A_damaged_newer_version_does_not_take_the_sound_one_away()
    {
        await using SmallCompany company = await SmallCompany.TrainedAsync();
        ModelCache cache = company.Cache(refreshSeconds: 0);
        LiveModel sound = (await cache.GetAsync(SmallCompany.TechCenter))!;
        await company.TrainAsync();
        company.Objects.Objects["hdbscan-models/office-it/2026_q2_r2/model.safetensors"][^1] ^= 1;

        (await cache.GetAsync(SmallCompany.TechCenter)).ShouldBeSameAs(sound);
        (await company.Cache().GetAsync(SmallCompany.TechCenter))!.Model.Manifest.Version.ShouldBe("2026_q2");
        company.Objects.Objects["hdbscan-models/office-it/2026_q2/model.safetensors"][^1] ^= 1;
        await Should.ThrowAsync<ModelException>(() => company.Cache().GetAsync(SmallCompany.TechCenter));
    }

    [TestMethod]
    public async Task A_published_version_is_verified_loaded_and_recorded()
    {
        await using SmallCompany company = await SmallCompany.TrainedAsync();
        ModelCache cache = company.Cache();
        AcceptModel accept = new(company.Models, cache, company.Warehouse, company.Clock);

        ModelArrival arrival = (await accept.RunAsync("office-it", "2026_q2"))!;

        arrival.Sound.ShouldBeTrue();
        cache.Loaded.ShouldBe([SmallCompany.TechCenter]);
        (await company.Warehouse.GetSettingAsync(AcceptModel.SettingOf("office-it", "2026_q2")))!.ShouldContain("\"sound\":true");
    }

    [TestMethod]
    public async Task A_damaged_version_is_recorded_with_what_is_wrong()
    {
        await using SmallCompany company = await SmallCompany.TrainedAsync();
        company.Objects.Objects["hdbscan-models/office-it/2026_q2/metrics.json"][^2] ^= 1;
        AcceptModel accept = new(company.Models, company.Cache(), company.Warehouse, company.Clock);

        ModelArrival arrival = (await accept.RunAsync("office-it", "2026_q2"))!;

        arrival.Sound.ShouldBeFalse();
        arrival.Detail!.ShouldContain("metrics.json");
    }

    [TestMethod]
    [DataRow("office-it", "2026_q9")]
    [DataRow("office-it", "2025_q1")]
    [DataRow("elsewhere", "2026_q2")]
    public async Task What_is_no_version_is_passed_over(string slug, string version)
    {
        await using SmallCompany company = await SmallCompany.OpenAsync();

        (await new AcceptModel(company.Models, company.Cache(), company.Warehouse, company.Clock).RunAsync(slug, version)).ShouldBeNull();
    }

    /// <summary>The tech centers A, B and C; where <paramref name="modelBytes"/> is given, the files of each one's model have so many bytes together.</summary>
    private static async Task<SmallCompany> ThreeCentersAsync(int? modelBytes = null)
    {
        SmallCompany company = await SmallCompany.OpenAsync();
        foreach (string center in new[] { "A", "B", "C" })
        {
            await company.ReportAsync(center, 125);
        }

        await company.TrainAsync();
        foreach (string center in new[] { "A", "B", "C" })
        {
            ModelManifest manifest = (await company.Models.FindServingAsync(center))!;
            if (modelBytes is int bytes)
            {
                Enlarge(company.Objects.Objects, manifest, bytes);
            }
        }

        return company;
    }

    // JSON may end in spaces.
    private static void Enlarge(SortedDictionary<string, byte[]> objects, ModelManifest manifest, int bytes)
    {
        ModelFile metrics = manifest.Files.Single(f => f.Name is "metrics.json");
        int missing = bytes - (int)manifest.Files.Sum(f => f.Size);
        byte[] content = [.. objects[$"{manifest.Path}/{metrics.Name}"], .. Enumerable.Repeat((byte)' ', missing)];
        ModelFile larger = new(metrics.Name, content.Length, Convert.ToHexStringLower(SHA256.HashData(content)));
        objects[$"{manifest.Path}/{metrics.Name}"] = content;
        objects[$"{manifest.Path}/manifest.json"] = JsonSerializer.SerializeToUtf8Bytes(manifest with { Files = [.. manifest.Files.Where(f => f != metrics), larger] }, PipelineJson.Indented);
    }
}
