using System.Diagnostics.CodeAnalysis;
using System.Numerics.Tensors;
using System.Text.Json;
using Microsoft.Extensions.AI;
using Pipeline.Models;
using Pipeline.Preprocessing;
using Pipeline.Storage;

namespace Pipeline.Gate;

/// <summary>Tests a published version before it may serve, and keeps what it finds beside the version's files.</summary>
/// <param name="models">Where the versions are.</param>
/// <param name="objects">The same store.</param>
/// <param name="embedder">What turns texts into vectors.</param>
/// <param name="summaries">What texts at hand become before they are embedded.</param>
/// <param name="options">The limits.</param>
/// <param name="clock">The time.</param>
public sealed class ModelGate(ModelStore models, IObjectStore objects, IEmbeddingGenerator<string, Embedding<float>> embedder, SummaryBuilder summaries, GateOptions options, TimeProvider clock)
{
    // So many texts tell an agreement to two digits.
    private const int MostCompared = 1_000;
    private const int LongText = 10_000;

    // So many texts of the sample are embedded at each test, to see whether the embedder is still the same.
    private const int Checks = 5;
    private const float LeastSame = 0.999f;

    private readonly FrozenSample _sample = new(objects);

    /// <summary>Makes every test, and writes <c>validation.json</c>. A test that cannot be made is not passed.</summary>
    /// <param name="candidate">The version's manifest.</param>
    /// <param name="rows">The incidents of its window.</param>
    /// <param name="cancellationToken">Stops between the tests.</param>
    /// <exception cref="ObjectStoreException">The object store cannot be read or written.</exception>
    /// <exception cref="EmbedderException">The embedder does not answer.</exception>
    public async Task<ModelValidation> RunAsync(ModelManifest candidate, IReadOnlyList<PreprocessedIncident> rows, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(candidate);
        ArgumentNullException.ThrowIfNull(rows);
        long begun = clock.GetTimestamp();
        Opponent? before = await FindProductionAsync(candidate, cancellationToken);
        IReadOnlyList<GateTest> tests = await TryAsync(() => TestAsync(candidate, before, rows, cancellationToken));
        ModelValidation validation = new(candidate.TechCenter, candidate.Version, before?.Manifest.Version, clock.GetUtcNow(), Math.Round(clock.GetElapsedTime(begun).TotalSeconds, 3), tests);
        await objects.WriteAsync(NameOf(candidate), (stream, token) => JsonSerializer.SerializeAsync(stream, validation, PipelineJson.Indented, token), cancellationToken: cancellationToken);
        return validation;
    }

