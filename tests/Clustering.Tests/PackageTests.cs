using System.Buffers.Binary;
using System.Text;
using System.Xml.Linq;
using Pipeline.TestSupport;

namespace Pipeline.Clustering.Tests;

/// <summary>What a user of the package gets, and that what its README shows is so.</summary>
[TestClass]
public sealed class PackageTests
{
    [TestMethod]
    public async Task The_package_has_the_library_its_documentation_a_README_an_icon_and_the_licence()
    {
        using PackedProject packed = await PackedProject.PackAsync("src/Clustering", "ProjectUrl=https://example.org/pipeline");

        packed.Files.ShouldBe(["Pipeline.Clustering.nuspec", "lib/net10.0/Pipeline.Clustering.dll", "lib/net10.0/Pipeline.Clustering.xml", "README.md", "icon.png", "LICENSE"], ignoreOrder: true);
        packed.Symbols.ShouldContain(name => name == "lib/net10.0/Pipeline.Clustering.pdb");
        packed.Read("README.md").ShouldBe(await File.ReadAllBytesAsync(Path.Combine(SharedFiles.RepositoryRoot, "src/Clustering/README.md")));
        Encoding.UTF8.GetString(packed.Read("lib/net10.0/Pipeline.Clustering.xml")).ShouldContain("M:Pipeline.Clustering.HdbscanModel.SaveAsync(System.String,System.Threading.CancellationToken)");
        byte[] icon = packed.Read("icon.png");
        icon[1..4].ShouldBe("PNG"u8.ToArray());
        (BinaryPrimitives.ReadInt32BigEndian(icon.AsSpan(16)), BinaryPrimitives.ReadInt32BigEndian(icon.AsSpan(20))).ShouldBe((128, 128));

        XElement metadata = packed.Metadata;
        (Text("license"), Text("readme"), Text("icon"), Text("projectUrl")).ShouldBe(("MIT", "README.md", "icon.png", "https://example.org/pipeline"));
        metadata.Element("repository")!.Attribute("url")!.Value.ShouldBe("https://example.org/pipeline");
        Text("releaseNotes").ShouldStartWith($"{Text("version")}, ");
        metadata.Descendants("dependency").Select(dependency => dependency.Attribute("id")!.Value).ShouldBe(["System.Numerics.Tensors"]);

        string Text(string name) => metadata.Element(name)!.Value;
    }

    [TestMethod]
    public void What_the_README_shows_is_in_the_samples() =>
        ReadmeExamples.NotIn("src/Clustering/README.md", "samples/Clustering", "samples/Embeddings").ShouldBeEmpty();

    [TestMethod]
    public async Task The_sample_runs_and_finds_the_groups_that_it_made()
    {
        using TempFolder folder = new();
        ToolProcess sample = await ToolProcess.RunAsync("dotnet", [Path.Combine(AppContext.BaseDirectory, "Pipeline.Samples.Clustering.dll")], folder["."]);

        sample.ExitCode.ShouldBe(0, sample.Errors);
        sample.Output.ShouldContain("new points: clusters");
        sample.Output.ShouldContain("2 clusters, ");
        sample.Output.ShouldContain("loaded: cluster ");
        (await HdbscanModel.LoadAsync(folder["clusters.safetensors"])).SelectedClusters.Length.ShouldBe(2);
        (await UmapModel.LoadAsync(folder["layout.safetensors"])).Count.ShouldBe(300);
    }
}
