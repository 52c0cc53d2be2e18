using System.Numerics.Tensors;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Pipeline.Adapters.Onnx.Tests;

[TestClass]
public sealed class OnnxEmbedderTests
{
    private static readonly Lazy<OnnxEmbedder> Embedder = new(() => OnnxEmbedder.Load(ModelFolder.Require(), maxDegreeOfParallelism: 2));

    [ClassCleanup]
    public static void Release()
    {
        if (Embedder.IsValueCreated)
        {
            Embedder.Value.Dispose();
        }
    }

    [TestMethod]
    public void A_sentence_gets_the_vector_that_the_model_is_published_with()
    {
        ModelFolder.Require();
        float[] vector = Embedder.Value.Embed("This is an example sentence");

        vector.Length.ShouldBe(384);
        vector[0].ShouldBe(0.0676569f, 1e-5f);
        vector[1].ShouldBe(0.0634959f, 1e-5f);
        vector[2].ShouldBe(0.0487131f, 1e-5f);
        TensorPrimitives.Norm<float>(vector).ShouldBe(1, 1e-5f);
    }

    [TestMethod]
    public async Task A_vector_does_not_depend_on_the_texts_beside_it()
    {
        ModelFolder.Require();
        string[] texts = [.. Enumerable.Range(0, 60).Select(i => (i % 3) switch { 0 => $"the printer on floor {i} is offline", 1 => $"vpn drops {i}", _ => "password" })];

        GeneratedEmbeddings<Embedding<float>> together = await Embedder.Value.GenerateAsync(texts);

        foreach ((int i, string text) in texts.Index())
        {
            together[i].Vector.ToArray().ShouldBe(Embedder.Value.Embed(text), text);
        }
    }

    [TestMethod]
    public void Meaning_counts_and_not_words()
    {
        ModelFolder.Require();
        float[] text = Embedder.Value.Embed("I cannot sign in to my laptop");

        TensorPrimitives.Dot<float>(text, Embedder.Value.Embed("login to the notebook is refused"))
            .ShouldBeGreaterThan(TensorPrimitives.Dot<float>(text, Embedder.Value.Embed("I cannot hear my headset")) + 0.1f);
    }

    [TestMethod]
    public void A_text_longer_than_the_model_reads_is_cut()
    {
        ModelFolder.Require();
        string start = string.Join(' ', Enumerable.Repeat("disk", 254));

        Embedder.Value.Embed(start + " full").ShouldBe(Embedder.Value.Embed(start));
    }

    [TestMethod]
    [DataRow("")]
    [DataRow("<email> <user>")]
    public void A_text_without_words_gives_the_zero_vector(string text)
    {
        ModelFolder.Require();
        Embedder.Value.Embed(text).ShouldAllBe(value => value == 0);
    }

    [TestMethod]
    public void The_vectors_are_named_by_a_hash_of_the_model()
    {
        ModelFolder.Require();
        Embedder.Value.ModelId.ShouldBe("onnx-4a64cee3d413-384-v1");
    }

    [TestMethod]
    public void Without_a_folder_the_setting_is_named()
    {
        Should.Throw<SettingException>(() => Add(null)).Message.ShouldContain("Onnx:ModelFolder");
    }

    [TestMethod]
    public void A_folder_without_the_model_is_refused_at_once()
    {
        Should.Throw<SettingException>(() => Add(Path.GetTempPath())).Message.ShouldContain("has no model.onnx");
    }

    [TestMethod]
    public void A_file_that_is_no_model_is_refused()
    {
        string folder = Directory.CreateTempSubdirectory("pipeline-onnx-").FullName;
        try
        {
            File.WriteAllText(Path.Combine(folder, OnnxEmbedder.ModelFile), "no model");
            File.WriteAllLines(Path.Combine(folder, OnnxEmbedder.VocabularyFile), ["[PAD]", "[UNK]", "[CLS]", "[SEP]"]);

            Should.Throw<InvalidDataException>(() => OnnxEmbedder.Load(folder)).Message.ShouldContain(OnnxEmbedder.ModelFile);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static void Add(string? folder) =>
        new ServiceCollection().AddOnnxEmbedder(new ConfigurationBuilder().AddInMemoryCollection([new("Onnx:ModelFolder", folder)]).Build());
}
