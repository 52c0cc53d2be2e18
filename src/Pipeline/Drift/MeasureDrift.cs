using System.Globalization;
using Microsoft.Extensions.AI;
using Pipeline.Alerts;
using Pipeline.Incidents;
using Pipeline.Models;
using Pipeline.Preprocessing;
using Pipeline.Storage;
using Pipeline.Telemetry;

namespace Pipeline.Drift;

/// <summary>
/// The drift use case: compares the incidents that are new since a tech center's version in production with those that it was trained on, as the version sees them, and asks a fixed set
/// of probes again, whose answers must not change by themselves.
/// </summary>
public sealed class MeasureDrift(ITechCenters techCenters, IPreprocessedIncidents preprocessed, ModelStore models, DriftFiles files, ISettingsTable settings, IEmbeddingGenerator<string, Embedding<float>> embedder, string embedderId, RaiseAlert raise, DriftOptions options, TimeProvider clock)
{
    private const int Probes = 100;

    /// <summary>The tech centers that can drift: those with preprocessed incidents, in ordinal order.</summary>
    /// <exception cref="WarehouseException">The warehouse cannot be read.</exception>
    public Task<IReadOnlyList<string>> ListAsync(CancellationToken cancellationToken = default) => techCenters.ListTechCentersAsync(cancellationToken);

    /// <summary>Measures one tech center, keeps the report, and tells of a drift that is over a threshold.</summary>
    /// <exception cref="WarehouseException">The warehouse cannot be read or written.</exception>
    /// <exception cref="ObjectStoreException">The object store cannot be read or written.</exception>
    /// <exception cref="EmbedderException">The embedder does not answer.</exception>
    public async Task<DriftReport> RunAsync(string techCenter, CancellationToken cancellationToken = default)
    {
        DriftReport report = await MeasureAsync(techCenter, cancellationToken);
        await DriftReports.SaveAsync(settings, report, cancellationToken);
        if (report.Score is double score)
        {
            PipelineMetrics.Drift.Record(score, PipelineMetrics.TechCenter(techCenter));
            if (report.Level >= DriftLevel.Raised)
            {
                await raise.RunAsync(new AlertEvent(report.Level == DriftLevel.High ? AlertRules.DriftHigh : AlertRules.Drift, report.Detail, techCenter, report.Version), cancellationToken);
            }
        }

        return report;
    }

    private async Task<DriftReport> MeasureAsync(string techCenter, CancellationToken cancellationToken)
    {
        DateTimeOffset now = clock.GetUtcNow();
        DriftReport none = new() { TechCenter = techCenter, MeasuredAt = now, Detail = "No model has been trained for this tech center yet." };
        SoundVersion<FittedModel>? version;
        try
        {
            version = await models.LoadServingAsync(techCenter, async (manifest, token) => FittedModel.Load(manifest, await models.ReadAsync(manifest, token)), cancellationToken);
        }
        catch (ModelException e)
        {
            return none with { Detail = e.Message };
        }

        if (version?.Loaded is not FittedModel model)
        {
            return none;
        }

        ModelManifest newest = version.Manifest;
        if (model.Members is not MemberGeometry members || !string.Equals(newest.Embedder, embedderId, StringComparison.Ordinal))
        {
            return none with { Version = newest.Version, Detail = $"Drift is not measured of {newest.Version}: it is a version of a single layout, or of other vectors than those of '{embedderId}'." };
        }

        DriftReference reference = await files.ReadReferenceAsync(newest, cancellationToken) ?? await ReferAsync(newest, model, members, cancellationToken);
        DateTimeOffset since = new[] { newest.Window.Until < newest.CreatedAt ? newest.Window.Until : newest.CreatedAt, now.AddDays(-options.WindowDays) }.Max();
        List<PreprocessedIncident> sample = await SampleAsync(techCenter, since, now.AddDays(1), cancellationToken);
        if (sample.Count < options.Fewest || reference.Texts.Count < options.Fewest)
        {
            return none with { Version = newest.Version, Incidents = sample.Count, Detail = string.Create(CultureInfo.InvariantCulture, $"{sample.Count} different texts are new since {since:yyyy-MM-dd}, and {reference.Texts.Count} of the training are there to compare; at least {options.Fewest} of each say something.") };
        }

        ExaminedText[] current = Examine(model, members, sample);
        (double? stability, bool isSameVersion) = await AskProbesAsync(newest, members, reference, cancellationToken);
        DriftParts parts = DriftScore.Compare(reference.Texts, current, isSameVersion ? stability : null);
        double score = Math.Round(DriftScore.Of(parts), 4);
        DriftLevel level = score > options.High ? DriftLevel.High : score > options.Raised ? DriftLevel.Raised : DriftLevel.Low;
        return new DriftReport
        {
            TechCenter = techCenter,
            MeasuredAt = now,
            Version = newest.Version,
            Incidents = sample.Count,
            Since = since,
            Score = score,
            Level = level,
            Parts = parts with { Stability = stability },
            RetrainingRecommended = level == DriftLevel.High,
            Detail = Describe(score, parts, sample.Count, since, level),
        };
    }

    // A fixed choice: that of the smallest hashes.
    private async Task<List<PreprocessedIncident>> SampleAsync(string techCenter, DateTimeOffset from, DateTimeOffset until, CancellationToken cancellationToken)
    {
        SortedDictionary<string, PreprocessedIncident> chosen = new(StringComparer.Ordinal);
        await foreach (PreprocessedIncident incident in preprocessed.ReadWindowAsync(techCenter, embedderId, from, until, cancellationToken))
        {
            // Without a date it is in every window, the training's too.
            if (incident.CreatedOn is not null && chosen.TryAdd(incident.ContentHash, incident) && chosen.Count > options.Sample)
            {
                chosen.Remove(chosen.Keys.Last());
            }
        }

        return [.. chosen.Values];
    }

