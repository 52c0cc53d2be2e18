using System.Text.Json;
using System.Text.Json.Nodes;
using Pipeline.Classification;
using Pipeline.Models;
using Pipeline.Problems;
using Pipeline.Tests.Support;

namespace Pipeline.Tests.Models;

/// <summary>Versions that were published before clusters were grouped know no problems: each of their clusters is one.</summary>
[TestClass]
public sealed class UngroupedVersionTests
{
    [TestMethod]
    public async Task Each_cluster_of_a_version_that_did_not_group_them_is_a_problem_with_its_id()
    {
        await using SmallCompany company = await UngroupedAsync();

        ModelClusters clusters = await company.Models.ReadClustersAsync((await company.Models.FindServingAsync(SmallCompany.TechCenter))!);
        ProblemPage page = await new BrowseProblems(company.Warehouse, company.Models, company.Known, company.Weeks, TimeProvider.System).ListAsync(new ClusterQuery());

        clusters.Problems.Select(p => (p.Id, p.Label, p.Variants[0])).ShouldBe(clusters.Clusters.Select(c => (c.Id, c.Label, c.Id)));
        page.Problems.Select(p => (p.Id, p.Label)).ShouldBe(clusters.Clusters.Select(c => (c.Id, c.Label)), ignoreOrder: true);
        await foreach (PredictedIncident row in company.Warehouse.ReadPredictedAsync())
        {
            row.Prediction.ProblemId.ShouldBe(row.Prediction.ClusterId);
        }

        (await company.Classify().RunAsync(new ClassifyRequest(Text: "Printer willow on floor maple shows a paper jam and does not print"))).Texts[0].ShouldSatisfyAllConditions(
            t => t.ProblemId.ShouldBe(t.ClusterId), t => t.ProblemLabel.ShouldBe(t.ClusterLabel));
    }

    [TestMethod]
    public async Task The_version_after_it_keeps_the_ids_of_what_are_the_same_problems_and_gives_none_of_them_again()
    {
        await using SmallCompany company = await UngroupedAsync();
        int[] before = [.. (await company.Models.ReadClustersAsync((await company.Models.FindServingAsync(SmallCompany.TechCenter))!)).Clusters.Select(c => c.Id)];

        await company.TrainAsync();

        ModelManifest next = (await company.Models.FindServingAsync(SmallCompany.TechCenter))!;
        ModelClusters clusters = await company.Models.ReadClustersAsync(next);
        (next.Version, next.Problems).ShouldBe(("2026_q2_r2", clusters.Problems.Count));
        clusters.Problems.Select(p => p.Id).ShouldBe(before, ignoreOrder: true);
        clusters.Problems.ShouldAllBe(p => p.Origin == ClusterChangeKind.Kept);
        next.NextProblemId.ShouldBeGreaterThan(before.Max());
    }

    [TestMethod]
    [DataRow("[]", "belongs to no problem")]
    [DataRow("""[{"id":0,"label":"a","keywords":[],"size":1,"variants":[99],"origin":"new","previousSize":0,"relatedIds":[]}]""", "variant 99, which is not listed")]
    public void A_version_whose_problems_do_not_fit_its_clusters_says_so(string problems, string why)
    {
        ModelCluster cluster = new() { Id = 3, Label = "a", Keywords = [], DomainId = 0, Size = 1, Persistence = 1, Examples = [], Origin = ClusterChangeKind.New, PreviousSize = 0, RelatedIds = [] };
        ModelClusters clusters = new([cluster], [new ModelDomain(0, "d", 1)], []) { Problems = JsonSerializer.Deserialize<ModelProblem[]>(problems, PipelineJson.Compact)! };

        Should.Throw<InvalidDataException>(clusters.ProblemsByCluster).Message.ShouldContain(why);
    }

    // As an earlier program wrote it: neither the manifest nor the clusters name a problem.
    private static async Task<SmallCompany> UngroupedAsync()
    {
        SmallCompany company = await SmallCompany.OpenAsync();
        await company.ReportAsync(SmallCompany.TechCenter, 125);
        await company.TrainAsync();
        string folder = company.Objects.Objects.Keys.Single(name => name.EndsWith("/manifest.json", StringComparison.Ordinal))[..^"manifest.json".Length];
        byte[] clusters = Without(company.Objects.Objects[folder + "clusters.json"], "problems", "goneProblems", "problemId");
        company.Objects.Objects[folder + "clusters.json"] = clusters;
        JsonObject manifest = JsonNode.Parse(Without(company.Objects.Objects[folder + "manifest.json"], "problems", "nextProblemId"))!.AsObject();
        JsonObject file = manifest["files"]!.AsArray().Select(f => f!.AsObject()).Single(f => f["name"]!.GetValue<string>() is "clusters.json");
        file["size"] = clusters.Length;
        file["sha256"] = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(clusters));
        company.Objects.Objects[folder + "manifest.json"] = JsonSerializer.SerializeToUtf8Bytes(manifest);
        await company.PredictAsync();
        return company;
    }

    private static byte[] Without(byte[] json, params string[] names)
    {
        JsonObject root = JsonNode.Parse(json)!.AsObject();
        foreach (JsonObject holder in (root["clusters"] as JsonArray ?? []).Select(c => c!.AsObject()).Append(root))
        {
            foreach (string name in names)
            {
                holder.Remove(name);
            }
        }

        return JsonSerializer.SerializeToUtf8Bytes(root);
    }
}
