using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Pipeline.Clustering;
using Pipeline.Datasets;
using Pipeline.Gate;
using Pipeline.Models;
using Pipeline.Preprocessing;
using Pipeline.Requests;
using Pipeline.Rollout;
using Pipeline.Runs;
using Pipeline.Storage;
using Pipeline.Training;

namespace Pipeline.Tuning;

/// <summary>
/// The use case of whoever asks whether other parameters, or another algorithm, would find a tech center's problems better. Each combination is clustered on the window and kept as a run; one
/// that was tried before on the same incidents is not tried again, so that a tuning that was stopped goes on where it was.
/// </summary>
public sealed class TuneTechCenter(WindowReader reader, TrainingPlanner planner, TrainingSteps training, TunedCenters tuned, ManageVersions versions, RunLog runs, TrainingOptions options, GateOptions gate, TimeProvider clock)
{
    // So many incidents tell a silhouette to two digits.
    private const int Sampled = 2_000;

    /// <summary>Tries every combination.</summary>
    /// <param name="techCenter">The tech center.</param>
    /// <param name="search">The combinations.</param>
    /// <param name="progress">Told before each trial.</param>
    /// <param name="cancellationToken">Stops between steps; what was tried is kept.</param>
    /// <exception cref="RequestException">There is no such tech center, or its window holds too few incidents.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of its range, or there are too many combinations.</exception>
    /// <exception cref="WarehouseException">The warehouse cannot be read.</exception>
    /// <exception cref="ObjectStoreException">The object store cannot be read or written.</exception>
    public async Task<TuningResult> RunAsync(string techCenter, TuningSearch search, IProgress<PipelineProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(search);
        TrainingPlan plan = await planner.PlanAsync(new TrainingRequest(TechCenters: [techCenter]), cancellationToken);
        TrainingWindow window = planner.Window(plan.Year, plan.Quarter);
        Dataset dataset = await reader.DatasetOfAsync(techCenter, cancellationToken);
        IReadOnlyList<PreprocessedIncident> rows = await reader.ReadAsync(techCenter, dataset, window, cancellationToken);
        TrainingOptions now = await tuned.ApplyAsync(options, techCenter, cancellationToken);
        int needed = WindowIncidents.Needed(WindowIncidents.Resolve(now, dataset, rows.Count));
        if (rows.Count < needed)
        {
            throw new RequestException(RequestProblem.Conflict, $"The window of '{techCenter}' holds too few incidents: {rows.Count}, at least {needed} are needed.");
        }

        IReadOnlyList<TunedParameters> combinations = search.Combine(now, dataset, rows.Count);
        DateTimeOffset begun = clock.GetUtcNow();
        WindowIncidents prepared = await reader.PrepareAsync(rows, dataset, window, begun.UtcTicks, cancellationToken);
        rows = prepared.Rows;
        List<TuningTrial> trials = [];
        foreach ((int number, TunedParameters combination) in combinations.Index())
        {
            progress?.Report(new PipelineProgress("Tuning", number, combinations.Count, Describe(combination), "trial"));
            trials.Add(await TryAsync(techCenter, window, prepared, combination, WindowIncidents.Resolve(combination.Over(now), dataset, rows.Count), cancellationToken));
        }

        progress?.Report(new PipelineProgress("Tuning", combinations.Count, combinations.Count, Unit: "trial"));
        TuningTrial best = trials.OrderByDescending(t => t.Fits).ThenByDescending(t => t.Score).First();
        TuningResult result = new(RunLog.IdOf("tuning", techCenter, begun.UtcTicks.ToString(CultureInfo.InvariantCulture)), techCenter, plan.Year, plan.Quarter, rows.Count, trials, best);
        await KeepAsync(result, search, now, begun, cancellationToken);
        return result;
    }

