using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Pipeline.Classification;
using Pipeline.Clustering;
using Pipeline.Models;
using Pipeline.Reporting;
using Pipeline.Tests.Support;
using Pipeline.Training;

namespace Pipeline.Tests.Classification;

/// <summary>What becomes of a tech center, and of the others, when a version of its model is damaged. Each center has two versions.</summary>
[TestClass]
public sealed class DamagedModelTests
{
    private const string Damaged = "Damaged";
    private const string Other = "Other";
    private const string First = "hdbscan-models/damaged/2026_q2/";
    private const string Newest = "hdbscan-models/damaged/2026_q2_r2/";

    // Trained once for all tests, of which each spoils a copy.
    private static readonly Lazy<Task<IReadOnlyDictionary<string, byte[]>>> Trained = new(TrainAsync);

    private static readonly string[] Files = ["manifest.json", "model.safetensors", "clusters.json", "metrics.json"];

    [TestMethod]
    [DataRow("manifest.json")]
    [DataRow("model.safetensors")]
    [DataRow("clusters.json")]
    [DataRow("metrics.json")]
    public async Task The_sound_version_before_a_damaged_one_stands_in_and_is_told_of(string file)
    {
        await using SmallCompany company = await TwiceTrainedAsync();
        company.Objects.Objects[Newest + file] = "{"u8.ToArray();

        PredictionOutcome[] outcomes = [.. await PredictAsync(company)];

        outcomes.Select(o => (o.TechCenter, o.Version, o.Failed)).ShouldBe([(Damaged, "2026_q2", false), (Other, "2026_q2_r2", false)]);
        outcomes[0].Predicted.ShouldBe(125);
        outcomes[0].Detail!.ShouldStartWith("2026_q2 stands in. ");
        outcomes[0].Detail!.ShouldContain("2026_q2_r2");
        outcomes[1].Detail.ShouldBeNull();
        (await company.Cache().GetAsync(Damaged))!.Model.Manifest.Version.ShouldBe("2026_q2");
        ReportTechCenter shown = (await new ReportBuilder(company.Warehouse, company.Warehouse, company.Models, company.Clock).BuildAsync("All")).TechCenters.Single(c => c.Name is Damaged);
        (shown.Version, shown.Note).ShouldBe(("2026_q2", outcomes[0].Detail));
    }

    [TestMethod]
    [DataRow("manifest.json")]
    [DataRow("model.safetensors")]
    [DataRow("clusters.json")]
    public async Task A_training_continues_the_sound_version_before_a_damaged_one(string file)
    {
        await using SmallCompany company = await TwiceTrainedAsync();
        company.Objects.Objects[Newest + file] = "{"u8.ToArray();

        TrainingOutcome outcome = await company.Trainer.TrainAsync(Damaged, 2026, 2, company.Planner.Window(2026, 2), trainingRun: 99);

        (outcome.Status, outcome.Version).ShouldBe((TrainingStatus.Published, "2026_q2_r3"));
        outcome.Detail!.ShouldContain("2026_q2_r2");
        ModelManifest published = (await company.Models.FindServingAsync(Damaged))!;
        published.PreviousVersion.ShouldBe("2026_q2");
        (await company.Models.ReadClustersAsync(published)).Clusters.ShouldAllBe(c => c.Origin == ClusterChangeKind.Kept);
    }

    [TestMethod]
    public async Task Where_every_version_is_damaged_the_center_fails_alone_and_a_training_begins_anew()
    {
        await using SmallCompany company = await TwiceTrainedAsync();
        company.Objects.Objects[First + "clusters.json"] = "{"u8.ToArray();
        company.Objects.Objects[Newest + "model.safetensors"] = "{"u8.ToArray();

        (await PredictAsync(company)).Select(o => (o.TechCenter, o.Version, o.Failed)).ShouldBe([(Damaged, null, true), (Other, "2026_q2_r2", false)]);
        TrainingOutcome outcome = await company.Trainer.TrainAsync(Damaged, 2026, 2, company.Planner.Window(2026, 2), trainingRun: 99);

        (outcome.Status, outcome.Version).ShouldBe((TrainingStatus.Published, "2026_q2_r3"));
        (await company.Models.FindServingAsync(Damaged))!.PreviousVersion.ShouldBeNull();
    }

