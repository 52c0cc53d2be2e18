using Microsoft.Extensions.AI;
using Pipeline.Preprocessing;

namespace Pipeline.Tests.Preprocessing;

[TestClass]
public sealed class EmbeddingCacheTests
{
    [TestMethod]
    public async Task A_text_is_embedded_once_however_often_it_is_asked_for()
    {
        using CountingEmbedder embedder = new();
        using EmbeddingCache cache = new(embedder);

        GeneratedEmbeddings<Embedding<float>> first = await cache.GenerateAsync(["vpn", "printer", "vpn"]);
        GeneratedEmbeddings<Embedding<float>> again = await cache.GenerateAsync(["printer", "mail"]);

        embedder.Asked.ShouldBe(["vpn", "printer", "mail"]);
        first.Select(e => e.Vector.Span[0]).ShouldBe([3, 7, 3]);
        again.Select(e => e.Vector.Span[0]).ShouldBe([7, 4]);
    }

    [TestMethod]
    public async Task A_refused_text_is_named_by_its_place_in_the_call_and_the_others_are_remembered()
    {
        using CountingEmbedder embedder = new();
        using EmbeddingCache cache = new(embedder);
        await cache.GenerateAsync(["vpn"]);

        TextsRefusedException refused = await Should.ThrowAsync<TextsRefusedException>(() => cache.GenerateAsync(["vpn", "bad", "mail", "bad"]));

        refused.Refused.Keys.Order().ShouldBe([1, 3]);
        refused.Made.Select(m => m?.Vector.Span[0]).ShouldBe([3, null, 4, null]);
        await cache.GenerateAsync(["mail"]);
        embedder.Asked.ShouldBe(["vpn", "bad", "mail"]);
    }

    [TestMethod]
    public async Task The_first_that_came_go_first()
    {
        using CountingEmbedder embedder = new();
        using EmbeddingCache cache = new(embedder);
        await cache.GenerateAsync(["first"]);
        await cache.GenerateAsync(Enumerable.Range(0, 4_096).Select(i => $"text {i}"));
        embedder.Asked.Clear();

        await cache.GenerateAsync(["text 0", "first"]);

        embedder.Asked.ShouldBe(["first"]);
    }

    /// <summary>A vector of a text is its length; it refuses one text.</summary>
    private sealed class CountingEmbedder : IEmbeddingGenerator<string, Embedding<float>>
    {
        public List<string> Asked { get; } = [];

        public Task<GeneratedEmbeddings<Embedding<float>>> GenerateAsync(IEnumerable<string> values, EmbeddingGenerationOptions? options = null, CancellationToken cancellationToken = default)
        {
            string[] texts = [.. values];
            Asked.AddRange(texts);
            Embedding<float>?[] made = [.. texts.Select(t => t == "bad" ? null : new Embedding<float>(new float[] { t.Length }))];
            Dictionary<int, string> refused = texts.Index().Where(t => t.Item == "bad").ToDictionary(t => t.Index, _ => "It is bad.");
            return refused.Count > 0 ? throw new TextsRefusedException(made, refused) : Task.FromResult(new GeneratedEmbeddings<Embedding<float>>(made!));
        }

        public object? GetService(Type serviceType, object? serviceKey = null) => null;

        public void Dispose()
        {
        }
    }
}
