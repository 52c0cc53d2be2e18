using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Pipeline.Clustering;
using Pipeline.Datasets;
using Pipeline.Gate;
using Pipeline.Models;
using Pipeline.Preprocessing;
using Pipeline.Storage;
using Pipeline.Telemetry;

namespace Pipeline.Training;

/// <summary>Trains one tech center: window, clusters, identity, names, domains, measures, publication, and the gate that decides whether the version serves.</summary>
public sealed class TechCenterTrainer(WindowReader reader, ModelStore models, ReleaseCandidate release, TrainingRunRecorder runs, ClusterNamer namer, TrainingOptions options, TunedCenters tuned, TimeProvider clock, Func<string, CancellationToken, Task<IReadOnlyList<ToldProblem>>>? told = null)
{
    // With a larger share of incidents in no cluster, a training says why.
    private const double MuchNoise = 0.5;

    // More trainings than this never publish the same quarter at once.
    private const int MostRevisions = 50;

    /// <summary>
    /// Trains and publishes a version. Too few incidents, or nothing but noise, is an outcome and no failure; so is a version that this training run published before it was killed.
    /// </summary>
    /// <param name="techCenter">The tech center.</param>
    /// <param name="year">The calendar year of the window's end.</param>
    /// <param name="quarter">The quarter of the window's end.</param>
    /// <param name="window">The period to learn from.</param>
    /// <param name="trainingRun">The run that asks: its own version is never published twice.</param>
    /// <param name="parameters">Goes by these in place of what was found for the tech center; null for what was found.</param>
    /// <param name="cancellationToken">Stops between steps, before publication.</param>
    /// <exception cref="WarehouseException">The warehouse cannot be read.</exception>
    /// <exception cref="ObjectStoreException">The object store cannot be read or written.</exception>
    public async Task<TrainingOutcome> TrainAsync(string techCenter, int year, int quarter, TrainingWindow window, long trainingRun, TunedParameters? parameters = null, CancellationToken cancellationToken = default)
    {
        TrainingOutcome outcome = await PipelineWork.RunAsync(PipelineOperation.Train, techCenter, () => RunAsync(techCenter, year, quarter, window, trainingRun, parameters, cancellationToken), trained => trained.Status != TrainingStatus.Failed);
        Measure(outcome);
        if (outcome.Version is null)
        {
            await runs.UnpublishedAsync(outcome, trainingRun, cancellationToken);
        }

        return outcome;
    }

    [SuppressMessage("Design", "CA1031:Do not catch general exception types", Justification = "A tech center whose data makes training throw is reported, and the others go on.")]
    private async Task<TrainingOutcome> RunAsync(string techCenter, int year, int quarter, TrainingWindow window, long trainingRun, TunedParameters? given, CancellationToken cancellationToken)
    {
        Stopwatch stopwatch = Stopwatch.StartNew();
        int incidents = 0;
        try
        {
            IReadOnlyList<ListedVersion> versions = await models.ListWithDamagedAsync(techCenter, cancellationToken);
            Dataset dataset = await reader.DatasetOfAsync(techCenter, cancellationToken);
            IReadOnlyList<PreprocessedIncident> rows = await reader.ReadAsync(techCenter, dataset, window, cancellationToken);
            if (OwnOf(versions, trainingRun, year, quarter) is ModelManifest own && await ReadOrDamagedAsync(own, cancellationToken) is ModelContent content)
            {
                return Published(own, await ReleaseAsync(own, rows, cancellationToken), content.Clusters.Domains.Count, content.Metrics.TrainSeconds, content.Metrics.Dbcv, damage: null);
            }

            incidents = rows.Count;
            TrainingParameters parameters = WindowIncidents.Resolve(given is null ? await tuned.ApplyAsync(options, techCenter, cancellationToken) : given.Over(options), dataset, incidents);
            int needed = WindowIncidents.Needed(parameters);
            if (incidents < needed)
            {
                return Unpublished(TrainingStatus.TooFewIncidents, $"The window holds too few incidents: {incidents}, at least {needed} are needed.");
            }

            WindowIncidents prepared = await reader.PrepareAsync(rows, dataset, window, trainingRun, cancellationToken);
            rows = prepared.Rows;

            // This goes on inside the call that completed the reading, which holds every vector that was read until it is left.
            await Task.Yield();
            ClusteredIncidents clustered = prepared.Cluster(parameters, options.MaxDegreeOfParallelism, cancellationToken);
            if (clustered.Labels.All(label => label < 0))
            {
                return Unpublished(TrainingStatus.NoClusters, $"None of the {incidents} incidents in the window is alike enough to others for a cluster.");
            }

            ModelManifest draft = new()
            {
                Format = ModelManifest.CurrentFormat,
                TechCenter = techCenter,
                Version = new ModelVersionId(year, quarter, 1).ToString(),
                CreatedAt = clock.GetUtcNow(),
                TrainingRun = trainingRun,
                LibraryVersion = typeof(Hdbscan).Assembly.GetName().Version!.ToString(3),
                Embedder = prepared.Embedder,
                Records = prepared.Encoder?.Mix,
                Window = window,
                Incidents = incidents,
                Unclustered = 0,
                Clusters = 0,
                Stability = Math.Round(clustered.Stability, 4),
                Parameters = parameters,
                NextClusterId = 0,
                NextDomainId = 0,
                Files = [],
            };
            (ModelManifest manifest, int domains, string? damage) = await PublishAsync(draft, rows, clustered, prepared.Background?.Texts, stopwatch, cancellationToken);
            Release released = await ReleaseAsync(manifest, rows, cancellationToken);
            string? ignored = given is null ? await tuned.FindProblemAsync(techCenter, cancellationToken) : null;
            return Published(manifest, released, domains, stopwatch.Elapsed.TotalSeconds, clustered.Dbcv, damage is null || ignored is null ? damage ?? ignored : $"{damage} {ignored}");
        }
        catch (Exception e) when (e is not (OperationCanceledException or WarehouseException or ObjectStoreException))
        {
            return Unpublished(TrainingStatus.Failed, e is ModelException or EmbedderException ? e.Message : $"{e.GetType().Name}: {e.Message}");
        }

        TrainingOutcome Unpublished(TrainingStatus status, string detail) => new()
        {
            TechCenter = techCenter,
            Status = status,
            Incidents = incidents,
            Unclustered = status == TrainingStatus.NoClusters ? incidents : 0,
            Seconds = Math.Round(stopwatch.Elapsed.TotalSeconds, 3),
            Detail = detail,
        };
    }

