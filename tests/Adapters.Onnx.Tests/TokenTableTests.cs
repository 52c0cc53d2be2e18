using Pipeline.Adapters.Local;
using Pipeline.Clustering;
using Pipeline.StaticEmbeddings;

namespace Pipeline.Adapters.Onnx.Tests;

[TestClass]
public sealed class TokenTableTests
{
    // Another processor adds up in another order: then a value on the border between two steps may fall to the other side.
    private const double MostValuesThatDiffer = 0.001;

    [TestMethod]
    public async Task The_table_in_the_assembly_is_the_one_that_the_tool_makes_from_the_model()
    {
        string folder = ModelFolder.Require();
        string[] vocabulary = File.ReadAllLines(Path.Combine(folder, PackagedModel.VocabularyFile));

        IReadOnlyDictionary<string, SafeTensor> made = TokenTable.Make(Path.Combine(folder, PackagedModel.ModelFile), vocabulary, threads: 2);

        using Stream resource = typeof(StaticEmbedder).Assembly.GetManifestResourceStream("Pipeline.Adapters.Local.static-minilm-256.safetensors")!;
        IReadOnlyDictionary<string, SafeTensor> kept = await SafeTensorFile.ReadAsync(resource);
        made["tokens"].Data.Span.SequenceEqual(kept["tokens"].Data.Span).ShouldBeTrue();
        made["scales"].ToArray<float>().Zip(kept["scales"].ToArray<float>()).ShouldAllBe(pair => Math.Abs(pair.First - pair.Second) <= 1e-4f * pair.Second);
        int[] steps = [.. made["vectors"].Data.ToArray().Zip(kept["vectors"].Data.ToArray(), (a, b) => Math.Abs((sbyte)a - (sbyte)b))];
        steps.Max().ShouldBeLessThanOrEqualTo(1);
        ((double)steps.Count(step => step > 0) / steps.Length).ShouldBeLessThan(MostValuesThatDiffer);
    }
}
