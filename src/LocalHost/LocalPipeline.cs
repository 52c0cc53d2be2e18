using Microsoft.Extensions.AI;
using Pipeline.Adapters.Local;
using Pipeline.Models;
using Pipeline.Monitoring;
using Pipeline.Prediction;
using Pipeline.Preprocessing;
using Pipeline.Reporting;
using Pipeline.Storage;
using Pipeline.Training;

namespace Pipeline.LocalHost;

/// <summary>The use cases on the embedded default: SQLite, files and the lexical embedder in one data folder.</summary>
internal sealed class LocalPipeline : IAsyncDisposable
{
    private readonly SqliteWarehouse _warehouse;
    private readonly LexicalEmbedder _embedder;

    private LocalPipeline(DataFolder folder, PipelineSettings settings, SqliteWarehouse warehouse)
    {
        Folder = folder;
        _warehouse = warehouse;
        _embedder = new LexicalEmbedder(maxDegreeOfParallelism: settings.Training.MaxDegreeOfParallelism ?? 0);
        Objects = new FileObjectStore(folder.Objects);
        Models = new ModelStore(Objects);
        Preprocess = new PreprocessIncidents(warehouse, _embedder, new SummaryBuilder(new Masker(settings.MaskingRules)), settings.Preprocessing);
        string embedder = Preprocess.Embedder;
        Trainer = new TechCenterTrainer(warehouse, Models, new ClusterNamer(new KeywordLabeller()), embedder, settings.Training, TimeProvider.System);
        Train = new TrainModels(warehouse, Trainer, settings.Training, TimeProvider.System);
        Predict = new PredictIncidents(warehouse, Models, embedder, settings.Prediction, TimeProvider.System);
        Report = new ReportBuilder(warehouse, Models, TimeProvider.System);
        Monitor = new PipelineMonitor(warehouse, Objects, Models, Preprocess, _embedder, TimeProvider.System);
    }

    public DataFolder Folder { get; }

    public IWarehouse Warehouse => _warehouse;

    public IEmbeddingGenerator<string, Embedding<float>> Embedder => _embedder;

    public IObjectStore Objects { get; }

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

            SqliteWarehouse warehouse = new(folder.Warehouse);
            await warehouse.InitializeAsync(cancellationToken);
            return new LocalPipeline(folder, settings, warehouse);
        }
        catch
        {
            folder.Dispose();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        _embedder.Dispose();
        await _warehouse.DisposeAsync();
        Folder.Dispose();
    }
}