    /// <summary>
    /// Publishes as the quarter's next revision. Where another training has taken that one meanwhile, the version is assembled anew, since it now continues that training's
    /// clusters, and published as the revision after it.
    /// </summary>
    private async Task<(ModelManifest Manifest, int Domains, string? Damage)> PublishAsync(
        ModelManifest draft, IReadOnlyList<PreprocessedIncident> rows, ClusteredIncidents clustered, IReadOnlyList<string>? background, Stopwatch stopwatch, CancellationToken cancellationToken)
    {
        // The name of a version that was put away is not given again.
        CenterStages stages = await models.Stages.OpenAsync(draft.TechCenter, cancellationToken);
        ModelVersionId[] staged = [.. stages.Versions.Where(v => v.Stage == ModelStage.Archived).Select(v => ModelVersionId.Parse(v.Version)).OfType<ModelVersionId>()];
        IReadOnlyList<ListedVersion> versions = await models.ListWithDamagedAsync(draft.TechCenter, cancellationToken);
        ModelVersionId version = new(draft.Id.Year, draft.Id.Quarter, 0);
        int assembledFrom = -1;
        ModelManifest? previous = null;
        string? damage = null;
        ModelAssembly? assembly = null;
        while (version.Revision < MostRevisions)
        {
            // The same run may be at this tech center twice: cancelled and begun again, while the first goes on to its end.
            if (OwnOf(versions, draft.TrainingRun, version.Year, version.Quarter) is ModelManifest twin && await ReadOrDamagedAsync(twin, cancellationToken) is ModelContent content)
            {
                return (twin, content.Clusters.Domains.Count, damage);
            }

            version = version with { Revision = 1 + versions.Select(v => v.Id).Concat(staged).Where(v => v.Year == version.Year && v.Quarter == version.Quarter).Select(v => v.Revision).Append(version.Revision).Max() };
            if (assembly is null || assembledFrom != versions.Count)
            {
                assembledFrom = versions.Count;
                (previous, EarlierVersion? earlier, damage) = await FindEarlierAsync(draft, version, versions, cancellationToken);
                IReadOnlyList<ToldProblem> problems = told is null ? [] : await told(versions.Select(v => v.Manifest).OfType<ModelManifest>().LastOrDefault()?.Folder ?? draft.Folder, cancellationToken);
                assembly = await new ModelAssembler(namer, draft.Records is null ? null : new RecordTraits([.. rows.Select(r => r.Summary)], draft.Records), background).AssembleAsync(rows, await LabelledAsync(rows, clustered, previous, earlier, cancellationToken), earlier, [.. versions.Select(v => v.Manifest).OfType<ModelManifest>()], cancellationToken, problems);
            }

            ModelManifest manifest = draft with
            {
                Version = version.ToString(),
                PreviousVersion = previous?.Version,
                Unclustered = assembly.Unclustered,
                Clusters = assembly.Clusters.Clusters.Count,
                Problems = assembly.Clusters.Problems.Count,
                NextClusterId = assembly.NextClusterId,
                NextProblemId = assembly.NextProblemId,
                NextDomainId = assembly.NextDomainId,
            };
            ModelMetrics metrics = new(
                manifest.Incidents,
                manifest.Clusters,
                manifest.Unclustered,
                Math.Round((double)manifest.Unclustered / manifest.Incidents, 4),
                clustered.Dbcv,
                assembly.Clusters.Clusters.Average(c => c.Persistence),
                Math.Round(stopwatch.Elapsed.TotalSeconds, 3),
                draft.Stability);
            if (await models.PublishAsync(manifest, new ModelContent(assembly.Arrays, assembly.Clusters, metrics), cancellationToken) is ModelManifest published)
            {
                return (published, assembly.Clusters.Domains.Count, damage);
            }

            versions = await models.ListWithDamagedAsync(draft.TechCenter, cancellationToken);
        }

        throw new ModelException($"{draft.TechCenter} has {MostRevisions} revisions of {new ModelVersionId(version.Year, version.Quarter, 1)}, published or left by killed trainings. Delete the folders without a manifest.json below {ModelPaths.Root}/{draft.Folder}, and train again.");
    }