    /// <summary>
    /// Trains a version with the best parameters, which the gate tests like any other. Where it passes, it serves, or is on trial where the policy of the tech center is canary, and later trainings of the
    /// tech center go by the same parameters. Where it is refused, they go by what held before.
    /// </summary>
    /// <param name="result">What was tried.</param>
    /// <param name="who">Who wants it.</param>
    /// <param name="progress">Told of the training.</param>
    /// <param name="cancellationToken">Stops between steps.</param>
    /// <exception cref="WarehouseException">The warehouse cannot be read or written.</exception>
    /// <exception cref="ObjectStoreException">The object store cannot be read or written.</exception>
    public async Task<TrainingOutcome> PromoteAsync(TuningResult result, string who, IProgress<PipelineProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(result);
        TunedParameters? before = await tuned.FindAsync(result.TechCenter, cancellationToken);
        TunedParameters best = (before ?? new TunedParameters()).With(result.Best.Parameters);
        TrainingRecord record = await training.RunAsync(new TrainingPlan(result.Year, result.Quarter, [result.TechCenter], result.Id), progress, best, cancellationToken);
        await training.CloseAsync(record, cancellationToken);
        TrainingOutcome outcome = record.TechCenters.Single();
        if (outcome.Status == TrainingStatus.Published)
        {
            // Not before: whoever stops the training leaves nothing that no gate has seen.
            await tuned.KeepAsync(result.TechCenter, best, cancellationToken);
            if (outcome.Stage == ModelStage.Candidate)
            {
                StageResult promoted = await versions.PromoteAsync(result.TechCenter, outcome.Version!, new StageOrder(who, $"The tuning {result.Id[..8]} found it the best."), cancellationToken);
                outcome = outcome with { Stage = promoted.Stage };
            }
        }

        await runs.ChangeAsync(
            result.Id,
            run => run with
            {
                Tags = new Dictionary<string, string>(run.Tags, StringComparer.Ordinal) { ["version"] = outcome.Version ?? "", ["outcome"] = outcome.Status == TrainingStatus.Published ? "promoted" : "refused", ["failed_tests"] = outcome.FailedTests ?? "" },
            },
            cancellationToken);
        return outcome;
    }

    /// <summary>Lets the settings hold again for a tech center's trainings.</summary>
    /// <exception cref="ObjectStoreException">The object store cannot be written.</exception>
    public Task ResetAsync(string techCenter, CancellationToken cancellationToken = default) => tuned.KeepAsync(techCenter, null, cancellationToken);

    private async Task<TuningTrial> TryAsync(string techCenter, TrainingWindow window, WindowIncidents prepared, TunedParameters combination, TrainingParameters parameters, CancellationToken cancellationToken)
    {
        Dictionary<string, string> settled = TrainingRunRecorder.Parameters(parameters, window, prepared.Embedder, typeof(Hdbscan).Assembly.GetName().Version!.ToString(3), prepared.Rows);
        string id = RunLog.IdOf(["trial", techCenter, .. settled.OrderBy(p => p.Key, StringComparer.Ordinal).Select(p => $"{p.Key}={p.Value}")]);
        if (await runs.FindAsync(id, cancellationToken) is not { State: RunState.Finished } run)
        {
            run = Try(id, techCenter, prepared, parameters, settled, cancellationToken);
            await runs.WriteAsync(run, cancellationToken);
        }

        return TuningTrial.Of(run, combination, gate);
    }

    private RunRecord Try(string id, string techCenter, WindowIncidents prepared, TrainingParameters parameters, Dictionary<string, string> settled, CancellationToken cancellationToken)
    {
        DateTimeOffset begun = clock.GetUtcNow();
        long start = Stopwatch.GetTimestamp();
        ClusteredIncidents found = prepared.Cluster(parameters, options.MaxDegreeOfParallelism, cancellationToken);
        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        int[] problems = [.. found.Labels.Select(label => label < 0 ? -1 : found.Problems[label])];
        DateTimeOffset now = clock.GetUtcNow();
        double noise = (double)problems.Count(p => p < 0) / problems.Length;
        double silhouette = SilhouetteOf(prepared, problems, options.Seed, options.MaxDegreeOfParallelism, cancellationToken);
        (string Key, double Value)[] measured =
        [
            ("incidents", problems.Length), ("problems", problems.Where(p => p >= 0).Distinct().Count()), ("clusters", found.Labels.Where(l => l >= 0).Distinct().Count()), ("noise", noise),
            ("dbcv", found.Dbcv), ("stability", found.Stability), ("silhouette", silhouette), ("score", (1 - noise) * (found.Stability + silhouette) / 2), ("train_seconds", seconds),
        ];
        return new RunRecord
        {
            Id = id,
            Kind = RunKind.Trial,
            TechCenter = techCenter,
            Name = $"trial {parameters.Algorithm}, clusters from {parameters.MinClusterSize}",
            State = RunState.Finished,
            StartedAt = begun,
            EndedAt = now,
            Parameters = settled,
            Metrics = [.. measured.Where(m => double.IsFinite(m.Value)).Select(m => new RunMetric(m.Key, Math.Round(m.Value, 4), now))],
        };
    }

