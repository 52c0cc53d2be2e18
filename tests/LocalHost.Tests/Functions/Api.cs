using System.Net.Http.Json;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Adapters.Local;
using Pipeline.Cli.Demo;
using Pipeline.Incidents;
using Pipeline.LocalHost.Hosting;
using Pipeline.LocalHost.Hosting.Functions;
using Pipeline.LocalHost.Hosting.Http;
using Pipeline.LocalHost.Hosting.Tls;
using Pipeline.LocalHost.Hosting.Tokens;
using Pipeline.Recovery;
using Pipeline.Storage;
using Pipeline.TestSupport;
using Pipeline.Triggers;

namespace Pipeline.LocalHost.Tests.Functions;

/// <summary>The app's own functions on a free port of this machine, with their orchestrations, over storage in a folder that is deleted with it.</summary>
internal sealed class Api : IAsyncDisposable
{
    public const string Key = "a-function-key";

    public const string MasterKey = "the-master-key";

    private readonly TempFolder _folder = new();
    private readonly SqliteWarehouse _warehouse;
    private readonly WebApplication _app;

    private Api(IReadOnlyDictionary<string, string?> settings, TimeProvider clock, Action<IServiceCollection>? services, TlsSettings? tls, X509ChainPolicy? trust)
    {
        _warehouse = new SqliteWarehouse(_folder["warehouse.db"]);
        Client = new HttpClient(new SocketsHttpHandler { SslOptions = { CertificateChainPolicy = trust } });
        Dictionary<string, string?> defaults = new(StringComparer.OrdinalIgnoreCase)
        {
            ["PreprocessSchedule"] = "0 0 0 29 2 *",
            ["PredictSchedule"] = "0 0 0 29 2 *",
            ["PullSchedule"] = "0 0 0 29 2 *",
            ["TrainSchedule"] = "0 0 0 29 2 *",
            ["DriftSchedule"] = "0 0 0 29 2 *",
            ["ReportSchedule"] = "0 0 0 29 2 *",
            ["WatchSchedule"] = "0 0 0 29 2 *",
            ["ArchiveSchedule"] = "0 0 0 29 2 *",
            ["BackupSchedule"] = "0 0 0 29 2 *",
            ["BackupModelsSchedule"] = "0 0 0 29 2 *",
            ["BackupChangesSchedule"] = "0 0 0 29 2 *",
            ["PurgeHistorySchedule"] = "0 0 0 29 2 *",
            ["Logging:LogLevel:Default"] = "None",
        };
        IConfiguration configuration = new ConfigurationBuilder().AddInMemoryCollection(defaults).AddInMemoryCollection(settings).Build();
        _app = FunctionHost.Build(new FunctionHostParts
        {
            Functions = FunctionCatalog.TypesOf(typeof(TrainFunctions).Assembly),
            Settings = new HostSettings { Port = 0, BlobPollSeconds = 1 },
            Tls = tls ?? new TlsSettings(),
            Configuration = configuration,
            Keys = new HostKeys(MasterKey, new Dictionary<string, string>(StringComparer.Ordinal) { [HostKeys.DefaultName] = Key }),
            Tokens = Tokens,
            StatePath = _folder["host.db"],
            JournalPath = _folder["orchestrations.db"],
            Clock = clock,
            Services = all =>
            {
                services?.Invoke(all);
                all.AddWarehouse(_ => _warehouse)
                    .AddSingleton<IObjectStore>(new FileObjectStore(_folder["objects"]))
                    .AddSingleton(new BackupStore(new FileObjectStore(_folder["second-store"])))
                    .AddSingleton<IEmbeddingGenerator<string, Embedding<float>>>(new LexicalEmbedder())
                    .AddPipeline(configuration);
            },
        });
    }

    public HttpClient Client { get; }

    /// <summary>The files of the host's own tokens.</summary>
    public TokenFiles Tokens => new(_folder["token-key.pem"], _folder["tokens.json"]);

    public SqliteWarehouse Warehouse => _warehouse;

    public IServiceProvider Services => _app.Services;

    public DurableTaskClient Orchestrations => Services.GetRequiredService<DurableTaskClient>();

    /// <summary>The file of the warehouse, which is made by its first use.</summary>
    public string WarehousePath => _folder["warehouse.db"];

    /// <summary>A file in the folder of the object store.</summary>
    public string ObjectPath(string name) => _folder[$"objects/{name}"];

    /// <summary>Starts the host, whose functions and timers go by <paramref name="clock"/>.</summary>
    public static async Task<Api> StartAsync(IReadOnlyDictionary<string, string?>? settings = null, TimeProvider? clock = null, Action<IServiceCollection>? services = null, TlsSettings? tls = null, X509ChainPolicy? trust = null)
    {
        Api api = new(settings ?? new Dictionary<string, string?>(StringComparer.Ordinal), clock ?? TimeProvider.System, services, tls, trust);
        await FunctionHost.StartAsync(api._app, CancellationToken.None);
        api.Client.BaseAddress = new Uri(api._app.Urls.First());
        api.Client.DefaultRequestHeaders.Add("x-functions-key", Key);
        return api;
    }

    /// <summary>Invented incidents of a tech center.</summary>
    public Task ReportAsync(string techCenter, int count) => _warehouse.UpsertIncidentsAsync(
        [.. DemoIncidents.Generate(count).Select(i => new Incident { Number = $"{techCenter}-{i.Number}", CreatedOn = i.CreatedOn, Texts = i.Texts, TechCenter = techCenter })]);

    public Task<HttpResponseMessage> PostAsync(string path, object body) => Client.PostAsJsonAsync(path, body);

    public async Task<JsonElement> GetAsync(string path) => await ReadAsync(await Client.GetAsync(new Uri(path, UriKind.Relative)));

    public static async Task<JsonElement> ReadAsync(HttpResponseMessage response) => await response.Content.ReadFromJsonAsync<JsonElement>();

    /// <summary>Preprocesses what waits, and gives what was done.</summary>
    public Task<JsonElement> PreprocessAsync() => WorkAsync("/api/preprocess", new { });

    /// <summary>Has work done that goes on behind the request, and gives its result.</summary>
    public async Task<JsonElement> WorkAsync(string path, object body)
    {
        using HttpResponseMessage started = await PostAsync(path, body);
        JsonElement ended = await TrainedAsync(started.Headers.Location!.ToString());
        return ended.GetProperty("status").ValueEquals("completed") ? ended.GetProperty("result") : throw new InvalidOperationException(ended.GetRawText());
    }

    /// <summary>Waits for a training's end and gives its last state.</summary>
    public Task<JsonElement> TrainedAsync(string path) => UntilAsync(path, status => status.GetProperty("status").GetString() is not ("pending" or "running"));

    /// <summary>Asks again and again until the answer is as expected.</summary>
    public async Task<JsonElement> UntilAsync(string path, Func<JsonElement, bool> expected)
    {
        using CancellationTokenSource patience = new(TimeSpan.FromMinutes(3));
        while (true)
        {
            JsonElement answer = await GetAsync(path);
            if (expected(answer))
            {
                return answer;
            }

            await Task.Delay(50, patience.Token);
        }
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _app.StopAsync();
        await _app.DisposeAsync();
        await _warehouse.DisposeAsync();
        _folder.Dispose();
    }
}
