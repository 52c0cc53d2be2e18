using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Microsoft.Extensions.AI;

namespace Pipeline.Adapters.Local.Tests;

[TestClass]
public sealed class StaticEmbedderTests
{
    private static readonly StaticEmbedder Embedder = new();

    [TestMethod]
    public void The_table_is_the_one_that_was_measured()
    {
        using Stream table = typeof(StaticEmbedder).Assembly.GetManifestResourceStream(StaticTable.Resource)!;

        // Whoever makes another table changes the embedder's version, and then this.
        Convert.ToHexStringLower(SHA256.HashData(table)).ShouldBe("a399e4c8b4e61f1c79f1d94ba6db80dcb0887b33cfa2b2b9cf506ebe3974b06a");
    }

    [TestMethod]
    public void The_same_text_gives_the_same_bits_in_every_process()
    {
        byte[] bytes = [.. MemoryMarshal.AsBytes(Embedder.Embed("Outlook can't connect: error 0x80070005 on PC-1234, Z\u00FCrich").AsSpan())];

        Embedder.ModelId.ShouldBe("static-minilm-256-v1");
        Convert.ToHexString(SHA256.HashData(bytes))[..16].ShouldBe("18E9D02F23FE5473");
    }

    [TestMethod]
    public async Task The_number_of_threads_does_not_matter()
    {
        string[] texts = [.. Enumerable.Range(0, 500).Select(i => $"job {i} failed on host{i % 7} with error {i % 13}: disk full")];
        using StaticEmbedder single = new(maxDegreeOfParallelism: 1);
        using StaticEmbedder several = new(maxDegreeOfParallelism: 4);

        GeneratedEmbeddings<Embedding<float>> one = await single.GenerateAsync(texts);
        GeneratedEmbeddings<Embedding<float>> four = await several.GenerateAsync(texts);

        for (int i = 0; i < texts.Length; i++)
            one[i].Vector.Span.SequenceEqual(four[i].Vector.Span).ShouldBeTrue(texts[i]);
    }

    [TestMethod]
    [DataRow("I cannot sign in to my laptop", "login to the notebook is refused", "I cannot hear my headset")]
    [DataRow("my card still has not arrived", "when will the delivery of my card come", "how do I change my pin")]
    [DataRow("computer is very slow", "pc performance is terrible", "please create a mailbox")]
    [DataRow("srvapp07 is down", "down: srvapp07", "sqlprod12 is down")]
    [DataRow("r\u00E9sum\u00E9 caf\u00E9", "resume cafe", "password reset")]
    public void What_means_the_same_is_nearer_than_what_does_not(string text, string alike, string unlike)
    {
        float[] vector = Embedder.Embed(text);
        float near = TensorPrimitives.Dot<float>(vector, Embedder.Embed(alike));
        float far = TensorPrimitives.Dot<float>(vector, Embedder.Embed(unlike));

        near.ShouldBeGreaterThan(far + 0.1f);
    }

    [TestMethod]
    [DataRow("")]
    [DataRow("<email> <phone> <user>")]
    [DataRow("\uD83D\uDE00")]
    public void A_text_without_known_words_gives_the_zero_vector(string text) => Embedder.Embed(text).ShouldAllBe(value => value == 0);

    [TestMethod]
    public void Vectors_have_unit_length() => TensorPrimitives.Norm<float>(Embedder.Embed("password reset")).ShouldBe(1, 1e-5f);

    [TestMethod]
    public void Mask_tokens_do_not_count() => Embedder.Embed("<user> cannot print to <ip>").ShouldBe(Embedder.Embed("cannot print to"));
}