    // The tickets that people moved are labelled examples of the problems that the version before knows.
    private async Task<ClusteredIncidents> LabelledAsync(IReadOnlyList<PreprocessedIncident> rows, ClusteredIncidents clustered, ModelManifest? previous, EarlierVersion? earlier, CancellationToken cancellationToken)
    {
        if (previous is null || earlier is null || await models.Corrections.ReadAsync(previous, earlier.Clusters, withTickets: true, cancellationToken) is not { Tickets.Count: > 0 } corrections)
        {
            return clustered;
        }

        return LabelledTraining.Apply(rows, clustered, earlier.ClusterIdsOf(rows, cancellationToken), corrections);
    }

    private static ModelManifest? OwnOf(IEnumerable<ListedVersion> versions, long trainingRun, int year, int quarter) =>
        versions.Select(v => v.Manifest).OfType<ModelManifest>().LastOrDefault(v => v.TrainingRun == trainingRun && v.Id.Year == year && v.Id.Quarter == quarter);

    private async Task<ModelContent?> ReadOrDamagedAsync(ModelManifest manifest, CancellationToken cancellationToken)
    {
        try
        {
            return await models.ReadAsync(manifest, cancellationToken);
        }
        catch (ModelException)
        {
            // What was published of this run is damaged since: it is trained once more, as the next revision.
            return null;
        }
    }

    private async Task<Release> ReleaseAsync(ModelManifest manifest, IReadOnlyList<PreprocessedIncident> rows, CancellationToken cancellationToken)
    {
        Release released = await release.RunAsync(manifest, rows, cancellationToken);
        await runs.PublishedAsync(manifest, rows, released, cancellationToken);
        return released;
    }

    /// <summary>
    /// The version whose clusters the new one continues, and what is wrong with those that it was looked for among: the one that serves, or that stands in for it. Where that is of a later
    /// quarter, it is the newest before the new one that the gate did not refuse.
    /// </summary>
    private async Task<(ModelManifest? Manifest, EarlierVersion? Version, string? Damage)> FindEarlierAsync(ModelManifest draft, ModelVersionId own, IReadOnlyList<ListedVersion> versions, CancellationToken cancellationToken)
    {
        CenterStages stages = await models.Stages.ReadAsync(draft.TechCenter, cancellationToken);
        string[] serving = [.. stages.ServingOrder];
        IEnumerable<ListedVersion> before = versions.Where(v => v.Id < own && stages.Find(v.Id.ToString()) is { Passed: not false, Stage: not ModelStage.Archived })
            .OrderBy(v => Array.IndexOf(serving, v.Id.ToString()) is int place and >= 0 ? place : serving.Length).ThenByDescending(v => v.Id);
        if (serving.Length > 0 && ModelVersionId.Parse(serving[0]) is ModelVersionId production && production > own)
        {
            before = before.OrderByDescending(v => v.Id);
        }

        List<string> damages = [];
        foreach (ListedVersion listed in before)
        {
            try
            {
                ModelManifest manifest = listed.Manifest ?? throw new ModelException(listed.Problem!) { NeedsNewerProgram = listed.NeedsNewerProgram };
                return (manifest, await EarlierVersion.ReadAsync(models, manifest, draft.Embedder, options.MaxDegreeOfParallelism, cancellationToken), Told());
            }
            catch (ModelException e) when (!e.NeedsNewerProgram)
            {
                damages.Add(e.Message);
            }
        }

        return (null, null, Told());

        string? Told() => damages.Count == 0 ? null : $"Published as the successor of the last sound version. {string.Join(' ', damages)}";
    }