    private static ExaminedText[] Examine(FittedModel model, MemberGeometry members, List<PreprocessedIncident> sample) =>
        members.Examine(EmbeddingMatrix.Of([.. sample.Select(i => i.Embedding)]), [.. sample.Select(i => model.IsKnown(i.ContentHash))], DriftScore.Components);

    private async Task<DriftReference> ReferAsync(ModelManifest manifest, FittedModel model, MemberGeometry members, CancellationToken cancellationToken)
    {
        List<PreprocessedIncident> sample = [.. (await SampleAsync(manifest.TechCenter, manifest.Window.From, manifest.Window.Until, cancellationToken)).Where(i => model.IsKnown(i.ContentHash))];
        ExaminedText[] texts = sample.Count == 0 ? [] : Examine(model, members, sample);
        DriftReference reference = new(manifest.Version, texts, [.. sample.Zip(texts, (incident, text) => new DriftProbe(incident.Summary, text.ClusterId)).Take(Probes)]);
        await files.WriteReferenceAsync(manifest, reference, cancellationToken);
        return reference;
    }

    // The probes stay those of the first version that was measured; a new version's answers are compared once and then kept.
    private async Task<(double? Stability, bool IsSameVersion)> AskProbesAsync(ModelManifest manifest, MemberGeometry members, DriftReference reference, CancellationToken cancellationToken)
    {
        DriftProbes probes = await files.ReadProbesAsync(manifest, cancellationToken) ?? new DriftProbes(manifest.Version, embedderId, reference.Probes);
        if (probes.Probes.Count == 0)
        {
            return (null, true);
        }

        if (!string.Equals(probes.Embedder, embedderId, StringComparison.Ordinal))
        {
            await files.WriteProbesAsync(manifest, new DriftProbes(manifest.Version, embedderId, reference.Probes), cancellationToken);
            return (null, true);
        }

        GeneratedEmbeddings<Embedding<float>> vectors = await embedder.GenerateAsync(probes.Probes.Select(p => p.Summary), cancellationToken: cancellationToken);
        ExaminedText[] answers = members.Examine(EmbeddingMatrix.Of([.. vectors.Select(v => v.Vector)]), [.. probes.Probes.Select(_ => true)], 1);
        double same = probes.Probes.Zip(answers, (probe, answer) => probe.ClusterId == answer.ClusterId ? 1.0 : 0).Average();
        bool isSameVersion = string.Equals(probes.Version, manifest.Version, StringComparison.Ordinal);
        if (!isSameVersion)
        {
            probes = new DriftProbes(manifest.Version, embedderId, [.. probes.Probes.Zip(answers, (probe, answer) => probe with { ClusterId = answer.ClusterId })]);
        }

        await files.WriteProbesAsync(manifest, probes, cancellationToken);
        return (Math.Round(same, 4), isSameVersion);
    }

    private static string Describe(double score, DriftParts parts, int texts, DateTimeOffset since, DriftLevel level)
    {
        string advice = level switch
        {
            DriftLevel.High => "Train the tech center again.",
            DriftLevel.Raised => "Look at its newest problems; a training is due if it grows.",
            _ => "Nothing is to be done.",
        };
        string stability = parts.Stability is double stable ? string.Create(CultureInfo.InvariantCulture, $", answers kept {stable:0.00}") : "";
        return string.Create(CultureInfo.InvariantCulture, $"Drift {score:0.00} of 1 over {texts} different texts since {since:yyyy-MM-dd}: components {parts.Components:0.00} (at most {parts.LargestComponent:0.00}), confidence {parts.Confidence:0.00}, likeness {parts.Likeness:0.00}, stability index {parts.StabilityIndex:0.00}{stability}. {advice}");
    }
}

/// <summary>How far a tech center's incidents have drifted.</summary>
public sealed record DriftReport
{
    /// <summary>The tech center.</summary>
    public required string TechCenter { get; init; }

    /// <summary>When it was measured, in UTC.</summary>
    public required DateTimeOffset MeasuredAt { get; init; }

    /// <summary>The model version that it was measured by; null where there is none.</summary>
    public string? Version { get; init; }

    /// <summary>The different texts that are new.</summary>
    public int Incidents { get; init; }

    /// <summary>From when on incidents count as new, in UTC; null where nothing was measured.</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>The drift, 0 to 1; null where it is not known.</summary>
    public double? Score { get; init; }

    /// <summary>What that means.</summary>
    public DriftLevel Level { get; init; }

    /// <summary>What it is made of; null where nothing was measured.</summary>
    public DriftParts? Parts { get; init; }

    /// <summary>Whether the tech center should be trained again.</summary>
    public bool RetrainingRecommended { get; init; }

    /// <summary>The figures in a sentence with what to do, or why nothing is known.</summary>
    public required string Detail { get; init; }
}

/// <summary>How much drift there is.</summary>
public enum DriftLevel
{
    /// <summary>Not known.</summary>
    Unknown,

    /// <summary>As much as chance makes, or a little more.</summary>
    Low,

    /// <summary>Over <see cref="DriftOptions.Raised"/>.</summary>
    Raised,

    /// <summary>Over <see cref="DriftOptions.High"/>.</summary>
    High,
}
