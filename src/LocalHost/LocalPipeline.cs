using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.LocalHost.Hosting;
using Pipeline.Models;
using Pipeline.Monitoring;
using Pipeline.Prediction;
using Pipeline.Preprocessing;
using Pipeline.Reporting;
using Pipeline.Storage;
using Pipeline.Training;

namespace Pipeline.LocalHost;

/// <summary>The use cases on the adapters that the settings name, by default SQLite, files and an embedder that needs no network; what is local lies in one data folder.</summary>
internal sealed class LocalPipeline : IAsyncDisposable
{
    private readonly ServiceProvider _adapters;

    private LocalPipeline(DataFolder folder, PipelineSettings settings, ServiceProvider adapters)
    {
        Folder = folder;
        _adapters = adapters;
        Warehouse = adapters.GetRequiredService<IWarehouse>();
        Embedder = adapters.GetRequiredService<IEmbeddingGenerator<string, Embedding<float>>>();
        Objects = adapters.GetRequiredService<IObjectStore>();
        Labeller = adapters.GetRequiredService<IClusterLabeller>();
        Masker = adapters.GetRequiredService<Masker>();
        Models = new ModelStore(Objects);
        Preprocess = new PreprocessIncidents(Warehouse, Embedder, new SummaryBuilder(Masker), settings.Preprocessing);
        string embedder = Preprocess.Embedder;
        Trainer = new TechCenterTrainer(Warehouse, Models, new ClusterNamer(Labeller), embedder, settings.Training, TimeProvider.System);
        Train = new TrainModels(Warehouse, Trainer, settings.Training, TimeProvider.System);
        Predict = new PredictIncidents(Warehouse, Models, embedder, settings.Prediction, TimeProvider.System);
        Report = new ReportBuilder(Warehouse, Models, TimeProvider.System);
        Monitor = new PipelineMonitor(Warehouse, Objects, Models, Preprocess, Embedder, TimeProvider.System);
    }

    public DataFolder Folder { get; }

    public IWarehouse Warehouse { get; }

    public IEmbeddingGenerator<string, Embedding<float>> Embedder { get; }

    public IObjectStore Objects { get; }

    public IClusterLabeller Labeller { get; }

    public Masker Masker { get; }

    public ModelStore Models { get; }

    public PreprocessIncidents Preprocess { get; }

    public TechCenterTrainer Trainer { get; }

    public TrainModels Train { get; }

    public PredictIncidents Predict { get; }

    public ReportBuilder Report { get; }

    public PipelineMonitor Monitor { get; }

    /// <summary>Opens a data folder, creating what is missing.</summary>
    /// <exception cref="CommandException">The folder cannot be used, or another process uses it.</exception>
    /// <exception cref="WarehouseException">The warehouse cannot be opened.</exception>
    public static async Task<LocalPipeline> OpenAsync(string path, PipelineSettings settings, CancellationToken cancellationToken, bool startEmpty = false)
    {
        DataFolder folder = DataFolder.Open(path);
        try
        {
            if (startEmpty)
            {
                folder.Clear();
            }

            ServiceProvider adapters = LocalAdapters.Add(Common(settings), settings, folder.Path).BuildServiceProvider();
            try
            {
                LocalPipeline pipeline = new(folder, settings, adapters);
                await pipeline.Warehouse.InitializeAsync(cancellationToken);
                return pipeline;
            }
            catch
            {
                await adapters.DisposeAsync();
                throw;
            }
        }
        catch
        {
            folder.Dispose();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _adapters.DisposeAsync();
        Folder.Dispose();
    }

    /// <summary>What adapters may take beside their settings.</summary>
    private static IServiceCollection Common(PipelineSettings settings) => new ServiceCollection()
        .AddLogging(logging => FunctionHost.AddLogging(logging, settings.Configuration))
        .AddSingleton(new Masker(settings.MaskingRules));
}
