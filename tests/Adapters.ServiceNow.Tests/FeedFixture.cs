using Pipeline.Adapters.Azure.Tests.Support;
using Pipeline.Adapters.Local;
using Pipeline.Incidents;
using Pipeline.Intake;
using Pipeline.TestSupport;

namespace Pipeline.Adapters.ServiceNow.Tests;

/// <summary>An instance of ServiceNow that is played, and a feed of it into storage that is deleted with it.</summary>
internal sealed class FeedFixture : IAsyncDisposable
{
    public static readonly DateTimeOffset Now = new(2026, 7, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly TempFolder _folder = new();
    private readonly List<ServiceNowFeed> _feeds = [];

    private FeedFixture(FakeServiceNow server)
    {
        Server = server;
        Warehouse = new SqliteWarehouse(_folder["warehouse.db"]);
        Objects = new FileObjectStore(_folder["objects"]);
    }

    public FakeServiceNow Server { get; }

    public SqliteWarehouse Warehouse { get; }

    public FileObjectStore Objects { get; }

    public InstantTime Clock { get; } = new();

    public ServiceNowSecrets Secrets { get; set; } = new("puller", "a password", null, null);

    public static async Task<FeedFixture> StartAsync() => new(await FakeServiceNow.StartAsync());

    /// <summary>A feed with pages of 10 rows.</summary>
    public ServiceNowFeed Feed(Func<ServiceNowOptions, ServiceNowOptions>? with = null, Pipeline.Storage.ISettingsTable? settings = null, IntakeOptions? reading = null)
    {
        ServiceNowOptions options = new() { Instance = Server.Address, PageSize = 10, Attempts = 3 };
        ServiceNowFeed feed = new(with?.Invoke(options) ?? options, () => Secrets, reading ?? new IntakeOptions(), new FeedStores(Warehouse, Warehouse, Objects, settings ?? Warehouse, Clock));
        _feeds.Add(feed);
        return feed;
    }

    /// <summary>Puts rows into the table, a second apart, the last an hour ago.</summary>
    public void Fill(int count, Func<FakeRow, int, FakeRow>? with = null)
    {
        for (int i = 0; i < count; i++)
        {
            FakeRow row = new($"{i:x32}", $"INC{i:0000}", Now.AddHours(-1).AddSeconds(i - count));
            Server.Put(with?.Invoke(row, i) ?? row);
        }
    }

    public async Task<IReadOnlyList<Incident>> StoredAsync() => [.. (await Warehouse.ReadChangesAsync(0, 10_000)).Select(change => change.Incident).OrderBy(incident => incident.Number, StringComparer.Ordinal)];

    public async Task<string[]> NumbersAsync() => [.. (await StoredAsync()).Select(incident => incident.Number)];

    public static string[] Numbers(int count) => [.. Enumerable.Range(0, count).Select(i => $"INC{i:0000}")];

    public async ValueTask DisposeAsync()
    {
        _feeds.ForEach(feed => feed.Dispose());
        await Server.DisposeAsync();
        await Warehouse.DisposeAsync();
        _folder.Dispose();
    }
}
