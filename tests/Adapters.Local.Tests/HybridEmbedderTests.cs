using System.Numerics.Tensors;
using Microsoft.Extensions.AI;

namespace Pipeline.Adapters.Local.Tests;

[TestClass]
public sealed class HybridEmbedderTests
{
    private static readonly HybridEmbedder Embedder = new();
    private static readonly LexicalEmbedder Lexical = new();
    private static readonly StaticEmbedder Static = new();

    [TestMethod]
    public void The_cosine_of_two_texts_is_the_weighted_mean_of_those_by_words_and_by_meaning()
    {
        const string First = "the printer on the second floor is offline";
        const string Second = "no connection to the printer";

        Cosine(Embedder, First, Second).ShouldBe((0.15f * Cosine(Lexical, First, Second)) + (0.85f * Cosine(Static, First, Second)), 1e-5f);
    }

    [TestMethod]
    [DataRow("\u30D7\u30EA\u30F3\u30BF\u30FC\u304C\u52D5\u304B\u306A\u3044", "\u30D7\u30EA\u30F3\u30BF\u30FC\u306E\u6545\u969C")]
    [DataRow("VPN\u304C\u983B\u7E41\u306B\u5207\u65AD\u3055\u308C\u307E\u3059", "VPN\u304C\u5207\u308C\u308B <user>")]
    [DataRow("\u043F\u0440\u0438\u043D\u0442\u0435\u0440 \u043D\u0435 \u043F\u0435\u0447\u0430\u0442\u0430\u0435\u0442", "\u043D\u0435 \u043F\u0435\u0447\u0430\u0442\u0430\u044E\u0442 \u043F\u0440\u0438\u043D\u0442\u0435\u0440\u044B")]
    public void Texts_in_other_letters_are_as_alike_as_by_their_words(string first, string second) =>
        Cosine(Embedder, first, second).ShouldBe(Cosine(Lexical, first, second), 1e-5f);

    [TestMethod]
    [DataRow("error 4711 on SAP", "4711", "4712")]
    [DataRow("INC0012345 reopened", "inc0012345", "printer")]
    [DataRow("srvapp07 is down", "srvapp07", "sqlprod12")]
    [DataRow("Drucker druckt nicht", "Der Drucker druckt nichts mehr", "VPN Verbindung bricht ab")]
    [DataRow("laptop gives me a blue screen", "the computer crashes", "request for a mailbox")]
    public void Words_codes_and_meaning_all_count(string text, string alike, string unlike) =>
        Cosine(Embedder, text, alike).ShouldBeGreaterThan(Cosine(Embedder, text, unlike) + 0.05f);

    [TestMethod]
    [DataRow("printer")]
    [DataRow("\uD83D\uDE00 42")]
    [DataRow("\u6253\u5370\u673A printer")]
    public void Vectors_have_unit_length(string text) => TensorPrimitives.Norm<float>(Embedder.Embed(text)).ShouldBe(1, 1e-5f);

    [TestMethod]
    [DataRow("")]
    [DataRow("<email> <user>")]
    public void A_text_without_words_gives_the_zero_vector(string text) => Embedder.Embed(text).ShouldAllBe(value => value == 0);

    [TestMethod]
    public void The_metadata_tell_model_share_and_dimensions()
    {
        EmbeddingGeneratorMetadata metadata = Embedder.GetService(typeof(EmbeddingGeneratorMetadata)).ShouldBeOfType<EmbeddingGeneratorMetadata>();

        metadata.DefaultModelId.ShouldBe("hybrid-768-15-v1");
        metadata.DefaultModelDimensions.ShouldBe(Embedder.Embed("printer").Length);
    }

    [TestMethod]
    public void A_share_out_of_range_is_refused() => Should.Throw<ArgumentOutOfRangeException>(() => new HybridEmbedder(1.5)).Message.ShouldContain("from 0 to 1");

    private static float Cosine(LocalEmbedder embedder, string first, string second) => TensorPrimitives.Dot<float>(embedder.Embed(first), embedder.Embed(second));
}
