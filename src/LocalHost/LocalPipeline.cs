using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Alerts;
using Pipeline.Archive;
using Pipeline.Classification;
using Pipeline.Corrections;
using Pipeline.Datasets;
using Pipeline.Drift;
using Pipeline.EmergencyStop;
using Pipeline.Erasure;
using Pipeline.Forecasting;
using Pipeline.Incidents;
using Pipeline.Intake;
using Pipeline.Keys;
using Pipeline.LocalHost.Hosting;
using Pipeline.LocalHost.Keys;
using Pipeline.Measures;
using Pipeline.Models;
using Pipeline.Monitoring;
using Pipeline.Operations;
using Pipeline.Preprocessing;
using Pipeline.Problems;
using Pipeline.Recovery;
using Pipeline.Reporting;
using Pipeline.Rollout;
using Pipeline.Runs;
using Pipeline.Search;
using Pipeline.Storage;
using Pipeline.Streams;
using Pipeline.Training;
using Pipeline.Triggers;
using Pipeline.Tuning;

namespace Pipeline.LocalHost;

/// <summary>An opened data folder with the use cases on it, for a command that works and ends. Each is made when it is first asked for.</summary>
internal sealed class LocalPipeline : IAsyncDisposable
{
    private readonly ServiceProvider _services;

    private LocalPipeline(DataFolder folder, ServiceProvider services)
    {
        Folder = folder;
        _services = services;
    }

    public DataFolder Folder { get; }

    public IIncidents Incidents => Get<IIncidents>();

    public IIngestionLog Ingestions => Get<IIngestionLog>();

    public DatasetCatalog Datasets => Get<DatasetCatalog>();

    public ITechCenters TechCenters => Get<ITechCenters>();

    public IPreprocessedIncidents Preprocessed => Get<IPreprocessedIncidents>();

    public IPredictions Predictions => Get<IPredictions>();

    public IEmbeddingGenerator<string, Embedding<float>> Embedder => Get<IEmbeddingGenerator<string, Embedding<float>>>();

    public ISettingsTable Kept => Get<ISettingsTable>();

    public IObjectStore Objects => Get<IObjectStore>();

    public ModelStore Models => Get<ModelStore>();

    public ModelCatalog Catalog => Get<ModelCatalog>();

    public ManageVersions Versions => Get<ManageVersions>();

    public RollBackAll RollBackAll => Get<RollBackAll>();

    public CompareVersions Compare => Get<CompareVersions>();

    public PutAwayVersions PutAway => Get<PutAwayVersions>();

    public BrowseRuns BrowseRuns => Get<BrowseRuns>();

    public TuneTechCenter Tune => Get<TuneTechCenter>();

    public PullIncidents Pull => Get<PullIncidents>();

    public PreprocessIncidents Preprocess => Get<PreprocessIncidents>();

    public TechCenterTrainer Trainer => Get<TechCenterTrainer>();

    public TrainingPlanner Planner => Get<TrainingPlanner>();

    public TrainingSteps Train => Get<TrainingSteps>();

    public PredictIncidents Predict => Get<PredictIncidents>();

    public ArchiveIncidents Archive => Get<ArchiveIncidents>();

    public EraseIncident Erase => Get<EraseIncident>();

    public RetainIncidents Retain => Get<RetainIncidents>();

    /// <summary>The numbers that were erased.</summary>
    public ErasedNumbers ErasedNumbers => Get<ErasedNumbers>();

    public ReportBuilder Report => Get<ReportBuilder>();

    public TakeStreamItems TakeStreamItems => Get<TakeStreamItems>();

    public BrowseStreams BrowseStreams => Get<BrowseStreams>();

    public KeepStreams KeepStreams => Get<KeepStreams>();

    public PipelineMonitor Monitor => Get<PipelineMonitor>();

    public NoteMeasures Note => Get<NoteMeasures>();

    public MeasureDrift Drift => Get<MeasureDrift>();

    public WeeklyReports Weekly => Get<WeeklyReports>();

    public ShowAlerts Alerts => Get<ShowAlerts>();

    public AnswerAlert Answer => Get<AnswerAlert>();

    public TryChannels Channels => Get<TryChannels>();

    public TimeProvider Clock => Get<TimeProvider>();

    public OperatingModes Modes => Get<OperatingModes>();

    public BrowseProblems Problems => Get<BrowseProblems>();

    public CorrectProblems Correct => Get<CorrectProblems>();

    public BrowseCorrections BrowseCorrections => Get<BrowseCorrections>();

