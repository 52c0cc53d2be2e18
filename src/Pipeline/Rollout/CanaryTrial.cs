using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Pipeline.Clustering;
using Pipeline.Models;
using Pipeline.Preprocessing;
using Pipeline.Storage;

namespace Pipeline.Rollout;

/// <summary>Asks a version on trial, and the one in production, of the same incidents: those of the share. Asked again it measures again; nothing is stored.</summary>
public sealed class CanaryTrial(ModelStore models, IPreprocessedIncidents preprocessed, string embedder, RolloutOptions options, TimeProvider clock)
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

        List<PreprocessedIncident> share = await ReadShareAsync(techCenter, canary.Percent ?? 100, cancellationToken);
        TrialSide? production = await ProductionAsync(techCenter, share, cancellationToken);
        TrialSide tried = await CandidateAsync(techCenter, version, share, cancellationToken);
        string[] reasons = [.. Reasons(tried, production)];
        TrialState state = reasons.Length > 0 && (tried.Answers >= options.MinAnswers || tried.Failed == tried.Answers) ? TrialState.Worse
            : tried.Answers >= options.MinAnswers ? TrialState.Good
            : TrialState.TooFew;
        return new TrialReport(state, tried, production, state == TrialState.TooFew ? [string.Create(CultureInfo.InvariantCulture, $"The share holds {tried.Answers} incidents; {options.MinAnswers} are needed.")] : reasons);
    }

    // The lowest content hashes of more than are asked: as good as drawn at random, and the same at every look.
    private async Task<List<PreprocessedIncident>> ReadShareAsync(string techCenter, int percent, CancellationToken cancellationToken)
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

    private async Task<TrialSide?> ProductionAsync(string techCenter, List<PreprocessedIncident> share, CancellationToken cancellationToken)
    {
        try
        {
            return await models.LoadServingAsync(techCenter, async (manifest, token) => FittedModel.Load(manifest, await models.ReadAsync(manifest, token)), cancellationToken) is { } serving
                ? Measure(serving.Loaded, share, cancellationToken)
                : null;
        }
        catch (ModelException e) when (!e.NeedsNewerProgram)
        {
            // With nothing sound to compare with, only the version's own failures speak against it.
            return null;
        }
    }

    private async Task<TrialSide> CandidateAsync(string techCenter, string version, List<PreprocessedIncident> share, CancellationToken cancellationToken)
    {
        try
        {
            ModelManifest manifest = await models.RequireAsync(techCenter, version, cancellationToken);
            return string.Equals(manifest.Embedder, embedder, StringComparison.Ordinal)
                ? Measure(FittedModel.Load(manifest, await models.ReadAsync(manifest, cancellationToken)), share, cancellationToken)
                : new TrialSide(version, share.Count, share.Count, 0, null);
        }
        catch (Exception e) when (e is ModelException or Requests.RequestException)
        {
            return new TrialSide(version, share.Count, share.Count, 0, null);
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
                    answers = model.Classify([.. batch.Select(i => (i.ContentHash, i.Embedding))], cancellationToken);
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

        return new TrialSide(model.Manifest.Version, share.Count, failed, Math.Round(milliseconds / Math.Max(1, share.Count - failed), 4), failed == 0 ? SilhouetteOf(share, problems) : null);
    }

    private static double? SilhouetteOf(List<PreprocessedIncident> share, int[] problems)
    {
        int[] rows = [.. Enumerable.Range(0, share.Count).Where(i => problems[i] >= 0)];
        if (rows.Select(i => problems[i]).Distinct().Take(2).Count() < 2)
        {
            return null;
        }

        double silhouette = Silhouette.Compute(EmbeddingMatrix.Of([.. rows.Select(i => share[i].Embedding)]), share[0].Embedding.Length, [.. rows.Select(i => problems[i])], DistanceMetric.Cosine);
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
