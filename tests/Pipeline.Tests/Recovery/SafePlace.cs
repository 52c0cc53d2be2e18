using System.Security.Cryptography;
using Pipeline.Adapters.Local;
using Pipeline.EmergencyStop;
using Pipeline.Encryption;
using Pipeline.Incidents;
using Pipeline.Measures;
using Pipeline.Recovery;
using Pipeline.Storage;
using Pipeline.Tests.Fakes;
using Pipeline.TestSupport;

namespace Pipeline.Tests.Recovery;

/// <summary>A pipeline's stores - tables in SQLite, objects in memory - with a second store for its backups.</summary>
internal sealed class SafePlace : IAsyncDisposable
{
    private readonly TempFolder _folder = new();

    /// <summary>Stores of their own, and the backups of another place or new ones.</summary>
    public SafePlace(SafePlace? other = null)
    {
        Warehouse = new SqliteWarehouse(_folder["warehouse.db"]);
        Second = other?.Second ?? new MemoryObjectStore();
        Keys = new Dictionary<string, string>(other?.Keys ?? [], StringComparer.Ordinal);
        KeyId = other?.KeyId;
        Store = StoreOf(Second);
    }

    /// <summary>The envelope keys by id.</summary>
    public Dictionary<string, string> Keys { get; }

    /// <summary>The key that is written with; null for none.</summary>
    public string? KeyId { get; set; }

    public SqliteWarehouse Warehouse { get; }

    public MemoryObjectStore Objects { get; } = new();

    public MemoryObjectStore Second { get; }

    public BackupStore Store { get; }

    public ManualClock Clock { get; } = new();

    public OperatingModes Modes => new(Objects, Clock);

    public IWarehouseTables Tables => Warehouse;

    /// <summary>A place with rows in tables of every area and objects of every area.</summary>
    public static async Task<SafePlace> FilledAsync()
    {
        SafePlace place = new();
        await place.AddIncidentsAsync(0, 10_000);
        await place.Warehouse.SetSettingAsync("mapping", "ümlaut, \t and a longer text");
        await place.Warehouse.SaveMeasuresAsync([new Measure(place.Clock.GetUtcNow(), null, null, "incidents.read", 0.1 + 0.2)]);
        foreach (string name in (string[])["hdbscan-models/network/2026_q2/model.safetensors", "hdbscan-models/network/2026_q2/manifest.json", "hdbscan-models/network/stages.json", "datasets/survey.json", "streams/a/log/0000000000000001", "drift/network.json"])
        {
            await place.PutAsync(name, $"the content of {name}");
        }

        return place;
    }

    public Task AddIncidentsAsync(int from, int count) => Warehouse.UpsertIncidentsAsync(
        [.. Enumerable.Range(from, count).Select(i => new Incident { Number = FormattableString.Invariant($"INC{i:D7}"), CreatedOn = Clock.GetUtcNow().AddMinutes(i), Texts = [$"text {i}", "second"], TechCenter = i % 2 == 0 ? "Network" : "Desk", ReopenCount = i % 3 == 0 ? i : null })]);

    public Task PutAsync(string name, string content) => Objects.WriteAsync(name, async (target, token) => await target.WriteAsync(System.Text.Encoding.UTF8.GetBytes(content), token));

    public async Task<BackupManifest> BackUpAsync(BackupType type = BackupType.Full) => (await TryBackUpAsync(type)).ShouldNotBeNull();

    public async Task<BackupManifest?> TryBackUpAsync(BackupType type, IObjectStore? second = null)
    {
        Clock.Advance(TimeSpan.FromMinutes(10));
        return await new CreateBackup(Warehouse, Objects, second is null ? Store : StoreOf(second), Clock).RunAsync(type, "test");
    }

    public Task<RestoreOutcome> RestoreAsync(RestoreOrder order, IObjectStore? objects = null) =>
        new RestoreBackup(Warehouse, objects ?? Objects, Store, new OperatingModes(objects ?? Objects, Clock), Clock).RunAsync(order);

    /// <summary>Makes a key and names it.</summary>
    public void AddKey(string id)
    {
        Keys[id] = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));
        KeyId = id;
    }

    private BackupStore StoreOf(IObjectStore second) => new(second, new EnvelopeSeal(() => new EnvelopeKeys(KeyId, Keys.GetValueOrDefault)));

    public Task<StoredState> StateAsync() => StoredState.ReadAsync(Warehouse, Objects);

    public async ValueTask DisposeAsync()
    {
        await Warehouse.DisposeAsync();
        _folder.Dispose();
    }
}
