using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Pipeline.Clustering;
using Pipeline.Models;
using Pipeline.Preprocessing;
using Pipeline.Requests;
using Pipeline.Storage;

namespace Pipeline.Rollout;

/// <summary>Asks a version on trial, and the one in production, of the same incidents: those of the share. Asked again it measures again; nothing is stored.</summary>
public sealed class CanaryTrial(ModelStore models, IPreprocessedIncidents preprocessed, RolloutOptions options, TimeProvider clock)
{
    private const int MostIncidents = 2_000;
    private const int Batch = 50;
    private const int Passes = 3;

    /// <summary>Measures both versions.</summary>
    /// <param name="techCenter">The tech center.</param>
    /// <param name="version">The version on trial.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    /// <returns>What was measured, and what it says; a trial that a person has ended is over.</returns>
    /// <exception cref="WarehouseException">The warehouse cannot be read.</exception>
    /// <exception cref="ObjectStoreException">The object store cannot be read.</exception>
    public async Task<TrialReport> RunAsync(string techCenter, string version, CancellationToken cancellationToken = default)
    {
        if ((await models.Stages.ReadAsync(techCenter, cancellationToken)).Canary is not StagedVersion canary || !string.Equals(canary.Version, version, StringComparison.Ordinal))
        {
            return new TrialReport(TrialState.Over, null, null, [$"{version} is on trial no more."]);
        }

        (FittedModel? candidate, string? embedder) = await LoadAsync(techCenter, version, cancellationToken);
        FittedModel? serving = await LoadServingAsync(techCenter, cancellationToken);
        List<PreprocessedIncident> share = (embedder ?? serving?.Manifest.Embedder) is string rows ? await ReadShareAsync(techCenter, rows, canary.Percent ?? 100, cancellationToken) : [];
        TrialSide? production = serving is not null && (embedder is null || string.Equals(serving.Manifest.Embedder, embedder, StringComparison.Ordinal)) ? Measure(serving, share, cancellationToken) : null;
        TrialSide tried = candidate is null ? new TrialSide(version, Math.Max(1, share.Count), Math.Max(1, share.Count), 0, null) : Measure(candidate, share, cancellationToken);
        string[] reasons = [.. Reasons(tried, production)];
        TrialState state = reasons.Length > 0 && (tried.Answers >= options.MinAnswers || tried.Failed == tried.Answers) ? TrialState.Worse
            : tried.Answers >= options.MinAnswers ? TrialState.Good
            : TrialState.TooFew;
        return new TrialReport(state, tried, production, state == TrialState.TooFew ? [string.Create(CultureInfo.InvariantCulture, $"The share holds {tried.Answers} incidents; {options.MinAnswers} are needed.")] : reasons);
    }

    // The lowest content hashes of more than are asked: as good as drawn at random, and the same at every look.
    private async Task<List<PreprocessedIncident>> ReadShareAsync(string techCenter, string embedder, int percent, CancellationToken cancellationToken)
    {
        PriorityQueue<PreprocessedIncident, string> share = new(Comparer<string>.Create((a, b) => string.CompareOrdinal(b, a)));
        await foreach (PreprocessedIncident incident in preprocessed.ReadWindowAsync(techCenter, embedder, DateTimeOffset.MinValue, DateTimeOffset.MaxValue, cancellationToken))
        {
            if (CanaryShare.Includes(incident.Number, percent))
            {
                share.Enqueue(incident, incident.ContentHash);
                if (share.Count > MostIncidents)
                {
                    share.Dequeue();
                }
            }
        }

        return [.. share.UnorderedItems.Select(i => i.Element).OrderBy(i => i.Number, StringComparer.Ordinal)];
    }

    private async Task<FittedModel?> LoadServingAsync(string techCenter, CancellationToken cancellationToken)
    {
        try
        {
            return (await models.LoadServingAsync(techCenter, async (manifest, token) => FittedModel.Load(manifest, await models.ReadAsync(manifest, token)), cancellationToken))?.Loaded;
        }
        catch (ModelException e) when (!e.NeedsNewerProgram)
        {
            // With nothing sound to compare with, only the version's own failures speak against it.
            return null;
        }
    }

    // A version that cannot be loaded answers nothing.
    private async Task<(FittedModel? Model, string? Embedder)> LoadAsync(string techCenter, string version, CancellationToken cancellationToken)
    {
        string? embedder = null;
        try
        {
            ModelManifest manifest = await models.RequireAsync(techCenter, version, cancellationToken);
            embedder = manifest.Embedder;
            return (FittedModel.Load(manifest, await models.ReadAsync(manifest, cancellationToken)), embedder);
        }
        catch (Exception e) when (e is ModelException or RequestException)
        {
            return (null, embedder);
        }
    }

