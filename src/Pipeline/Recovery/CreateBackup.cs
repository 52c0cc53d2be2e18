using Pipeline.EmergencyStop;
using Pipeline.Requests;
using Pipeline.Storage;

namespace Pipeline.Recovery;

/// <summary>
/// Makes a backup in the second store while work goes on: first the tables as they are at one moment, then the objects. A version that a prediction names is published before the prediction is
/// written, so it is among the objects. Killed at any step it leaves parts without a manifest, which are no backup.
/// Memory: a piece of a table, some thousand rows. Time of an incremental one: that of reading all tables, but for what a warehouse tells to be as it was, and listing all objects.
/// </summary>
/// <param name="warehouse">The tables.</param>
/// <param name="objects">The objects.</param>
/// <param name="store">The second store.</param>
/// <param name="clock">The time.</param>
/// <param name="machineFiles">Files of the configuration that lie beside the stores, by the object's name that they get.</param>
public sealed class CreateBackup(IWarehouseTables warehouse, IObjectStore objects, BackupStore store, TimeProvider clock, IReadOnlyDictionary<string, string>? machineFiles = null)
{
    /// <summary>The stage that progress is told of.</summary>
    public const string Stage = "Backing up";

    /// <summary>Makes a backup. An incremental one without a full one before it, or after one that was not encrypted where there is a key now, becomes a full one.</summary>
    /// <param name="type">What it holds.</param>
    /// <param name="by">Who or what asked for it.</param>
    /// <param name="progress">Told how many parts are done.</param>
    /// <param name="cancellationToken">Stops the work: then there is no backup.</param>
    /// <returns>The backup; null where an incremental one was asked for and nothing has changed.</returns>
    /// <exception cref="RequestException">A restore is under way or was cut short.</exception>
    /// <exception cref="WarehouseException">The warehouse cannot be read.</exception>
    /// <exception cref="ObjectStoreException">A store cannot be read or written.</exception>
    /// <exception cref="SettingException">No second store is set up.</exception>
    public async Task<BackupManifest?> RunAsync(BackupType type, string by, IProgress<PipelineProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        DateTimeOffset begin = clock.GetUtcNow();
        await RequireWholeAsync(begin, cancellationToken);
        BackupManifest? before = type == BackupType.Incremental ? (await store.ListAsync(cancellationToken)).LastOrDefault(b => b.HoldsAll && b.IsReadable && b.WarehouseSchema == warehouse.Schema) : null;
        if (before is { Key: null } && store.Seal.CurrentKey is not null)
        {
            // Nothing of what is encrypted refers to what is not.
            before = null;
        }

        type = type == BackupType.Incremental && before is null ? BackupType.Full : type;
        IReadOnlyList<BackupPart> known = before is null ? [] : await store.PartsAsync(before, cancellationToken);
        DateTimeOffset at = clock.GetUtcNow();
        string id = BackupId.Of(at, type);
        PartWriter writer = new(store, id, known, progress);
        HashSet<BackupArea> areas = [.. BackupAreas.Of(type)];
        await WriteTablesAsync(writer, areas, cancellationToken);
        await WriteObjectsAsync(writer, areas, cancellationToken);
        await WriteMachineFilesAsync(writer, areas, cancellationToken);
        if (before is not null && !writer.HasNews)
        {
            return null;
        }

        IReadOnlyList<BackupPart> parts = writer.Parts;
        BackupManifest manifest = new()
        {
            Id = id,
            Type = type,
            Base = before is null ? null : before.Base ?? before.Id,
            At = at,
            FinishedAt = clock.GetUtcNow(),
            By = by,
            LibraryVersion = typeof(Clustering.Hdbscan).Assembly.GetName().Version!.ToString(3),
            Warehouse = warehouse.Kind,
            WarehouseSchema = warehouse.Schema,
            Rows = parts.Sum(part => (long)part.Rows),
            Objects = parts.Count(part => part.Name is not null),
            Bytes = parts.Sum(part => part.Size),
            NewBytes = writer.NewBytes,
            PartsSha256 = "",
        };
        await RequireWholeAsync(begin, cancellationToken);
        return await store.CompleteAsync(manifest, parts, cancellationToken);
    }

