using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using Pipeline.Clustering;
using Pipeline.Datasets;
using Pipeline.Incidents;
using Pipeline.Models;
using Pipeline.Preprocessing;
using Pipeline.Storage;
using Pipeline.Telemetry;

namespace Pipeline.Training;

/// <summary>Trains one tech center: window, clusters, identity, names, domains, measures, publication.</summary>
public sealed class TechCenterTrainer(IPreprocessedIncidents preprocessed, ITechCenters techCenters, ModelStore models, ClusterNamer namer, string embedder, TrainingOptions options, TimeProvider clock, DatasetCatalog? datasets = null)
{
    private const int SmallestWindow = 10;

    private readonly PooledBackground _pooled = new(preprocessed, techCenters, embedder, options);

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
    /// <param name="cancellationToken">Stops between steps, before publication.</param>
    /// <exception cref="WarehouseException">The warehouse cannot be read.</exception>
    /// <exception cref="ObjectStoreException">The object store cannot be read or written.</exception>
    public async Task<TrainingOutcome> TrainAsync(string techCenter, int year, int quarter, TrainingWindow window, long trainingRun, CancellationToken cancellationToken = default)
    {
        TrainingOutcome outcome = await PipelineWork.RunAsync(PipelineOperation.Train, techCenter, () => RunAsync(techCenter, year, quarter, window, trainingRun, cancellationToken), trained => trained.Status != TrainingStatus.Failed);
        Measure(outcome);
        return outcome;
    }

