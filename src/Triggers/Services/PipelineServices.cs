using Microsoft.Extensions.AI;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Pipeline.Access;
using Pipeline.Classification;
using Pipeline.Corrections;
using Pipeline.Datasets;
using Pipeline.EmergencyStop;
using Pipeline.Forecasting;
using Pipeline.Gate;
using Pipeline.Incidents;
using Pipeline.Models;
using Pipeline.Monitoring;
using Pipeline.Overview;
using Pipeline.Preprocessing;
using Pipeline.Problems;
using Pipeline.Rollout;
using Pipeline.Runs;
using Pipeline.Search;
using Pipeline.Storage;
using Pipeline.Streams;
using Pipeline.Training;
using Pipeline.Tuning;

namespace Pipeline.Triggers;

/// <summary>Composes what the functions' constructors take. The adapters - warehouse, object store, embedder - are the host's to add.</summary>
public static class PipelineServices
{
    /// <summary>
    /// Adds the use cases that are not among the services yet. Needs the ports of a warehouse (<see cref="WarehouseServices"/>), an <see cref="IObjectStore"/> and an embedding generator among the services;
    /// an <see cref="IClusterLabeller"/> and a <see cref="TimeProvider"/> are used where they are there.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">A setting is out of its range; the message names it and the range.</exception>
    /// <exception cref="InvalidOperationException">A setting cannot be read; the message names it.</exception>
    /// <exception cref="SettingException">The file of the setting Masking:RulesFile cannot be used.</exception>
    public static IServiceCollection AddPipeline(this IServiceCollection services, IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        PreprocessingOptions preprocessing = Read<PreprocessingOptions>(configuration, "Preprocessing");
        TrainingOptions training = Read<TrainingOptions>(configuration, "Training");
        TrainingFanOutOptions fanOut = Read<TrainingFanOutOptions>(configuration, "TrainingFanOut");
        GateOptions gate = Read<GateOptions>(configuration, "Gate");
        PredictionOptions prediction = Read<PredictionOptions>(configuration, "Prediction");
        ModelCacheOptions cache = Read<ModelCacheOptions>(configuration, "ModelCache");
        HistoryOptions history = Read<HistoryOptions>(configuration, "History");
        IncidentOptions incident = Read<IncidentOptions>(configuration, "Incident");
        preprocessing.Validate();
        training.Validate();
        fanOut.Validate();
        gate.Validate();
        prediction.Validate();
        cache.Validate();
        history.Validate();
        incident.Validate();
        IReadOnlyList<MaskingRule> rules = MaskingSettings.Read(configuration);
        services.TryAddSingleton(_ => new Masker(rules));
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<IClusterLabeller, KeywordLabeller>();
        services.TryAddSingleton(gate);
        services.TryAddSingleton(InstanceRole.Writer);
        services.TryAddSingleton<OperatingModes>();
        services.TryAddSingleton<DatasetCatalog>();
        services.TryAddSingleton<CorrectionLog>();
        services.TryAddSingleton<IProblemCorrections, CorrectionLayer>();
        services.TryAddSingleton<ModelStore>();
        services.TryAddSingleton<ModelDirectory>();
        services.TryAddSingleton<TechCenterNames>();
        services.TryAddSingleton<ModelCatalog>();
        services.TryAddSingleton(s => new PreprocessIncidents(s.GetRequiredService<IIncidents>(), s.GetRequiredService<IPreprocessedIncidents>(), EmbedderOf(s), new SummaryBuilder(s.GetRequiredService<Masker>()), preprocessing, s.GetRequiredService<DatasetCatalog>()));
        AddTraining(services, configuration, training, fanOut);
        services.TryAddSingleton(s => new PredictIncidents(s.GetRequiredService<ITechCenters>(), s.GetRequiredService<IPredictions>(), s.GetRequiredService<ModelStore>(), EmbedderId(s), prediction, Clock(s), s.GetRequiredService<DatasetCatalog>(), s.GetRequiredService<EmergingFeed>().TakeAsync, s.GetRequiredService<CorrectPredictions>()));
        AddCorrections(services, prediction);
        services.TryAddSingleton(s => new EmbeddingCache(EmbedderOf(s)));
        services.TryAddSingleton<EmbedTexts>();
        services.TryAddSingleton<ExampleIndexer>();
        services.TryAddSingleton<AcceptModel>();
        services.TryAddSingleton(s => new ModelCache(s.GetRequiredService<ModelStore>(), s.GetRequiredService<ExampleIndexer>(), cache, Clock(s), prediction.MaxDegreeOfParallelism));
        services.TryAddSingleton(s => new ClassifyTexts(s.GetRequiredService<ModelDirectory>(), s.GetRequiredService<ModelCache>(), s.GetRequiredService<PreprocessIncidents>().Summaries, s.GetRequiredService<EmbeddingCache>(), EmbedderId(s)));
        AddRollout(services, configuration);
        services.TryAddSingleton(history);
        services.TryAddSingleton<BrowseProblems>();
        services.TryAddSingleton<BrowseClusters>();
        services.TryAddSingleton<RankProblems>();
        services.TryAddSingleton<FindNeighbours>();
        services.TryAddSingleton<MapIncidents>();
        AddOverview(services);
        AddForecasts(services, configuration);
        services.TryAddSingleton<ProfileProblem>();
        services.TryAddSingleton(s => new BrowseIncidents(s.GetRequiredService<IProblemIncidents>(), s.GetRequiredService<IRemovals>(), s.GetRequiredService<ModelDirectory>(), s.GetRequiredService<TechCenterNames>(), incident));
        services.TryAddSingleton(s => new TextPermission(s.GetService<AccessOptions>() ?? new AccessOptions(), rules, s.GetRequiredService<Masker>(), s.GetRequiredService<PreprocessIncidents>().Summaries));
        services.TryAddSingleton<CallerTexts>();
        services.TryAddSingleton(s => new SearchIncidents(
            s.GetRequiredService<ISearchIndex>(), s.GetRequiredService<TechCenterNames>(), s.GetRequiredService<IRemovals>(), s.GetRequiredService<IPreprocessedIncidents>(), s.GetRequiredService<PreprocessIncidents>(), s.GetRequiredService<EmbeddingCache>(), incident));
        services.AddIntake(configuration);
        services.AddRetention(configuration, training);
        services.AddWatch(configuration);
        services.AddStreams(configuration);
        services.AddRecovery(configuration);
        services.AddKeys(configuration);
        services.AddAudit();
        services.TryAddSingleton<PipelineMonitor>();
        services.TryAddSingleton<Readiness>();
        return services;
    }

