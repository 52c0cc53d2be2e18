using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.AI;
using Pipeline.Encryption;
using Pipeline.Incidents;
using Pipeline.Preprocessing;
using Pipeline.Streams;
using Pipeline.Tests.Fakes;

namespace Pipeline.Tests.Streams;

/// <summary>Streams over a store in memory, with an embedder that knows topics: texts that begin with one word are alike.</summary>
internal sealed class StreamBed : IAsyncDisposable
{
    public const string Name = "desk";

    private static readonly SummaryBuilder Summaries = new(new Masker(MaskingRules.Default));

    public StreamBed(FragileStore? store = null, ManualClock? clock = null, IReadOnlyDictionary<string, string>? keys = null, string? key = null, int dimensions = 16, string embedder = "topics")
    {
        Store = store ?? new FragileStore();
        Clock = clock ?? new ManualClock();
        TopicEmbedder topics = new(dimensions);
        Directory = new StreamDirectory(Store, new EnvelopeSeal(() => new EnvelopeKeys(key, id => keys?.GetValueOrDefault(id))), embedder, Clock, Openings.Add);
        Take = new TakeStreamItems(Directory, Summaries, topics, Clock);
        Browse = new BrowseStreams(Directory, Take);
        Keep = new KeepStreams(Directory, Store);
    }

    public FragileStore Store { get; }

    public ManualClock Clock { get; }

    public StreamDirectory Directory { get; }

    public TakeStreamItems Take { get; }

    /// <summary>Takes items, but not of numbers that were erased.</summary>
    public TakeStreamItems TakeWithout(ErasedNumbers erased) => new(Directory, Summaries, new TopicEmbedder(16), Clock, erased);

    public BrowseStreams Browse { get; }

    public KeepStreams Keep { get; }

    public List<StreamOpening> Openings { get; } = [];

    /// <summary>Makes the stream.</summary>
    public Task CreateAsync(StreamConfig? config = null) => Keep.CreateAsync(Name, config ?? new StreamConfig { SnapshotItems = 100_000, MaximumItems = 60, MaximumClusters = 8 }, "test");

    /// <summary>Sends items.</summary>
    public Task<AddedItems> SendAsync(params object[] items) => SendJsonAsync(JsonSerializer.Serialize(items));

    /// <summary>Sends a body as it is.</summary>
    public Task<AddedItems> SendJsonAsync(string json) => Take.RunAsync(Name, new MemoryStream(Encoding.UTF8.GetBytes(json)));

    /// <summary>An item.</summary>
    public object Item(string id, string text, double hoursAgo = 0) => new { id, text, time = (Clock.GetUtcNow() - TimeSpan.FromHours(hoursAgo)).ToString("O", CultureInfo.InvariantCulture) };

    /// <summary>The whole state as bytes.</summary>
    public Task<byte[]> StateAsync() => Directory.UseAsync(Name, async open => (await StreamStateFormat.WriteAsync(open.Read(StreamStateFormat.Copy), capacity: 0, CancellationToken.None)).ToArray(), CancellationToken.None);

    public ValueTask DisposeAsync() => Directory.DisposeAsync();
}

/// <summary>Vectors by the first word of a text, and a little by the others.</summary>
internal sealed class TopicEmbedder(int dimensions) : IEmbeddingGenerator<string, Embedding<float>>
{
    public Task<GeneratedEmbeddings<Embedding<float>>> GenerateAsync(IEnumerable<string> values, EmbeddingGenerationOptions? options = null, CancellationToken cancellationToken = default) =>
        Task.FromResult(new GeneratedEmbeddings<Embedding<float>>(values.Select(text => new Embedding<float>(Vector(text)))));

    public object? GetService(Type serviceType, object? serviceKey = null) => null;

    public void Dispose()
    {
    }

    private float[] Vector(string text)
    {
        string[] words = text.Split(' ', 2);
        float[] topic = Random(words[0]), rest = Random(words.Length > 1 ? words[1] : "");
        return [.. topic.Zip(rest, (t, r) => t + (0.2f * r))];
    }

    private float[] Random(string word)
    {
        Random random = new(word.Aggregate(17, (hash, c) => unchecked((hash * 31) + c)));
        return [.. Enumerable.Range(0, dimensions).Select(_ => (float)(random.NextDouble() - 0.5))];
    }
}