    /// <summary>Deletes the backups that are older than they are to be kept, and what killed ones left.</summary>
    /// <exception cref="ObjectStoreException">The second store cannot be read or written.</exception>
    public Task<PrunedBackups> PruneAsync(BackupOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        DateTimeOffset now = clock.GetUtcNow();
        return store.PruneAsync(now.AddDays(-options.Days), now, cancellationToken);
    }

    // What is half restored is no state to go back to.
    private async Task RequireWholeAsync(DateTimeOffset begin, CancellationToken cancellationToken)
    {
        OperatingMode mode = await new OperatingModes(objects, clock).ReadAsync(cancellationToken);
        if (await RestoreMark.FindAsync(objects, mode, cancellationToken) is RestoreMark mark)
        {
            throw new RequestException(RequestProblem.Conflict, $"There is no backup of what is half restored: the backup '{mark.Backup}' is being restored, or that was cut short. Wait for its end, or order the same restore again; then back up.");
        }

        if (mode.Since > begin && string.Equals(mode.Who, RestoreMark.By, StringComparison.Ordinal))
        {
            throw new RequestException(RequestProblem.Conflict, "A restore came in between, so that this backup would be half of what was before it. Back up again.");
        }
    }

    private async Task WriteTablesAsync(PartWriter writer, HashSet<BackupArea> areas, CancellationToken cancellationToken)
    {
        await using IWarehouseSnapshot snapshot = await warehouse.OpenSnapshotAsync(cancellationToken);
        foreach (string table in snapshot.Tables.Where(table => areas.Contains(BackupAreas.OfTable(table))))
        {
            await foreach (TableRows rows in snapshot.ReadAsync(table, writer.TryKeep, cancellationToken))
            {
                await writer.AddAsync(rows, cancellationToken);
            }
        }
    }

    // What points at others is copied before them: whatever it names is there when the others are listed. What is written, merged or deleted meanwhile is looked for again.
    private async Task WriteObjectsAsync(PartWriter writer, HashSet<BackupArea> areas, CancellationToken cancellationToken)
    {
        const int mostLooks = 5;
        await CopyAsync(writer, areas, name => name.EndsWith("/" + Models.ModelPaths.StagesFile, StringComparison.Ordinal), cancellationToken);
        for (int look = 0; look < mostLooks && await CopyAsync(writer, areas, name => !name.EndsWith("/" + Models.ModelPaths.StagesFile, StringComparison.Ordinal), cancellationToken); look++)
        {
            // Until nothing has moved since the last look.
        }
    }

    private async Task<bool> CopyAsync(PartWriter writer, HashSet<BackupArea> areas, Func<string, bool> which, CancellationToken cancellationToken)
    {
        Dictionary<string, (StoredObject Item, BackupArea Area)> there = new(StringComparer.Ordinal);
        await foreach (StoredObject item in objects.ListAsync("", cancellationToken))
        {
            if (BackupAreas.OfObject(item.Name) is BackupArea area && areas.Contains(area) && which(item.Name))
            {
                there.Add(item.Name, (item, area));
            }
        }

        writer.Forget(name => which(name) && !there.ContainsKey(name));
        writer.Expected = Math.Max(writer.Expected, writer.Parts.Count + there.Count);
        bool moved = false;
        foreach ((StoredObject item, BackupArea area) in there.Values)
        {
            moved |= await writer.AddAsync(objects, item, area, cancellationToken);
        }

        return moved;
    }

    private async Task WriteMachineFilesAsync(PartWriter writer, HashSet<BackupArea> areas, CancellationToken cancellationToken)
    {
        foreach ((string name, string path) in machineFiles ?? new Dictionary<string, string>(StringComparer.Ordinal))
        {
            if (areas.Contains(BackupArea.Configuration) && File.Exists(path))
            {
                await writer.AddAsync(name, await File.ReadAllBytesAsync(path, cancellationToken), cancellationToken);
            }
        }
    }
}