    private static void AddTraining(IServiceCollection services, IConfiguration configuration, TrainingOptions training, TrainingFanOutOptions fanOut)
    {
        services.TryAddSingleton(s => new TrainingPlanner(s.GetRequiredService<ITechCenters>(), training, Clock(s)));
        services.TryAddSingleton<PreprocessingBacklog>();
        services.TryAddSingleton(s => new TrainingSchedule(s.GetRequiredService<ISettingsTable>(), configuration, Clock(s)));
        services.TryAddSingleton(s => new ModelGate(
            s.GetRequiredService<ModelStore>(), s.GetRequiredService<IObjectStore>(), EmbedderOf(s), s.GetRequiredService<PreprocessIncidents>().Summaries, s.GetRequiredService<GateOptions>(), Clock(s)));
        services.TryAddSingleton<ReleaseCandidate>();
        services.TryAddSingleton<RunLog>();
        services.TryAddSingleton<BrowseRuns>();
        services.TryAddSingleton<RunExperiments>();
        services.TryAddSingleton<MlflowTracking>();
        services.TryAddSingleton<TrainingRunRecorder>();
        services.TryAddSingleton(s => new WindowReader(s.GetRequiredService<IPreprocessedIncidents>(), s.GetRequiredService<ITechCenters>(), EmbedderId(s), training, s.GetRequiredService<DatasetCatalog>()));
        services.TryAddSingleton<TunedCenters>();
        services.TryAddSingleton(training);
        services.TryAddSingleton<TuneTechCenter>();
        services.TryAddSingleton(s => new TechCenterTrainer(
            s.GetRequiredService<WindowReader>(), s.GetRequiredService<ModelStore>(), s.GetRequiredService<ReleaseCandidate>(), s.GetRequiredService<TrainingRunRecorder>(), new ClusterNamer(s.GetRequiredService<IClusterLabeller>()), training, s.GetRequiredService<TunedCenters>(), Clock(s),
            async (folder, token) => [.. (await s.GetRequiredService<EmergingProblems>().ListReadableAsync(folder, token)).Select(r => new ToldProblem(r.ProblemId, r.Incidents))]));
        services.TryAddSingleton(s => new TrainingSteps(
            s.GetRequiredService<ITrainingJournal>(), s.GetRequiredService<ITechCenters>(), s.GetRequiredService<ISettingsTable>(), s.GetRequiredService<TechCenterTrainer>(), s.GetRequiredService<TrainingPlanner>(), fanOut, training));
    }

