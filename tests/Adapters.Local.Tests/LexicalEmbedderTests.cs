using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Microsoft.Extensions.AI;

namespace Pipeline.Adapters.Local.Tests;

[TestClass]
public sealed class LexicalEmbedderTests
{
    private static readonly LexicalEmbedder Embedder = new();

    [TestMethod]
    public void The_same_text_gives_the_same_bits_in_every_process()
    {
        byte[] bytes = [.. MemoryMarshal.AsBytes(Embedder.Embed("Outlook can't connect: error 0x80070005 on PC-1234, Zürich").AsSpan())];

        // Whoever changes the algorithm changes its version, and then this.
        Embedder.ModelId.ShouldBe("lexical-512-v1");
        Convert.ToHexString(SHA256.HashData(bytes))[..16].ShouldBe("77ABC9CF233CD06B");
    }

    [TestMethod]
    public async Task The_number_of_threads_does_not_matter()
    {
        string[] texts = [.. Enumerable.Range(0, 500).Select(i => $"job {i} failed on host{i % 7} with error {i % 13}: disk full")];
        using LexicalEmbedder single = new(maxDegreeOfParallelism: 1);
        using LexicalEmbedder several = new(maxDegreeOfParallelism: 4);

        GeneratedEmbeddings<Embedding<float>> one = await single.GenerateAsync(texts);
        GeneratedEmbeddings<Embedding<float>> four = await several.GenerateAsync(texts);

        for (int i = 0; i < texts.Length; i++)
            one[i].Vector.Span.SequenceEqual(four[i].Vector.Span).ShouldBeTrue(texts[i]);
    }

    [TestMethod]
    [DataRow("a")]
    [DataRow("the")]
    [DataRow("42")]
    [DataRow("password reset")]
    [DataRow("打印机")]
    [DataRow("😀")]
    public void Vectors_have_unit_length(string text) => Norm(Embedder.Embed(text)).ShouldBe(1, 1e-5f);

    [TestMethod]
    [DataRow("")]
    [DataRow(" .,-! \n")]
    [DataRow("<email> <phone> <user>")]
    public void A_text_without_words_gives_the_zero_vector(string text) => Embedder.Embed(text).ShouldAllBe(value => value == 0);

    [TestMethod]
    public void Mask_tokens_do_not_count() => Embedder.Embed("<user> cannot print to <ip>").ShouldBe(Embedder.Embed("cannot print to"));

    [TestMethod]
    [DataRow("password reset", "pasword reset", "printer jam")]
    [DataRow("outlook does not start", "outlok does not strat", "invoice approval missing")]
    [DataRow("résumé café", "resume cafe", "password reset")]
    [DataRow("PRINTERS OFFLINE", "printer is offline", "vpn disconnected")]
    [DataRow("vpn connection drops every hour", "the vpn keeps dropping its connections", "please create a new mailbox")]
    [DataRow("my card still has not arrived", "when will my card arrive", "how do I change my pin")]
    [DataRow("job xyz failed in job_scheduler at 10:15", "job abc failed in job_scheduler at 23:59", "account locked in active directory")]
    [DataRow("принтер не печатает", "не печатают принтеры", "забыл пароль от почты")]
    [DataRow("打印机无法打印", "无法使用打印机", "忘记密码")]
    [DataRow("プリンターが動かない", "プリンターの故障", "パスワードを忘れた")]
    [DataRow("프린터가 작동하지 않음", "프린터가 고장나서 작동하지 않음", "비밀번호를 잊었습니다")]
    [DataRow("لا تعمل الطابعة", "الطابعة معطلة", "نسيت كلمة المرور")]
    public void What_is_alike_is_nearer_than_what_is_not(string text, string alike, string unlike)
    {
        float[] vector = Embedder.Embed(text);
        float near = TensorPrimitives.Dot<float>(vector, Embedder.Embed(alike));
        float far = TensorPrimitives.Dot<float>(vector, Embedder.Embed(unlike));

        near.ShouldBeGreaterThan(far + 0.15f);
    }

    [TestMethod]
    public void Function_words_weigh_less_than_the_topic()
    {
        float[] vector = Embedder.Embed("why is the printer not there for me");

        TensorPrimitives.Dot<float>(vector, Embedder.Embed("printer")).ShouldBeGreaterThan(
            TensorPrimitives.Dot<float>(vector, Embedder.Embed("is the there for me")));
    }

    [TestMethod]
    public void Long_numbers_are_all_alike() => Embedder.Embed("order 4500012345").ShouldBe(Embedder.Embed("order 9876543210"));

    [TestMethod]
    public async Task A_batch_keeps_its_order_and_names_its_model()
    {
        GeneratedEmbeddings<Embedding<float>> embeddings = await Embedder.GenerateAsync(["printer", "vpn"]);

        embeddings.Count.ShouldBe(2);
        embeddings[1].Vector.ToArray().ShouldBe(Embedder.Embed("vpn"));
        embeddings[0].ModelId.ShouldBe(Embedder.ModelId);
    }

    [TestMethod]
    public void The_metadata_tell_model_and_dimensions()
    {
        using LexicalEmbedder embedder = new(768);
        EmbeddingGeneratorMetadata metadata = embedder.GetService(typeof(EmbeddingGeneratorMetadata)).ShouldBeOfType<EmbeddingGeneratorMetadata>();

        metadata.DefaultModelId.ShouldBe(embedder.ModelId);
        metadata.DefaultModelDimensions.ShouldBe(768);
        embedder.Embed("printer").Length.ShouldBe(768);
    }

    [TestMethod]
    public async Task Other_dimensions_than_its_own_are_refused() =>
        (await Should.ThrowAsync<ArgumentException>(() => Embedder.GenerateAsync(["a"], new EmbeddingGenerationOptions { Dimensions = 100 }))).Message.ShouldContain("512");

    [TestMethod]
    public void Dimensions_out_of_range_are_refused() => Should.Throw<ArgumentOutOfRangeException>(() => new LexicalEmbedder(10)).Message.ShouldContain("64");

    private static float Norm(float[] vector) => TensorPrimitives.Norm<float>(vector);
}