    // A failed training is counted as an error; a published version is described.
    private static void Measure(TrainingOutcome outcome)
    {
        KeyValuePair<string, object?> center = PipelineMetrics.TechCenter(outcome.TechCenter);
        PipelineMetrics.TrainingDuration.Record(outcome.Seconds, center, new("status", outcome.Status.ToString()));
        if (outcome.Status == TrainingStatus.Failed)
        {
            PipelineMetrics.Fail(PipelineOperation.Train, outcome.TechCenter);
        }

        if (outcome.Status is TrainingStatus.Published or TrainingStatus.Refused)
        {
            PipelineMetrics.TrainingProblems.Record(outcome.Problems, center);
            PipelineMetrics.TrainingClusters.Record(outcome.Clusters, center);
            PipelineMetrics.NoiseShare.Record((double)outcome.Unclustered / Math.Max(1, outcome.Incidents), center);
        }

        if (outcome.Quality is double quality && double.IsFinite(quality))
        {
            PipelineMetrics.TrainingQuality.Record(quality, center);
        }
    }

    private static string? WhyUnclustered(ModelManifest manifest) => manifest.Unclustered <= MuchNoise * manifest.Incidents
        ? null
        : string.Create(CultureInfo.InvariantCulture, $"{manifest.Unclustered} of the {manifest.Incidents} incidents belong to no cluster: fewer than {manifest.Parameters.MinClusterSize} of them are alike at a time. More incidents of the same kind, from a longer window or a larger tech center, make clusters of them.");

    private static TrainingOutcome Published(ModelManifest manifest, Release release, int domains, double seconds, double quality, string? damage) => new()
    {
        Detail = string.Join(' ', new[] { Told(manifest.Version, release), damage, WhyUnclustered(manifest) }.OfType<string>()) is { Length: > 0 } told ? told : null,
        TechCenter = manifest.TechCenter,
        Status = release.Validation.Passed ? TrainingStatus.Published : TrainingStatus.Refused,
        Stage = release.Stage,
        FailedTests = release.Validation.Passed ? null : string.Join(", ", release.Validation.Failed.Select(t => t.Name)),
        Version = manifest.Version,
        Incidents = manifest.Incidents,
        Problems = manifest.ProblemCount,
        Clusters = manifest.Clusters,
        Unclustered = manifest.Unclustered,
        Domains = domains,
        Seconds = Math.Round(seconds, 3),
        Quality = quality,
    };

    private static string? Told(string version, Release release)
    {
        string serving = release.Serving is null ? "no version serves" : $"{release.Serving} serves on";
        return !release.Validation.Passed ? $"The gate refused {version}, and {serving}. {release.Validation.Reasons}"
            : release.Stage == ModelStage.Candidate ? $"{version} passed the gate and is a candidate; {serving}."
            : release.Stage == ModelStage.Canary ? $"{version} passed the gate and is on trial; {serving} otherwise."
            : null;
    }
}

/// <summary>How the training of one tech center ended, in names and figures only: small enough to be kept in an orchestration's history.</summary>
public sealed record TrainingOutcome
{
    /// <summary>The tech center.</summary>
    public required string TechCenter { get; init; }

    /// <summary>How it ended.</summary>
    public required TrainingStatus Status { get; init; }

    /// <summary>The published version's name; null where none was published.</summary>
    public string? Version { get; init; }

    /// <summary>Its stage once the gate had tested it; null where none was published.</summary>
    public ModelStage? Stage { get; init; }

    /// <summary>The tests of the gate that it did not pass, with commas between; null where it passed them all, or none was published.</summary>
    public string? FailedTests { get; init; }

    /// <summary>Incidents in the window.</summary>
    public int Incidents { get; init; }

    /// <summary>Problems found.</summary>
    public int Problems { get; init; }

    /// <summary>Clusters found: the problems' variants.</summary>
    public int Clusters { get; init; }

    /// <summary>Incidents that belong to no cluster.</summary>
    public int Unclustered { get; init; }

    /// <summary>Domains found.</summary>
    public int Domains { get; init; }

    /// <summary>Wall-clock seconds.</summary>
    public double Seconds { get; init; }

    /// <summary>Density-based cluster validity of the published version, -1 to 1; null where none was published.</summary>
    public double? Quality { get; init; }

    /// <summary>Why nothing was published, why the version does not serve, which earlier versions are damaged and were passed over, or why most incidents are in no cluster; null otherwise.</summary>
    public string? Detail { get; init; }
}

/// <summary>How the training of one tech center ended.</summary>
public enum TrainingStatus
{
    /// <summary>A new model version was published and passed the gate.</summary>
    Published,

    /// <summary>A new model version was published and did not pass the gate; the version before serves on.</summary>
    Refused,

    /// <summary>The window holds too few incidents to cluster; the version before stays.</summary>
    TooFewIncidents,

    /// <summary>Every incident is noise; the version before stays.</summary>
    NoClusters,

    /// <summary>The training failed; the version before stays.</summary>
    Failed,
}