    // In the space of the embeddings, which is the same for every combination; where there is but one problem, nothing is told apart.
    private static double SilhouetteOf(WindowIncidents prepared, int[] problems, int seed, int? maxDegreeOfParallelism, CancellationToken cancellationToken)
    {
        int dimensions = prepared.Dimensions;
        int[] rows = [.. Enumerable.Range(0, problems.Length).Where(i => problems[i] >= 0)];
        if (rows.Select(i => problems[i]).Distinct().Take(2).Count() < 2)
        {
            return 0;
        }

        if (rows.Length > Sampled)
        {
            new Random(seed).Shuffle(rows);
            rows = rows[..Sampled];
        }

        float[] vectors = new float[rows.Length * dimensions];
        foreach ((int place, int row) in rows.Index())
        {
            prepared.VectorOf(row).CopyTo(vectors.AsSpan(place * dimensions));
        }

        double silhouette = Silhouette.Compute(vectors, dimensions, [.. rows.Select(i => problems[i])], DistanceMetric.Cosine, maxDegreeOfParallelism: maxDegreeOfParallelism, ct: cancellationToken);
        return double.IsFinite(silhouette) ? silhouette : 0;
    }

    private Task KeepAsync(TuningResult result, TuningSearch search, TrainingOptions now, DateTimeOffset begun, CancellationToken cancellationToken)
    {
        DateTimeOffset ended = clock.GetUtcNow();
        return runs.WriteAsync(
            new RunRecord
            {
                Id = result.Id,
                Kind = RunKind.Tuning,
                TechCenter = result.TechCenter,
                Name = string.Create(CultureInfo.InvariantCulture, $"tuning of {result.Trials.Count} trials"),
                State = RunState.Finished,
                StartedAt = begun,
                EndedAt = ended,
                Parameters = new Dictionary<string, string>(StringComparer.Ordinal)
                {
                    ["search"] = JsonSerializer.Serialize(search, PipelineJson.Compact),
                    ["before"] = JsonSerializer.Serialize(now with { MaxDegreeOfParallelism = null }, PipelineJson.Compact),
                    ["incidents"] = result.Incidents.ToString(CultureInfo.InvariantCulture),
                },
                Metrics = [.. result.Trials.Index().SelectMany(t => new[] { new RunMetric("score", t.Item.Score, ended, t.Index), new RunMetric("noise", t.Item.Measures.GetValueOrDefault("noise"), ended, t.Index), new RunMetric("stability", t.Item.Measures.GetValueOrDefault("stability"), ended, t.Index) })],
                Tags = new Dictionary<string, string>(StringComparer.Ordinal) { ["best"] = result.Best.Run, ["best_parameters"] = Describe(result.Best.Parameters), ["trials"] = string.Join(' ', result.Trials.Select(t => t.Run)) },
            },
            cancellationToken);
    }

    /// <summary>A combination in words.</summary>
    public static string Describe(TunedParameters parameters)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        string[] parts =
        [
            .. new (string Name, object? Value)[] { ("", parameters.Algorithm), ("clusters from", parameters.MinClusterSize), ("samples", parameters.MinSamples), ("neighbours", parameters.Neighbors), ("dimensions", parameters.Dimensions) }
                .Where(p => p.Value is not null).Select(p => string.Create(CultureInfo.InvariantCulture, $"{p.Name} {p.Value}").Trim()),
        ];
        return parts.Length == 0 ? "as now" : string.Join(", ", parts);
    }
}

/// <summary>What a tuning found.</summary>
/// <param name="Id">Its run.</param>
/// <param name="TechCenter">The tech center.</param>
/// <param name="Year">The year of the window's end.</param>
/// <param name="Quarter">Its quarter.</param>
/// <param name="Incidents">The incidents of the window.</param>
/// <param name="Trials">The trials, of which the first is what held before.</param>
/// <param name="Best">The best of them.</param>
public sealed record TuningResult(string Id, string TechCenter, int Year, int Quarter, int Incidents, IReadOnlyList<TuningTrial> Trials, TuningTrial Best)
{
    /// <summary>Whether something is better than what held before.</summary>
    public bool IsBetter => !ReferenceEquals(Best, Trials[0]);
}

/// <summary>One combination and what it found.</summary>
/// <param name="Run">The run that it is kept as.</param>
/// <param name="Parameters">The combination; empty for what held before.</param>
/// <param name="Score">The mean of stability and silhouette, times the part of the incidents that belong to a problem, -0.5 to 1.</param>
/// <param name="Fits">Whether it keeps the limits of the gate that can be told without a version: noise and problems.</param>
/// <param name="Measures">All that was measured.</param>
public sealed record TuningTrial(string Run, TunedParameters Parameters, double Score, bool Fits, IReadOnlyDictionary<string, double> Measures)
{
    internal static TuningTrial Of(RunRecord run, TunedParameters parameters, GateOptions gate)
    {
        IReadOnlyDictionary<string, double> measures = run.LastMetrics();
        return new TuningTrial(run.Id, parameters, measures.GetValueOrDefault("score"), measures.GetValueOrDefault("noise") <= gate.MaxNoise && measures.GetValueOrDefault("problems") >= gate.MinProblems, measures);
    }
}