    public TransferCorrections TransferCorrections => Get<TransferCorrections>();

    public ForecastProblem Forecast => Get<ForecastProblem>();

    public ForecastVolume ForecastVolume => Get<ForecastVolume>();

    public TrainForecasts TrainForecasts => Get<TrainForecasts>();

    public ManageForecasts ManageForecasts => Get<ManageForecasts>();

    public CreateBackup Backup => Get<CreateBackup>();

    public RestoreBackup Restore => Get<RestoreBackup>();

    public BackupOptions BackupOptions => Get<BackupOptions>();

    /// <summary>The tables of the warehouse.</summary>
    public IWarehouseTables Tables => Get<IWarehouseTables>();

    /// <summary>The second store of a data folder, which is not opened and need not be there.</summary>
    public static BackupStore BackupStoreOf(string path, PipelineSettings settings)
    {
        using ServiceProvider services = new ServiceCollection().AddAdapters(settings.Configuration, Path.GetFullPath(path)).BuildServiceProvider();
        return services.GetRequiredService<BackupStore>();
    }

    /// <summary>Wraps the keys of the files of a data folder anew; a host that runs may hold it.</summary>
    public static async Task<RewrapOutcome> RewrapAsync(string path, PipelineSettings settings, IProgress<PipelineProgress> progress, CancellationToken cancellationToken)
    {
        await using ServiceProvider services = new ServiceCollection().AddAdapters(settings.Configuration, path).AddSingleton<RewrapFiles>().BuildServiceProvider();
        return await services.GetRequiredService<RewrapFiles>().RunAsync(progress, cancellationToken);
    }

    public SearchIncidents Search => Get<SearchIncidents>();

    /// <summary>Opens a data folder, creating what is missing.</summary>
    /// <param name="path">The folder.</param>
    /// <param name="settings">The settings.</param>
    /// <param name="cancellationToken">Stops the opening.</param>
    /// <param name="startEmpty">Whether what is in it is deleted first.</param>
    /// <param name="restores">Whether a missing warehouse is about to be brought back, and no reason to refuse the folder.</param>
    /// <param name="whenHeld">What to do where another process uses the folder, as a sentence; null for what holds for any command.</param>
    /// <exception cref="CommandException">The folder cannot be used, or another process uses it.</exception>
    /// <exception cref="WarehouseException">The warehouse cannot be opened.</exception>
    public static async Task<LocalPipeline> OpenAsync(string path, PipelineSettings settings, CancellationToken cancellationToken, bool startEmpty = false, bool restores = false, string? whenHeld = null)
    {
        DataFolder folder = DataFolder.Open(path, whenHeld: whenHeld);
        LocalPipeline? pipeline = null;
        try
        {
            if (startEmpty)
            {
                folder.Clear();
            }

            if (settings.KeepsAllInFolder && !restores)
            {
                folder.RequireWarehouseOfModels();
            }

            pipeline = new LocalPipeline(folder, new ServiceCollection()
                .AddLogging(logging => FunctionHost.AddLogging(logging, settings.Configuration))
                .AddLocalPipeline(folder, settings)
                .BuildServiceProvider());
            _ = pipeline.Get<MeasureCollector>();
            await pipeline.Get<IWarehouse>().InitializeAsync(cancellationToken);
            return pipeline;
        }
        catch
        {
            await (pipeline?.DisposeAsync() ?? ValueTask.CompletedTask);
            folder.Dispose();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _services.DisposeAsync();
        Folder.Dispose();
    }

    private T Get<T>()
        where T : notnull => _services.GetRequiredService<T>();
}

/// <summary>The composition of every command and of the host: the adapters that the settings name, and the use cases over them.</summary>
internal static class LocalPipelineServices
{
    /// <summary>Adds the pipeline of a data folder. Reads and checks all settings; nothing is opened before it is first used.</summary>
    /// <param name="services">Where it is added.</param>
    /// <param name="folder">The opened folder; whoever opened it closes it.</param>
    /// <param name="settings">The settings.</param>
    public static IServiceCollection AddLocalPipeline(this IServiceCollection services, DataFolder folder, PipelineSettings settings) => services
        .AddSingleton(folder)
        .AddAdapters(settings.Configuration, folder.Path)
        .AddPipeline(settings.Configuration)
        .AddSingleton<IDatedKeys>(s => new FolderKeys(folder.Path, settings.Configuration, s.GetRequiredService<TimeProvider>()))
        .AddSingleton<ReportBuilder>();
}
