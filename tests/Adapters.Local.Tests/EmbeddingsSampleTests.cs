using Pipeline.TestSupport;

namespace Pipeline.Adapters.Local.Tests;

/// <summary>The sample that goes from texts to named clusters.</summary>
[TestClass]
public sealed class EmbeddingsSampleTests
{
    [TestMethod]
    public async Task The_sample_names_the_clusters_of_its_texts_and_finds_that_of_a_new_one_by_what_it_saved()
    {
        using TempFolder folder = new();
        ToolProcess sample = await ToolProcess.RunAsync("dotnet", [Path.Combine(AppContext.BaseDirectory, "Pipeline.Samples.Embeddings.dll")], folder["."]);

        sample.ExitCode.ShouldBe(0, sample.Errors);
        string[] lines = sample.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        string[] names = [.. lines.Where(line => line.Contains(" x ", StringComparison.Ordinal))];
        names.Length.ShouldBeInRange(5, 9, sample.Output);
        foreach (string subject in (string[])["printer", "password", "disk"])
        {
            names.ShouldContain(name => name.Contains(subject, StringComparison.Ordinal), sample.Output);
        }

        lines[^1].ShouldStartWith("the new text is of cluster ");
        lines[^1].ShouldNotContain("cluster -1");
    }
}
