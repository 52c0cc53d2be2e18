using Microsoft.Extensions.AI;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Adapters.Azure.Blobs;
using Pipeline.Adapters.Azure.OpenAI;
using Pipeline.Adapters.Local;
#if BIGQUERY
using Pipeline.Adapters.BigQuery;
#endif
#if ONNX
using Pipeline.Adapters.Onnx;
#endif
using Pipeline.Adapters.S3;
using Pipeline.Adapters.ServiceNow;
using Pipeline.Monitoring;
using Pipeline.Storage;
using Pipeline.Training;

namespace Pipeline.Triggers;

/// <summary>
/// Adds the adapters that the settings name: <c>Warehouse:Kind</c>, <c>ObjectStore:Kind</c>, <c>Embedder:Kind</c> and <c>Labeller:Kind</c>, each combinable with any other.
/// Everything behind them is the same in every host.
/// </summary>
public static class AdapterServices
{
    /// <summary>The file of the warehouse of the kind <c>Sqlite</c>, in the data folder.</summary>
    public const string SqliteFile = "warehouse.db";

    /// <summary>The folder of the object store of the kind <c>Files</c>, in the data folder.</summary>
    public const string ObjectsFolder = "objects";

    private static readonly Dictionary<string, Action<AdapterChoice>> Warehouses = new(StringComparer.OrdinalIgnoreCase)
    {
        ["Sqlite"] = AddSqlite,
        ["PostgreSql"] = choice => PostgreSqlServices.Add(choice.Services, choice.Configuration),
#if BIGQUERY
        ["BigQuery"] = choice => BigQueryServices.Add(choice.Services, choice.Configuration, GoogleBigQuery.Connect),
#endif
    };

    private static readonly Dictionary<string, Action<AdapterChoice>> ObjectStores = new(StringComparer.OrdinalIgnoreCase)
    {
        ["Files"] = AddFiles,
        ["AzureBlobs"] = AddBlobs,
        ["S3"] = AddS3,
    };

    private static readonly Dictionary<string, Action<AdapterChoice>> Embedders = new(StringComparer.OrdinalIgnoreCase)
    {
        ["Hybrid"] = choice => AddEmbedder(choice, threads => new HybridEmbedder(maxDegreeOfParallelism: threads)),
        ["Lexical"] = choice => AddEmbedder(choice, threads => new LexicalEmbedder(Dimensions(choice, "Lexical:Dimensions", LexicalEmbedder.DefaultDimensions), threads)),
        ["Static"] = choice => AddEmbedder(choice, threads => new StaticEmbedder(threads)),
#if ONNX
        ["Onnx"] = choice => choice.Services.AddOnnxEmbedder(choice.Configuration, choice.MaxDegreeOfParallelism ?? 0),
#endif
        ["AzureOpenAI"] = choice => choice.Services.AddAzureOpenAIEmbedder(choice.Configuration),
    };

    private static readonly Dictionary<string, Action<AdapterChoice>> Labellers = new(StringComparer.OrdinalIgnoreCase)
    {
        ["Keywords"] = AddKeywordLabeller,
        ["AzureOpenAI"] = choice => choice.Services.AddAzureOpenAILabeller(choice.Configuration),
    };

