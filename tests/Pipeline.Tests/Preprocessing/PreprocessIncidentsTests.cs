using Microsoft.Extensions.AI;
using Pipeline.Incidents;
using Pipeline.Preprocessing;
using Pipeline.Tests.Support;

namespace Pipeline.Tests.Preprocessing;

[TestClass]
public sealed class PreprocessIncidentsTests
{
    private static readonly string[] Texts = ["printer jam", "vpn down", "mail quota", "printer jam", "laptop battery"];

    [TestMethod]
    public async Task What_was_embedded_before_a_later_request_failed_is_not_embedded_again()
    {
        await using SmallCompany company = await ReportedAsync();
        using OneByOne embedder = new(failsAt: 3);

        await Should.ThrowAsync<EmbedderException>(() => Preprocess(company, embedder).RunAsync());
        PreprocessOutcome outcome = await Preprocess(company, embedder).RunAsync();

        outcome.ShouldBe(new PreprocessOutcome(Read: 5, Stored: 5, Embedded: 2, DeadLetters: 0));
        embedder.Asked.ShouldBe(["printer jam", "vpn down", "mail quota", "mail quota", "laptop battery"]);
        (await Preprocess(company, embedder).CountWaitingAsync()).ShouldBe(0);
    }

    [TestMethod]
    public async Task What_was_embedded_before_the_run_was_stopped_is_not_embedded_again()
    {
        await using SmallCompany company = await ReportedAsync();
        using CancellationTokenSource stop = new();
        using OneByOne embedder = new(failsAt: 3, stop);

        await Should.ThrowAsync<OperationCanceledException>(() => Preprocess(company, embedder).RunAsync(cancellationToken: stop.Token));
        await Preprocess(company, embedder).RunAsync();

        embedder.Asked.ShouldBe(["printer jam", "vpn down", "mail quota", "mail quota", "laptop battery"]);
    }

    [TestMethod]
    public async Task What_was_embedded_is_stored_also_when_the_run_is_stopped_before()
    {
        await using SmallCompany company = await ReportedAsync();
        using CancellationTokenSource stop = new();
        using AllAtOnce stopped = new(stop);
        using AllAtOnce next = new();
        PreprocessingOptions three = new() { BatchSize = 3 };

        await Should.ThrowAsync<OperationCanceledException>(() => new PreprocessIncidents(company.Warehouse, company.Warehouse, stopped, company.Summaries, three).RunAsync(cancellationToken: stop.Token));
        await new PreprocessIncidents(company.Warehouse, company.Warehouse, next, company.Summaries, three).RunAsync();

        stopped.Asked.ShouldBe(["printer jam", "vpn down", "mail quota"]);
        next.Asked.ShouldBe(["laptop battery"]);
    }

    [TestMethod]
    public async Task What_comes_text_by_text_is_stored_some_hundreds_at_a_time()
    {
        await using SmallCompany company = await SmallCompany.OpenAsync();
        await company.Warehouse.UpsertIncidentsAsync([.. Enumerable.Range(0, 700).Select(i => Reported(company, i, $"printer {Convert.ToString(i, 2).Replace('0', 'a').Replace('1', 'b')} jam"))]);
        using OneByOne embedder = new();
        CountedSaves saves = new(company.Warehouse);

        await new PreprocessIncidents(company.Warehouse, saves, embedder, company.Summaries, new PreprocessingOptions()).RunAsync();

        embedder.Asked.Count.ShouldBe(700);
        saves.Rows.ShouldBe([500, 200]);
    }

    [TestMethod]
    public async Task A_run_that_another_overtakes_neither_sets_the_watermark_back_nor_loses_the_newer_text()
    {
        await using SmallCompany company = await ReportedAsync();
        using OneByOne fast = new();
        using OneByOne slow = new(meanwhile: async () =>
        {
            await company.Warehouse.UpsertIncidentsAsync([Reported(company, 1, "vpn up again")]);
            await Preprocess(company, fast).RunAsync();
        });

        await Preprocess(company, slow).RunAsync();

        (await Preprocess(company, fast).CountWaitingAsync()).ShouldBe(0);
        List<PreprocessedIncident> stored = [];
        await foreach (PreprocessedIncident incident in company.Warehouse.ReadWindowAsync("A", "test-2", DateTimeOffset.MinValue, DateTimeOffset.MaxValue))
        {
            stored.Add(incident);
        }

        stored.Select(i => i.Summary.ToLowerInvariant()).ShouldBe(["printer jam", "vpn up again", "mail quota", "printer jam", "laptop battery"]);
    }

    [TestMethod]
    public async Task The_next_batch_is_read_while_one_is_embedded()
    {
        await using SmallCompany company = await ReportedAsync();
        NotedReads reads = new(company.Warehouse);
        using OneByOne embedder = new(meanwhile: () => reads.Second.WaitAsync(TimeSpan.FromMinutes(2)));

        PreprocessOutcome outcome = await new PreprocessIncidents(reads, company.Warehouse, embedder, company.Summaries, new PreprocessingOptions { BatchSize = 3 }).RunAsync();

        outcome.ShouldBe(new PreprocessOutcome(Read: 5, Stored: 5, Embedded: 4, DeadLetters: 0));
        embedder.Asked.ShouldBe(["printer jam", "vpn down", "mail quota", "laptop battery"]);
    }

    private static Incident Reported(SmallCompany company, int number, string text) =>
        new() { Number = $"{number}", CreatedOn = company.Clock.GetUtcNow(), Texts = [text], TechCenter = "A" };