    private static void AddOverview(IServiceCollection services)
    {
        services.TryAddSingleton<ProblemCounts>();
        services.TryAddSingleton<BrowseTree>();
        services.TryAddSingleton<WeighProblems>();
        services.TryAddSingleton<ComparePeriods>();
        services.TryAddSingleton<FollowProblems>();
        services.TryAddSingleton<CompareLikeness>();
    }

    private static void AddForecasts(IServiceCollection services, IConfiguration configuration)
    {
        HolidayCalendar calendar = Read<ForecastOptions>(configuration, "Forecast").Calendar();
        services.TryAddSingleton(calendar);
        services.TryAddSingleton<ForecastStore>();
        services.TryAddSingleton<CompanyWeeks>();
        services.TryAddSingleton<ForecastMaker>();
        services.TryAddSingleton<ForecastProblem>();
        services.TryAddSingleton<ForecastVolume>();
        services.TryAddSingleton<TrainForecasts>();
        services.TryAddSingleton<ManageForecasts>();
    }

    private static void AddCorrections(IServiceCollection services, PredictionOptions prediction)
    {
        services.TryAddSingleton(s => new CorrectPredictions(s.GetRequiredService<IPredictions>(), s.GetRequiredService<IPreprocessedIncidents>(), s.GetRequiredService<ModelStore>(), s.GetRequiredService<ISettingsTable>(), prediction, Clock(s)));
        services.TryAddSingleton(s => new CorrectProblems(
            s.GetRequiredService<CorrectionLog>(), s.GetRequiredService<ModelStore>(), s.GetRequiredService<ModelDirectory>(), s.GetRequiredService<IRemovals>(), new ProblemExamples(s.GetRequiredService<IProblemIncidents>()), Clock(s),
            async (techCenter, token) =>
            {
                int changed = await s.GetRequiredService<CorrectPredictions>().RunAsync(techCenter, cancellationToken: token);
                s.GetRequiredService<RankProblems>().Forget();
                s.GetRequiredService<ProblemCounts>().Forget();
                s.GetRequiredService<BrowseTree>().Forget();
                if (s.GetRequiredService<ModelCache>().Loaded.Contains(techCenter, StringComparer.Ordinal))
                {
                    await s.GetRequiredService<ModelCache>().RefreshAsync(techCenter, token);
                }

                return changed;
            }));
        services.TryAddSingleton<BrowseCorrections>();
        services.TryAddSingleton<TransferCorrections>();
    }

    private static void AddRollout(IServiceCollection services, IConfiguration configuration)
    {
        RolloutOptions rollout = Read<RolloutOptions>(configuration, "Rollout");
        rollout.Validate();
        services.TryAddSingleton(rollout);
        services.TryAddSingleton<ManageVersions>();
        services.TryAddSingleton<RollBackAll>();
        services.TryAddSingleton<RolloutSteps>();
        services.TryAddSingleton<PutAwayVersions>();
        services.TryAddSingleton<CompareVersions>();
        services.TryAddSingleton<CanaryTrial>();
    }

    private static TimeProvider Clock(IServiceProvider services) => services.GetRequiredService<TimeProvider>();

    private static IEmbeddingGenerator<string, Embedding<float>> EmbedderOf(IServiceProvider services) => services.GetRequiredService<IEmbeddingGenerator<string, Embedding<float>>>();

    private static string EmbedderId(IServiceProvider services) => services.GetRequiredService<PreprocessIncidents>().Embedder;

    private static T Read<T>(IConfiguration configuration, string section)
        where T : new() => configuration.GetSection(section).Get<T>() ?? new T();
}