    /// <summary>What the gate found of a version; null where it was not tested, or the file cannot be read.</summary>
    /// <exception cref="ObjectStoreException">The object store cannot be read.</exception>
    public async Task<ModelValidation?> FindAsync(ModelManifest version, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(version);
        await using Stream? stream = await objects.OpenReadAsync(NameOf(version), cancellationToken);
        try
        {
            return stream is null ? null : await JsonSerializer.DeserializeAsync<ModelValidation>(stream, PipelineJson.Indented, cancellationToken);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static string NameOf(ModelManifest version) => $"{version.Path}/{ModelPaths.ValidationFile}";

    private async Task<IReadOnlyList<GateTest>> TestAsync(ModelManifest candidate, Opponent? before, IReadOnlyList<PreprocessedIncident> rows, CancellationToken cancellationToken)
    {
        ModelContent content = await models.ReadAsync(candidate, cancellationToken);
        FittedModel model = FittedModel.Load(candidate, content);
        IReadOnlyList<SampledText> sample = await _sample.ReadAsync(candidate.Folder, rows, options.SampleSize, cancellationToken);

        // Records are encoded by the model itself, and nothing but a record can be asked of it.
        IReadOnlyList<(string Name, string Text)> odd = candidate.Records is null ? OddTexts(sample) : [];
        ReadOnlyMemory<float>[] vectors = candidate.Records is null
            ? await VectorsAsync(candidate, sample, [.. odd.Select(o => o.Text)], cancellationToken)
            : [.. sample.Select(s => model.VectorOf(s.Text, default))];
        ReadOnlyMemory<float>[] sampled = [.. vectors.Take(sample.Count).Where(v => v.Length > 0)];
        string[] hashes = [.. sample.Where((_, i) => vectors[i].Length > 0).Select(s => s.Hash)];
        IReadOnlyList<ClusterAssignment> answers = AnswerTests.Answer(model, sampled, cancellationToken);
        (ModelManifest? manifest, ModelMetrics? metrics) = before is { Comparable: true } ? (before.Manifest, before.Content.Metrics) : (null, null);
        PreprocessedIncident[] compared = [.. rows.DistinctBy(r => r.ContentHash, StringComparer.Ordinal).OrderBy(r => r.ContentHash, StringComparer.Ordinal).Take(MostCompared)];
        return
        [
            AnswerTests.Function(model, hashes, answers, options),
            AnswerTests.EdgeCases(model, [.. odd.Select((o, i) => (o.Name, vectors[sample.Count + i].Length == 0 ? (ReadOnlyMemory<float>?)null : vectors[sample.Count + i]))], cancellationToken),
            AnswerTests.Latency(model, sampled, options, clock, cancellationToken),
            AnswerTests.Memory(candidate, options),
            AnswerTests.SameBits(FittedModel.Load(candidate, content, maxDegreeOfParallelism: 1), sampled, answers, cancellationToken),
            QualityTests.Window(candidate, manifest, options),
            QualityTests.Noise(content.Metrics, metrics, options),
            QualityTests.Problems(candidate, manifest, options),
            QualityTests.Validity(content.Metrics, metrics, options),
            QualityTests.Stability(content.Metrics, metrics, options),
            QualityTests.Agreement(Problems(model, compared, cancellationToken), before is { Comparable: true } ? Problems(before.Load(), compared, cancellationToken) : null, options),
        ];
    }

    private static int[] Problems(FittedModel model, PreprocessedIncident[] incidents, CancellationToken cancellationToken) =>
        [.. model.Classify([.. incidents.Select(i => (i.ContentHash, model.VectorOf(i.Summary, i.Embedding)))], cancellationToken).Select(answer => model.ProblemIdOf(answer.ClusterId))];

    // What nobody has written, what is too long, what is in no language of the window.
    private IReadOnlyList<(string Name, string Text)> OddTexts(IReadOnlyList<SampledText> sample)
    {
        string all = string.Join(' ', sample.Select(s => s.Text)) is { Length: > 0 } joined ? joined : "no text";
        string longText = string.Concat(Enumerable.Repeat(all + " ", (LongText / all.Length) + 1))[..LongText];
        return
        [
            ("empty text", ""),
            ("unknown words", summaries.Build(["qzvxkj wpfhgg zzykrt mmbvxq"])),
            ("10,000 characters", char.IsHighSurrogate(longText[^1]) ? longText[..^1] : longText),
            ("another script", summaries.Build(["Ο εκτυπωτής δεν λειτουργεί 会议室的投影仪无法开机"])),
        ];
    }

    // An embedder may be paid for, so the sample's embeddings are kept. A few are made once more: where they have become others, the embedder has changed under its name, and all are made anew.
    private async Task<ReadOnlyMemory<float>[]> VectorsAsync(ModelManifest candidate, IReadOnlyList<SampledText> sample, string[] odd, CancellationToken cancellationToken)
    {
        IReadOnlyDictionary<string, float[]> kept = await _sample.ReadVectorsAsync(candidate.Folder, candidate.Embedder, cancellationToken);
        string[] checks = [.. sample.Where(s => kept.ContainsKey(s.Hash)).Select(s => s.Hash).Take(Checks)];
        int[] made = [.. Enumerable.Range(0, sample.Count).Where(i => !kept.ContainsKey(sample[i].Hash) || checks.Contains(sample[i].Hash, StringComparer.Ordinal))];
        ReadOnlyMemory<float>[] fresh = await EmbedAsync([.. made.Select(i => sample[i].Text), .. odd], cancellationToken);
        ReadOnlyMemory<float>[] vectors = [.. sample.Select(s => kept.TryGetValue(s.Hash, out float[]? vector) ? vector : default(ReadOnlyMemory<float>))];
        bool isChanged = made.Index().Any(m => kept.TryGetValue(sample[m.Item].Hash, out float[]? before) && !IsSame(before, fresh[m.Index].Span));
        if (isChanged)
        {
            vectors = await EmbedAsync([.. sample.Select(s => s.Text)], cancellationToken);
        }
        else
        {
            foreach ((int place, int i) in made.Index())
            {
                vectors[i] = fresh[place];
            }
        }

        if (isChanged || made.Length > checks.Length)
        {
            await _sample.KeepVectorsAsync(candidate.Folder, candidate.Embedder, sample.Zip(vectors, (s, v) => KeyValuePair.Create(s.Hash, v)).Where(v => v.Value.Length > 0).DistinctBy(v => v.Key, StringComparer.Ordinal), cancellationToken);
        }

        return [.. vectors, .. fresh.Skip(made.Length)];
    }

    // A service rounds a little otherwise from one call to the next.
    private static bool IsSame(float[] before, ReadOnlySpan<float> now) => before.Length == now.Length && TensorPrimitives.CosineSimilarity<float>(before, now) >= LeastSame;

    // Empty texts, and those that the embedder refuses, have no vector.
    private async Task<ReadOnlyMemory<float>[]> EmbedAsync(string[] texts, CancellationToken cancellationToken)
    {
        int[] filled = [.. Enumerable.Range(0, texts.Length).Where(i => texts[i].Length > 0)];
        ReadOnlyMemory<float>[] vectors = new ReadOnlyMemory<float>[texts.Length];
        IReadOnlyList<Embedding<float>?> made;
        try
        {
            made = await embedder.GenerateAsync(filled.Select(i => texts[i]), cancellationToken: cancellationToken);
        }
        catch (TextsRefusedException e)
        {
            made = e.Made;
        }

        foreach ((int place, int i) in filled.Index())
        {
            vectors[i] = made[place]?.Vector ?? default;
        }

        return vectors;
    }

    // A later quarter is no version before; a candidate of an earlier one does not serve in its place either.
    private async Task<Opponent?> FindProductionAsync(ModelManifest candidate, CancellationToken cancellationToken)
    {
        try
        {
            return await models.LoadServingAsync(candidate.TechCenter, models.ReadAsync, cancellationToken) is { } serving && serving.Manifest.Id < candidate.Id
                ? new Opponent(serving.Manifest, serving.Loaded, string.Equals(serving.Manifest.Embedder, candidate.Embedder, StringComparison.Ordinal))
                : null;
        }
        catch (ModelException e) when (!e.NeedsNewerProgram)
        {
            // Nothing that is sound serves: there is nothing to be worse than.
            return null;
        }
    }

    [SuppressMessage("Design", "CA1031:Do not catch general exception types", Justification = "Whatever makes a test impossible is a reason not to let the version serve.")]
    private static async Task<IReadOnlyList<GateTest>> TryAsync(Func<Task<IReadOnlyList<GateTest>>> tests)
    {
        try
        {
            return await tests();
        }
        catch (Exception e) when (e is not (OperationCanceledException or ObjectStoreException or EmbedderException))
        {
            return [new GateFindings("answers").FailIf(true, $"The version cannot be tested: {e.Message}").Done()];
        }
    }

    private sealed record Opponent(ModelManifest Manifest, ModelContent Content, bool Comparable)
    {
        public FittedModel Load() => FittedModel.Load(Manifest, Content);
    }
}