    private static async Task<SmallCompany> ReportedAsync()
    {
        SmallCompany company = await SmallCompany.OpenAsync();
        await company.Warehouse.UpsertIncidentsAsync(
            [.. Texts.Select((text, i) => Reported(company, i, text))]);
        return company;
    }

    private static PreprocessIncidents Preprocess(SmallCompany company, OneByOne embedder) => new(company.Warehouse, company.Warehouse, embedder, company.Summaries, new PreprocessingOptions());

    /// <summary>Tells when incidents are read for the second time.</summary>
    private sealed class NotedReads(IIncidents inner) : IIncidents
    {
        private readonly TaskCompletionSource _second = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _reads;

        public Task Second => _second.Task;

        public Task<UpsertOutcome> UpsertIncidentsAsync(IReadOnlyList<Incident> incidents, CancellationToken cancellationToken = default) => inner.UpsertIncidentsAsync(incidents, cancellationToken);

        public Task<IReadOnlyList<IncidentChange>> ReadChangesAsync(long afterSequence, int limit, CancellationToken cancellationToken = default)
        {
            if (Interlocked.Increment(ref _reads) == 2)
            {
                _second.SetResult();
            }

            return inner.ReadChangesAsync(afterSequence, limit, cancellationToken);
        }

        public Task<long> CountChangesAsync(long afterSequence, CancellationToken cancellationToken = default) => inner.CountChangesAsync(afterSequence, cancellationToken);
    }

    /// <summary>Counts the rows of each write.</summary>
    private sealed class CountedSaves(IPreprocessedIncidents inner) : IPreprocessedIncidents
    {
        public List<int> Rows { get; } = [];

        public Task<long> GetWatermarkAsync(string name, CancellationToken cancellationToken = default) => inner.GetWatermarkAsync(name, cancellationToken);

        public Task<IReadOnlyDictionary<string, ReadOnlyMemory<float>>> FindEmbeddingsAsync(string embedder, IReadOnlyCollection<string> contentHashes, CancellationToken cancellationToken = default) =>
            inner.FindEmbeddingsAsync(embedder, contentHashes, cancellationToken);

        public Task SavePreprocessedAsync(IReadOnlyList<PreprocessedIncident> incidents, IReadOnlyList<DeadLetter> deadLetters, string? watermarkName, long watermark, CancellationToken cancellationToken = default)
        {
            Rows.Add(incidents.Count);
            return inner.SavePreprocessedAsync(incidents, deadLetters, watermarkName, watermark, cancellationToken);
        }

        public IAsyncEnumerable<PreprocessedIncident> ReadWindowAsync(string techCenter, string embedder, DateTimeOffset from, DateTimeOffset until, CancellationToken cancellationToken = default) =>
            inner.ReadWindowAsync(techCenter, embedder, from, until, cancellationToken);

        public Task<IReadOnlyList<DeadLetter>> ReadDeadLettersAsync(CancellationToken cancellationToken = default) => inner.ReadDeadLettersAsync(cancellationToken);
    }

    /// <summary>Embeds what it is given in one request; the run is stopped while that is under way.</summary>
    private sealed class AllAtOnce(CancellationTokenSource? stop = null) : IEmbeddingGenerator<string, Embedding<float>>
    {
        public List<string> Asked { get; } = [];

        public async Task<GeneratedEmbeddings<Embedding<float>>> GenerateAsync(IEnumerable<string> values, EmbeddingGenerationOptions? options = null, CancellationToken cancellationToken = default)
        {
            string[] texts = [.. values];
            Asked.AddRange(texts.Select(t => t.ToLowerInvariant()));
            await (stop?.CancelAsync() ?? Task.CompletedTask);
            return [.. texts.Select(t => new Embedding<float>(new float[] { t.Length, 1 }))];
        }

        public object? GetService(Type serviceType, object? serviceKey = null) => serviceType == typeof(EmbeddingGeneratorMetadata) ? new EmbeddingGeneratorMetadata("test", defaultModelId: "test-2") : null;

        public void Dispose()
        {
        }
    }

    /// <summary>Sends a request for each text, of which one fails or is stopped, once; something may happen before the first is answered.</summary>
    private sealed class OneByOne(int failsAt = 0, CancellationTokenSource? stop = null, Func<Task>? meanwhile = null) : IEmbeddingGenerator<string, Embedding<float>>
    {
        public List<string> Asked { get; } = [];

        public async Task<GeneratedEmbeddings<Embedding<float>>> GenerateAsync(IEnumerable<string> values, EmbeddingGenerationOptions? options = null, CancellationToken cancellationToken = default)
        {
            await (meanwhile?.Invoke() ?? Task.CompletedTask);
            GeneratedEmbeddings<Embedding<float>> made = [];
            foreach ((int place, string text) in values.Index())
            {
                Asked.Add(text.ToLowerInvariant());
                if (Asked.Count == failsAt)
                {
                    stop?.Cancel();
                    cancellationToken.ThrowIfCancellationRequested();
                    throw new EmbedderException("The service is away.");
                }

                made.Add(new Embedding<float>(new float[] { text.Length, 1 }));
                await ((IncrementalEmbeddingOptions)options!).TellAsync(new Dictionary<int, Embedding<float>> { [place] = made[place] });
            }

            return made;
        }

        public object? GetService(Type serviceType, object? serviceKey = null) => serviceType == typeof(EmbeddingGeneratorMetadata) ? new EmbeddingGeneratorMetadata("test", defaultModelId: "test-2") : null;

        public void Dispose()
        {
        }
    }
}