    /// <summary>
    /// Adds a warehouse under each of its ports (<see cref="WarehouseServices"/>), an <see cref="IObjectStore"/>, an embedding generator and an <see cref="IClusterLabeller"/> as singletons.
    /// A feed of ServiceNow is among them where <c>ServiceNow:Instance</c> names one.
    /// Every setting of theirs is read and checked here; nothing is opened or reached before it is first used.
    /// </summary>
    /// <param name="services">Where they are added.</param>
    /// <param name="configuration">The settings.</param>
    /// <param name="dataFolder">The folder of what is kept on this machine.</param>
    /// <exception cref="SettingException">A setting is missing or wrong.</exception>
    public static IServiceCollection AddAdapters(
        this IServiceCollection services, IConfiguration configuration, string dataFolder)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(configuration);
        ArgumentException.ThrowIfNullOrEmpty(dataFolder);
#if !BIGQUERY
        RefuseLeftOut(configuration, "Warehouse:Kind", "BigQuery");
#endif
#if !ONNX
        RefuseLeftOut(configuration, "Embedder:Kind", "Onnx");
#endif
        services.AddSingleton(s => new MachineUse(dataFolder, s.GetRequiredService<TimeProvider>()));
        AdapterChoice choice = new(services, configuration, dataFolder);
        Choose("Warehouse:Kind", "Sqlite", Warehouses, choice);
        Choose("ObjectStore:Kind", "Files", ObjectStores, choice);
        RecoveryServices.AddBackupStore(services, configuration, dataFolder);
        Choose("Embedder:Kind", "Hybrid", Embedders, choice);
        Choose("Labeller:Kind", "Keywords", Labellers, choice);
        return services.AddServiceNowFeed(configuration);
    }

    private static void RefuseLeftOut(IConfiguration configuration, string setting, string kind)
    {
        if (string.Equals(configuration[setting]?.Trim(), kind, StringComparison.OrdinalIgnoreCase))
        {
            throw new SettingException(setting, $"is '{kind}', which this program was built without. Build it with -p:{kind}=true.");
        }
    }

    private static void AddSqlite(AdapterChoice choice) =>
        choice.Services.AddWarehouse(_ => new SqliteWarehouse(Path.Combine(choice.DataFolder, SqliteFile)));

    private static void AddFiles(AdapterChoice choice) =>
        choice.Services.AddSingleton<IObjectStore>(_ => new FileObjectStore(Path.Combine(choice.DataFolder, ObjectsFolder)));

    // Made at once: only the client can tell whether a connection string is one.
    private static void AddBlobs(AdapterChoice choice) => choice.Services.AddSingleton<IObjectStore>(new BlobObjectStore(BlobSettings.Read(choice.Configuration)));

    // Made at once: only the client can tell whether the environment knows a region.
    private static void AddS3(AdapterChoice choice) => choice.Services.AddSingleton<IObjectStore>(new S3ObjectStore(S3Settings.Read(choice.Configuration)));

    private static int Dimensions(AdapterChoice choice, string setting, int standard) => choice.Configuration.GetValue<int?>(setting) is not int asked
        ? standard
        : asked is >= LexicalEmbedder.MinDimensions and <= LexicalEmbedder.MaxDimensions
            ? asked
            : throw new SettingException(setting, $"is {asked}; it must be from {LexicalEmbedder.MinDimensions} to {LexicalEmbedder.MaxDimensions}.");

    private static void AddEmbedder(AdapterChoice choice, Func<int, LocalEmbedder> make) =>
        choice.Services.AddSingleton<IEmbeddingGenerator<string, Embedding<float>>>(_ => make(choice.MaxDegreeOfParallelism ?? 0));

    private static void AddKeywordLabeller(AdapterChoice choice) => choice.Services.AddSingleton<IClusterLabeller, KeywordLabeller>();

    private static void Choose(string setting, string standard, Dictionary<string, Action<AdapterChoice>> kinds, AdapterChoice choice)
    {
        string? asked = choice.Configuration[setting];
        if (!kinds.TryGetValue(string.IsNullOrWhiteSpace(asked) ? standard : asked.Trim(), out Action<AdapterChoice>? add))
        {
            throw new SettingException(setting, $"is '{asked}'; in this program it must be {string.Join(" or ", kinds.Keys)}.");
        }

        add(choice);
    }

    /// <summary>What an adapter is made from.</summary>
    private sealed record AdapterChoice(IServiceCollection Services, IConfiguration Configuration, string DataFolder)
    {
        /// <summary>The most threads of an embedder that computes on this machine; null for all cores.</summary>
        public int? MaxDegreeOfParallelism => Configuration.GetValue<int?>("Training:MaxDegreeOfParallelism");
    }
}