    /// <summary>Bytes are flipped as a disk does it, anywhere in any file: the checksums find it in all but the manifest, whose damage may still be a manifest.</summary>
    [TestMethod]
    [DataRow("manifest.json", 7)]
    [DataRow("model.safetensors", 8)]
    [DataRow("clusters.json", 9)]
    [DataRow("metrics.json", 10)]
    public async Task Whatever_bytes_are_flipped_a_prediction_ends_and_the_other_centers_are_answered(string file, int seed)
    {
        await using SmallCompany company = await TwiceTrainedAsync();
        byte[] sound = company.Objects.Objects[Newest + file];
        Random random = new(seed);
        for (int round = 0; round < 40; round++)
        {
            byte[] flipped = [.. sound];
            for (int flips = random.Next(1, 4); flips > 0; flips--)
            {
                flipped[random.Next(flipped.Length)] ^= (byte)(1 << random.Next(8));
            }

            company.Objects.Objects[Newest + file] = flipped;
            IReadOnlyList<PredictionOutcome> outcomes = await PredictAsync(company);

            outcomes.Select(o => o.TechCenter).ShouldBe([Damaged, Other]);
            outcomes[0].Failed.ShouldBeFalse(outcomes[0].Detail);
            outcomes[0].Version.ShouldBeOneOf("2026_q2", "2026_q2_r2");
            (outcomes[1].Version, outcomes[1].Detail).ShouldBe(("2026_q2_r2", null));
        }
    }

    /// <summary>Arrays that a manifest vouches for, as a program that went wrong may have written them.</summary>
    [TestMethod]
    [DataRow("pca.mean", "none")]
    [DataRow("pca.components", "not a number")]
    [DataRow("pca.scale", "short")]
    [DataRow("members.vectors", "not a number")]
    [DataRow("members.vectors", "none")]
    [DataRow("members.cluster", "out of range")]
    [DataRow("members.cluster", "none")]
    [DataRow("clusters.ids", "out of range")]
    [DataRow("clusters.directions", "infinite")]
    [DataRow("clusters.whole_directions", "not a number")]
    [DataRow("clusters.problem", "short")]
    [DataRow("clusters.min_likeness", "none")]
    [DataRow("confidence.member.scores", "not a number")]
    [DataRow("confidence.none.rates", "not a number")]
    [DataRow("confidence.unlike", "not a number")]
    [DataRow("confidence.usual_likeness", "none")]
    [DataRow("clusters.min_likeness", "not a number")]
    [DataRow("texts.cluster", "out of range")]
    [DataRow("texts.confidence", "not a number")]
    [DataRow("texts.map", "infinite")]
    [DataRow("texts.hash", "short")]
    [DataRow("clusters.ids", "missing")]
    public async Task Arrays_that_cannot_be_are_damage_that_is_found_when_they_are_loaded(string array, string kind)
    {
        await using SmallCompany company = await TwiceTrainedAsync();
        ModelManifest manifest = (await company.Models.FindServingAsync(Damaged))!;
        Dictionary<string, SafeTensor> arrays = new((await company.Models.ReadAsync(manifest)).Arrays, StringComparer.Ordinal);
        if (kind is "missing")
        {
            arrays.Remove(array);
        }
        else
        {
            arrays[array] = Spoilt(arrays[array], kind);
        }

        using MemoryStream stream = new();
        await SafeTensorFile.WriteAsync(stream, arrays);
        Vouch(company, stream.ToArray());

        PredictionOutcome outcome = (await PredictAsync(company))[0];

        (outcome.Version, outcome.Failed).ShouldBe(("2026_q2", false));
        outcome.Detail!.ShouldContain("is damaged: ");
    }

