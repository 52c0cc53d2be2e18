using Pipeline.EmergencyStop;
using Pipeline.Incidents;
using Pipeline.Recovery;
using Pipeline.Search;
using Pipeline.Storage;
using Pipeline.Tests.Fakes;

namespace Pipeline.Contracts.Backups;

/// <summary>A pipeline's stores - a warehouse, and objects in memory - with a second store for its backups.</summary>
internal sealed class BackedUpPlace(IWarehouse warehouse, BackedUpPlace? other = null)
{
    public IWarehouseTables Tables => (IWarehouseTables)warehouse;

    public IIncidents Incidents => Warehouse<IIncidents>();

    public ISearchIndex Search => Warehouse<ISearchIndex>();

    public MemoryObjectStore Objects { get; } = new();

    /// <summary>The second store: that of another place, or a new one.</summary>
    public MemoryObjectStore Second { get; } = other?.Second ?? new MemoryObjectStore();

    public ManualClock Clock { get; } = new();

    public BackupStore Store => new(Second);

    public OperatingModes Modes => new(Objects, Clock);

    public T Warehouse<T>() => (T)warehouse;

    public Task PutAsync(string name, string content) => Objects.WriteAsync(name, async (target, token) => await target.WriteAsync(System.Text.Encoding.UTF8.GetBytes(content), token));

    public async Task<BackupManifest> BackUpAsync(IObjectStore? second = null) => (await TryBackUpAsync(BackupType.Full, second)).ShouldNotBeNull();

    public async Task<BackupManifest?> TryBackUpAsync(BackupType type, IObjectStore? second = null)
    {
        Clock.Advance(TimeSpan.FromMinutes(10));
        return await new CreateBackup(Tables, Objects, new BackupStore(second ?? Second), Clock).RunAsync(type, "test");
    }

    /// <summary>Restores, and is ended at a step of the objects or of the warehouse where one is named.</summary>
    public Task<RestoreOutcome> RestoreAsync(RestoreOrder order, CrashPoint? crash = null)
    {
        IObjectStore objects = crash is null ? Objects : new CrashingObjectStore(Objects, crash);
        IWarehouseTables tables = crash is null ? Tables : new CrashingTables(Tables, crash);
        return new RestoreBackup(tables, objects, Store, new OperatingModes(objects, Clock), Clock).RunAsync(order);
    }

    public Task<StoredState> StateAsync() => StoredState.ReadAsync(Tables, Objects);

    /// <summary>Tables whose every change is a step at which the process can end.</summary>
    private sealed class CrashingTables(IWarehouseTables tables, CrashPoint crash) : IWarehouseTables
    {
        public string Kind => tables.Kind;

        public int Schema => tables.Schema;

        public Task<IWarehouseSnapshot> OpenSnapshotAsync(CancellationToken cancellationToken = default) => tables.OpenSnapshotAsync(cancellationToken);

        public Task<IReadOnlyList<string>> ListFilledAsync(CancellationToken cancellationToken = default) => tables.ListFilledAsync(cancellationToken);

        public Task ClearAsync(IReadOnlyCollection<string> cleared, CancellationToken cancellationToken = default) => StepAsync(() => tables.ClearAsync(cleared, cancellationToken));

        public Task AddRowsAsync(TableRows rows, CancellationToken cancellationToken = default) => StepAsync(() => tables.AddRowsAsync(rows, cancellationToken));

        private Task<bool> StepAsync(Func<Task> step) => crash.StepAsync(async () =>
        {
            await step();
            return true;
        });
    }
}