    [SuppressMessage("Design", "CA1031:Do not catch general exception types", Justification = "Whatever an answer throws is a failed answer.")]
    private TrialSide Measure(FittedModel model, List<PreprocessedIncident> share, CancellationToken cancellationToken)
    {
        int failed = 0;
        double milliseconds = 0;
        int[] problems = new int[share.Count];
        foreach ((int number, PreprocessedIncident[] batch) in share.Chunk(Batch).Index())
        {
            try
            {
                double best = double.PositiveInfinity;
                IReadOnlyList<ClusterAssignment> answers = [];
                for (int pass = 0; pass < Passes; pass++)
                {
                    long begun = clock.GetTimestamp();
                    answers = model.Classify([.. batch.Select(i => (i.ContentHash, model.VectorOf(i.Summary, i.Embedding)))], cancellationToken);
                    best = Math.Min(best, clock.GetElapsedTime(begun).TotalMilliseconds);
                }

                milliseconds += best;
                answers.Select(answer => model.ProblemIdOf(answer.ClusterId)).ToArray().CopyTo(problems, number * Batch);
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                failed += batch.Length;
            }
        }

        return new TrialSide(model.Manifest.Version, share.Count, failed, Math.Round(milliseconds / Math.Max(1, share.Count - failed), 4), failed == 0 ? SilhouetteOf([.. share.Select(i => model.VectorOf(i.Summary, i.Embedding))], problems) : null);
    }

    private static double? SilhouetteOf(ReadOnlyMemory<float>[] vectors, int[] problems)
    {
        int[] rows = [.. Enumerable.Range(0, problems.Length).Where(i => problems[i] >= 0)];
        if (rows.Select(i => problems[i]).Distinct().Take(2).Count() < 2)
        {
            return null;
        }

        double silhouette = Silhouette.Compute(EmbeddingMatrix.Of([.. rows.Select(i => vectors[i])]), vectors[rows[0]].Length, [.. rows.Select(i => problems[i])], DistanceMetric.Cosine);
        return double.IsFinite(silhouette) ? Math.Round(silhouette, 4) : null;
    }

    private IEnumerable<string> Reasons(TrialSide tried, TrialSide? production)
    {
        double most = ((production?.ErrorShare ?? 0) * options.ErrorFactor) + (options.ErrorPoints / 100);
        if (tried.ErrorShare > most)
        {
            yield return Text($"errors: {tried.ErrorShare:P1} of the answers fail, {production?.ErrorShare ?? 0:P1} in production; {most:P1} may.");
        }

        if (production is null || production.Failed == production.Answers)
        {
            yield break;
        }

        double slowest = Math.Max(production.Milliseconds * options.LatencyFactor, production.Milliseconds + options.LatencySlack);
        if (tried.Milliseconds > slowest)
        {
            yield return Text($"latency: an answer takes {tried.Milliseconds:0.00} ms, {production.Milliseconds:0.00} ms in production; {slowest:0.00} ms may pass.");
        }

        if (tried.Failed == 0 && production.Silhouette is double usual)
        {
            double least = usual - ((1 - options.SilhouetteFactor) * Math.Abs(usual));
            if (tried.Silhouette is not double reached || reached < least)
            {
                yield return Text($"quality: the silhouette is {(tried.Silhouette is double s ? s.ToString("0.000", CultureInfo.InvariantCulture) : "not defined")}, {usual:0.000} in production; {least:0.000} is the least.");
            }
        }
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}

/// <summary>What a look at a trial found.</summary>
/// <param name="State">What it says.</param>
/// <param name="Tried">The version on trial; null where the trial is over.</param>
/// <param name="Production">The one in production; null where none is sound.</param>
/// <param name="Reasons">Why the version is worse, or cannot be judged; each begins with what was measured.</param>
public sealed record TrialReport(TrialState State, TrialSide? Tried, TrialSide? Production, IReadOnlyList<string> Reasons);

/// <summary>How one version did.</summary>
/// <param name="Version">Its name.</param>
/// <param name="Answers">Incidents that it was asked of.</param>
/// <param name="Failed">Those of them that it did not answer.</param>
/// <param name="Milliseconds">Of an answer, on the mean.</param>
/// <param name="Silhouette">Of the incidents by their problems, -1 to 1 (cosine distance of the embeddings); null where it is not defined.</param>
public sealed record TrialSide(string Version, int Answers, int Failed, double Milliseconds, double? Silhouette)
{
    /// <summary>The part of the answers that failed, 0 to 1.</summary>
    public double ErrorShare => Answers == 0 ? 0 : (double)Failed / Answers;
}

/// <summary>What a trial says of a version so far.</summary>
public enum TrialState
{
    /// <summary>It is as good as the one in production.</summary>
    Good,

    /// <summary>It is worse.</summary>
    Worse,

    /// <summary>There are too few answers to say.</summary>
    TooFew,

    /// <summary>The version is on trial no more: a person has ended it.</summary>
    Over,
}