    [SuppressMessage("Design", "CA1031:Do not catch general exception types", Justification = "A tech center whose data makes training throw is reported, and the others go on.")]
    private async Task<TrainingOutcome> RunAsync(string techCenter, int year, int quarter, TrainingWindow window, long trainingRun, CancellationToken cancellationToken)
    {
        Stopwatch stopwatch = Stopwatch.StartNew();
        int incidents = 0;
        try
        {
            IReadOnlyList<ListedVersion> versions = await models.ListWithDamagedAsync(techCenter, cancellationToken);
            if (OwnOf(versions, trainingRun, year, quarter) is ModelManifest own && await ReadOrDamagedAsync(own, cancellationToken) is ModelContent content)
            {
                return Published(own, content.Clusters.Domains.Count, content.Metrics.TrainSeconds, content.Metrics.Dbcv, damage: null);
            }

            Dataset dataset = datasets is null ? DatasetCatalog.BuiltIn[0] : await datasets.OwnerOfAsync(techCenter, cancellationToken);
            List<PreprocessedIncident> rows = [];
            await foreach (PreprocessedIncident row in preprocessed.ReadWindowAsync(techCenter, dataset.EmbedderOr(embedder), window.From, window.Until, cancellationToken))
            {
                rows.Add(row);
            }

            incidents = rows.Count;
            bool isRecords = dataset.Kind == DatasetKind.Records;
            TrainingParameters parameters = isRecords ? options.ResolveRecords(incidents) : options.Resolve(incidents);
            int needed = Math.Max(SmallestWindow, 2 * parameters.MinClusterSize);
            if (incidents < needed)
            {
                return Unpublished(TrainingStatus.TooFewIncidents, $"The window holds too few incidents: {incidents}, at least {needed} are needed.");
            }

            RecordEncoder? encoder = isRecords ? RecordEncoder.Fit([.. rows.Select(r => r.Summary)], dataset.Columns) : null;
            float[] vectors = encoder is null ? EmbeddingMatrix.Of([.. rows.Select(r => r.Embedding)]) : encoder.Encode([.. rows.Select(r => r.Summary)]);
            EmbeddingReduction? background = encoder is null && incidents < PooledBackground.SmallCenter ? await _pooled.LearnAsync(window, trainingRun, cancellationToken) : null;
            ClusteredIncidents clustered = IncidentClustering.Cluster(
                vectors, vectors.Length / incidents, [.. rows.Select(r => r.ContentHash)], parameters, options.MaxDegreeOfParallelism, background, cancellationToken);
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
                Embedder = dataset.EmbedderOr(embedder),
                Records = encoder?.Mix,
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
            (ModelManifest manifest, int domains, string? damage) = await PublishAsync(draft, rows, clustered, versions, stopwatch, cancellationToken);
            return Published(manifest, domains, stopwatch.Elapsed.TotalSeconds, clustered.Dbcv, damage);
        }
        catch (Exception e) when (e is not (OperationCanceledException or WarehouseException or ObjectStoreException))
        {
            return Unpublished(TrainingStatus.Failed, e is ModelException ? e.Message : $"{e.GetType().Name}: {e.Message}");
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
        ModelManifest draft, IReadOnlyList<PreprocessedIncident> rows, ClusteredIncidents clustered, IReadOnlyList<ListedVersion> versions, Stopwatch stopwatch, CancellationToken cancellationToken)
    {
        ModelVersionId version = new(draft.Id.Year, draft.Id.Quarter, 0);
        int assembledFrom = -1;
        ModelManifest? previous = null;
        string? damage = null;
        ModelAssembly? assembly = null;
        while (version.Revision < MostRevisions)
        {
            version = version with { Revision = 1 + versions.Select(v => v.Id).Where(v => v.Year == version.Year && v.Quarter == version.Quarter).Select(v => v.Revision).Append(version.Revision).Max() };
            if (assembly is null || assembledFrom != versions.Count)
            {
                assembledFrom = versions.Count;
                (previous, EarlierVersion? earlier, damage) = await FindEarlierAsync(versions.Where(v => v.Id < version), draft.Embedder, cancellationToken);
                assembly = await new ModelAssembler(namer, draft.Records is null ? null : new RecordTraits([.. rows.Select(r => r.Summary)], draft.Records)).AssembleAsync(rows, clustered, earlier, [.. versions.Select(v => v.Manifest).OfType<ModelManifest>()], cancellationToken);
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
            if (OwnOf(versions, draft.TrainingRun, version.Year, version.Quarter) is ModelManifest twin && await ReadOrDamagedAsync(twin, cancellationToken) is ModelContent content)
            {
                return (twin, content.Clusters.Domains.Count, damage);
            }
        }

        throw new ModelException($"{draft.TechCenter} has {MostRevisions} revisions of {new ModelVersionId(version.Year, version.Quarter, 1)}, published or left by killed trainings. Delete the folders without a manifest.json below {ModelPaths.Root}/{draft.Folder}, and train again.");
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

    /// <summary>The newest sound version among those before, whose clusters the new one continues, and what is wrong with those after it.</summary>
    private async Task<(ModelManifest? Manifest, EarlierVersion? Version, string? Damage)> FindEarlierAsync(IEnumerable<ListedVersion> before, string embedderOfRows, CancellationToken cancellationToken)
    {
        List<string> damages = [];
        foreach (ListedVersion listed in before.Reverse())
        {
            try
            {
                ModelManifest manifest = listed.Manifest ?? throw new ModelException(listed.Problem!) { NeedsNewerProgram = listed.NeedsNewerProgram };
                return (manifest, await EarlierVersion.ReadAsync(models, manifest, embedderOfRows, options.MaxDegreeOfParallelism, cancellationToken), Told());
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

        if (outcome.Status == TrainingStatus.Published)
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

    private static TrainingOutcome Published(ModelManifest manifest, int domains, double seconds, double quality, string? damage) => new()
    {
        Detail = damage,
        TechCenter = manifest.TechCenter,
        Status = TrainingStatus.Published,
        Version = manifest.Version,
        Incidents = manifest.Incidents,
        Problems = manifest.ProblemCount,
        Clusters = manifest.Clusters,
        Unclustered = manifest.Unclustered,
        Domains = domains,
        Seconds = Math.Round(seconds, 3),
        Quality = quality,
    };
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

    /// <summary>Why nothing was published, or which earlier versions are damaged and were passed over; null otherwise.</summary>
    public string? Detail { get; init; }
}

/// <summary>How the training of one tech center ended.</summary>
public enum TrainingStatus
{
    /// <summary>A new model version was published.</summary>
    Published,

    /// <summary>The window holds too few incidents to cluster; the version before stays.</summary>
    TooFewIncidents,

    /// <summary>Every incident is noise; the version before stays.</summary>
    NoClusters,

    /// <summary>The training failed; the version before stays.</summary>
    Failed,
}