    [TestMethod]
    [DataRow("\"shape\":[1]", "\"shape\":[-1]")]
    [DataRow("\"shape\":[1]", "\"shape\":[9223372036854775807,9]")]
    public async Task Shapes_that_are_negative_or_too_large_are_damage(string shape, string spoilt)
    {
        await using SmallCompany company = await TwiceTrainedAsync();
        byte[] file = company.Objects.Objects[Newest + "model.safetensors"];
        int length = (int)BitConverter.ToUInt64(file);
        string header = Encoding.UTF8.GetString(file, 8, length);
        header.ShouldContain(shape);
        byte[] changed = Encoding.UTF8.GetBytes(header.Replace(shape, spoilt, StringComparison.Ordinal));
        Vouch(company, [.. BitConverter.GetBytes((ulong)changed.Length), .. changed, .. file[(8 + length)..]]);

        PredictionOutcome outcome = (await PredictAsync(company))[0];

        (outcome.Version, outcome.Failed).ShouldBe(("2026_q2", false));
        outcome.Detail!.ShouldContain("The array '");
    }

    [TestMethod]
    [DataRow(-1)]
    [DataRow(long.MaxValue)]
    public async Task A_size_that_no_file_has_is_damage_and_takes_no_memory(long size)
    {
        await using SmallCompany company = await TwiceTrainedAsync();
        Change(company, file => file["size"] = size);

        (await PredictAsync(company))[0].Version.ShouldBe("2026_q2");
    }

    private static SafeTensor Spoilt(SafeTensor tensor, string kind)
    {
        byte[] data = tensor.Data.ToArray();
        switch (tensor.Type, kind)
        {
            case (_, "none"):
                return tensor with { Shape = [0], Data = Array.Empty<byte>() };
            case (_, "short"):
                int element = tensor.Type is "F64" or "U64" ? 8 : 4;
                return tensor with { Shape = [(data.Length / element) - 1], Data = data.AsMemory(element) };
            case ("F32", _):
                BitConverter.TryWriteBytes(data.AsSpan(data.Length - 4), kind is "infinite" ? float.PositiveInfinity : float.NaN);
                break;
            case ("F64", _):
                BitConverter.TryWriteBytes(data.AsSpan(data.Length - 8), double.NaN);
                break;
            default:
                BitConverter.TryWriteBytes(data.AsSpan(data.Length - 4), 1_000_000);
                break;
        }

        return tensor with { Data = data };
    }

    private static void Vouch(SmallCompany company, byte[] arrays)
    {
        company.Objects.Objects[Newest + "model.safetensors"] = arrays;
        Change(company, file =>
        {
            file["size"] = arrays.Length;
            file["sha256"] = Convert.ToHexStringLower(SHA256.HashData(arrays));
        });
    }

    private static void Change(SmallCompany company, Action<JsonNode> change)
    {
        JsonNode manifest = JsonNode.Parse(company.Objects.Objects[Newest + Files[0]])!;
        change(manifest["files"]!.AsArray().Single(file => (string?)file!["name"] is "model.safetensors")!);
        company.Objects.Objects[Newest + Files[0]] = Encoding.UTF8.GetBytes(manifest.ToJsonString());
    }

    private static Task<IReadOnlyList<PredictionOutcome>> PredictAsync(SmallCompany company) =>
        new PredictIncidents(company.Warehouse, company.Warehouse, company.Models, company.Preprocess.Embedder, new PredictionOptions(), company.Clock).RunAsync();

    private static async Task<SmallCompany> TwiceTrainedAsync()
    {
        SmallCompany company = await ReportedAsync();
        foreach ((string name, byte[] content) in await Trained.Value)
        {
            company.Objects.Objects[name] = [.. content];
        }

        await company.PredictAsync();
        return company;
    }

    private static async Task<SmallCompany> ReportedAsync()
    {
        SmallCompany company = await SmallCompany.OpenAsync();
        await company.ReportAsync(Damaged, 125);
        await company.ReportAsync(Other, 125);
        return company;
    }

    private static async Task<IReadOnlyDictionary<string, byte[]>> TrainAsync()
    {
        await using SmallCompany company = await ReportedAsync();
        await company.TrainAsync();
        await company.TrainAsync();
        return company.Objects.Objects;
    }
}
