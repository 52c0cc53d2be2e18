using System.Globalization;
using Pipeline.Audit;
using Pipeline.EmergencyStop;
using Pipeline.Requests;
using Pipeline.Storage;

namespace Pipeline.Recovery;

/// <summary>
/// Brings a backup back. The pipeline is halted meanwhile, and what is under way is waited for; killed at any step it stays halted, and the same restore goes on. A part that is damaged
/// is named and left out, the others come back. What points at others - manifests of versions, stages - is written after them.
/// </summary>
/// <param name="warehouse">The tables.</param>
/// <param name="objects">Where objects go.</param>
/// <param name="store">The second store.</param>
/// <param name="modes">Halts the pipeline.</param>
/// <param name="clock">The time.</param>
/// <param name="settle">Called when the pipeline is halted and again when all is there: lets go of what this process keeps in memory of the stores. Null for nothing.</param>
public sealed class RestoreBackup(IWarehouseTables warehouse, IObjectStore objects, BackupStore store, OperatingModes modes, TimeProvider clock, Func<CancellationToken, Task>? settle = null)
{
    /// <summary>The stage that progress is told of.</summary>
    public const string Stage = "Restoring";

    /// <summary>Restores.</summary>
    /// <param name="order">What to restore, and how.</param>
    /// <param name="progress">Told how many parts are done.</param>
    /// <param name="cancellationToken">Stops the work: what was begun stays halted until the same is ordered again.</param>
    /// <exception cref="RequestException">There is no such backup, a newer program made it, it is of another kind of warehouse, or something is there already.</exception>
    /// <exception cref="WarehouseException">The warehouse cannot be written.</exception>
    /// <exception cref="ObjectStoreException">A store cannot be read or written.</exception>
    public async Task<RestoreOutcome> RunAsync(RestoreOrder order, IProgress<PipelineProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(order);
        long start = clock.GetTimestamp();
        OperatingMode mode = await modes.ReadAsync(cancellationToken);
        RestoreMark? begun = await RestoreMark.FindAsync(objects, mode, cancellationToken);
        BackupManifest manifest = await store.FindAsync(IdOf(order, begun), order.To, cancellationToken);
        RequireFitting(manifest);
        IReadOnlyList<BackupArea> areas = AreasOf(order, manifest);
        BackupPart[] parts = [.. (await store.PartsAsync(manifest, cancellationToken)).Where(part => areas.Contains(part.Area))];
        await store.RequireKeysAsync(manifest, parts, cancellationToken);
        RestoreMark mark = new(manifest.Id, areas, begun?.Before ?? mode, mode.State == OperatingState.Halted ? mode.Since : null);
        if (!order.Replace && begun?.IsSame(mark) != true)
        {
            await RequireEmptyAsync(areas, parts, cancellationToken);
        }

        await HaltAsync(mark, cancellationToken);
        await ClearAsync(areas, parts, cancellationToken);
        RestoreOutcome outcome = await BringBackAsync(manifest, parts, progress, cancellationToken);
        await (settle?.Invoke(cancellationToken) ?? Task.CompletedTask);
        if (mark.Before.State != OperatingState.Halted)
        {
            bool runs = mark.Before.State == OperatingState.Running;
            await modes.SetAsync(mark.Before.State, runs ? RestoreMark.By : mark.Before.Who, runs ? null : mark.Before.Reason, cancellationToken);
        }

        await objects.DeleteAsync(RestoreMark.ObjectName, cancellationToken);
        return outcome with { Areas = areas, Seconds = clock.GetElapsedTime(start).TotalSeconds };
    }

    /// <summary>An order that names its backup: <see cref="BackupStore.Latest"/> and a moment mean another one when there is a newer backup, and what was cut short goes on with its own.</summary>
    /// <exception cref="RequestException">There is no such backup.</exception>
    /// <exception cref="ObjectStoreException">A store cannot be read.</exception>
    public async Task<RestoreOrder> ResolveAsync(RestoreOrder order, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(order);
        RestoreMark? begun = await RestoreMark.FindAsync(objects, await modes.ReadAsync(cancellationToken), cancellationToken);
        return order with { Id = (await store.FindAsync(IdOf(order, begun), order.To, cancellationToken)).Id, To = null };
    }

    private static BackupArea[] AreasOf(RestoreOrder order, BackupManifest manifest)
    {
        IReadOnlyList<BackupArea> there = BackupAreas.Of(manifest.Type);
        BackupArea[] asked = order.Only is { Count: > 0 } only ? [.. only.Distinct().Order()] : [.. there];
        return asked.Except(there).ToArray() is { Length: > 0 } missing
            ? throw RequestException.Invalid("only", $"The backup '{manifest.Id}' holds {string.Join(", ", there).ToLowerInvariant()} alone, and not {string.Join(", ", missing).ToLowerInvariant()}. Take one of everything.")
            : asked;
    }

    // What is half there came from one backup, which 'latest' need not be any more.
    private static string IdOf(RestoreOrder order, RestoreMark? begun) =>
        order.To is null && begun?.Backup is { Length: > 0 } same && string.Equals(order.Id, BackupStore.Latest, StringComparison.OrdinalIgnoreCase) ? same : order.Id;

    private void RequireFitting(BackupManifest manifest)
    {
        if (!manifest.IsReadable || manifest.WarehouseSchema > warehouse.Schema)
        {
            throw new RequestException(RequestProblem.Conflict, string.Create(
                CultureInfo.InvariantCulture,
                $"The backup '{manifest.Id}' has the layout {manifest.Format} and tables of schema version {manifest.WarehouseSchema}; this program knows the layout {BackupManifest.CurrentFormat} and versions up to {warehouse.Schema}. Use the newer program that made it."));
        }

        if (!string.Equals(manifest.Warehouse, warehouse.Kind, StringComparison.Ordinal))
        {
            throw new RequestException(RequestProblem.Conflict, $"The backup '{manifest.Id}' is of a warehouse of the kind {manifest.Warehouse}, and this one is of the kind {warehouse.Kind}. Set Warehouse:Kind to {manifest.Warehouse}.");
        }
    }

    private async Task RequireEmptyAsync(IReadOnlyList<BackupArea> areas, BackupPart[] parts, CancellationToken cancellationToken)
    {
        string? there = (await warehouse.ListFilledAsync(cancellationToken)).FirstOrDefault(table => areas.Contains(BackupAreas.OfTable(table))) is string table ? $"the table {table} has rows" : null;
        if (there is null && await ObjectsOfAsync(areas, BackupAreas.Roots(parts), cancellationToken) is [string name, ..])
        {
            there = $"the object '{name}' is there";
        }

        if (there is not null)
        {
            throw new RequestException(RequestProblem.Conflict, $"What is to be restored is not empty: {there}. Restore into another data folder, or say with --replace (over HTTP \"replace\": true) that what is there may go.");
        }
    }

    private async Task HaltAsync(RestoreMark mark, CancellationToken cancellationToken)
    {
        await mark.WriteAsync(objects, cancellationToken);
        OperatingMode halt = await modes.SetAsync(OperatingState.Halted, RestoreMark.By, $"the backup {mark.Backup} is being restored; where that was cut short, order the same restore again", cancellationToken);
        await (mark with { Since = halt.Since }).WriteAsync(objects, cancellationToken);
        await modes.StandAsync(cancellationToken);
        await (settle?.Invoke(cancellationToken) ?? Task.CompletedTask);
    }

    // What points at others goes before them.
    private async Task ClearAsync(IReadOnlyList<BackupArea> areas, BackupPart[] parts, CancellationToken cancellationToken)
    {
        foreach (string name in (await ObjectsOfAsync(areas, BackupAreas.Roots(parts), cancellationToken)).OrderByDescending(OrderOf))
        {
            await objects.DeleteAsync(name, cancellationToken);
        }

        await warehouse.ClearAsync([.. (await warehouse.ListFilledAsync(cancellationToken)).Where(table => areas.Contains(BackupAreas.OfTable(table)))], cancellationToken);
    }

    private async Task<RestoreOutcome> BringBackAsync(BackupManifest manifest, BackupPart[] parts, IProgress<PipelineProgress>? progress, CancellationToken cancellationToken)
    {
        BackupReader reader = new(store);
        RowsUnderWay rows = new(warehouse);
        RestoreOutcome outcome = new(manifest.Id, manifest.At, [], 0, 0, 0, [], 0);
        List<string> damaged = [];
        int done = 0;
        foreach (BackupPart part in parts.OrderBy(part => part.Name is null ? 0 : 1 + OrderOf(part.Name)))
        {
            try
            {
                outcome = part.Name is string name ? await BringObjectAsync(reader, part, name, outcome, cancellationToken) : await BringRowsAsync(rows, reader, part, outcome, cancellationToken);
            }
            catch (InvalidDataException e)
            {
                damaged.Add(e.Message);
            }

            progress?.Report(new PipelineProgress(Stage, ++done, parts.Length, Unit: "part"));
        }

        await rows.WriteAsync(cancellationToken);
        return outcome with { Damaged = damaged };
    }

    private async Task<RestoreOutcome> BringObjectAsync(BackupReader reader, BackupPart part, string name, RestoreOutcome outcome, CancellationToken cancellationToken)
    {
        await using FileStream content = await reader.OpenAsync(part, cancellationToken);
        await objects.WriteAsync(
            name,
            async (target, token) =>
            {
                content.Position = 0;
                await content.CopyToAsync(target, token);
            },
            onlyIfAbsent: IsOfAudit(name),
            cancellationToken);
        return outcome with { Objects = outcome.Objects + 1, Bytes = outcome.Bytes + part.Size };
    }

    private static async Task<RestoreOutcome> BringRowsAsync(RowsUnderWay underWay, BackupReader reader, BackupPart part, RestoreOutcome outcome, CancellationToken cancellationToken)
    {
        TableRows rows = await reader.ReadRowsAsync(part, cancellationToken);
        await underWay.AddAsync(rows, cancellationToken);
        return outcome with { Rows = outcome.Rows + rows.Rows.Count, Bytes = outcome.Bytes + part.Size };
    }

    private async Task<IReadOnlyList<string>> ObjectsOfAsync(IReadOnlyList<BackupArea> areas, HashSet<string> roots, CancellationToken cancellationToken)
    {
        List<string> names = [];
        await foreach (StoredObject item in objects.ListAsync("", cancellationToken))
        {
            if (!IsOfAudit(item.Name) && BackupAreas.OfObject(item.Name) is BackupArea area && areas.Contains(area) && roots.Contains(BackupAreas.RootOf(item.Name)))
            {
                names.Add(item.Name);
            }
        }

        return names;
    }

    // A record of what was done is added to, never taken from; who orders the restore is in it already.
    private static bool IsOfAudit(string name) => name.StartsWith(AuditFiles.Root, StringComparison.Ordinal);

    private static int OrderOf(string name) =>
        name.EndsWith("/" + Models.ModelPaths.StagesFile, StringComparison.Ordinal) ? 2 : name.EndsWith("/" + Models.ModelPaths.ManifestFile, StringComparison.Ordinal) ? 1 : 0;
}

/// <summary>Rows on their way into the warehouse: pieces of a table that are small - of a day, say - go together, as a write costs more than its rows do.</summary>
internal sealed class RowsUnderWay(IWarehouseTables warehouse)
{
    private const int AtOnce = 4096;

    private TableRows? _rows;

    /// <summary>Adds the rows of a piece, and writes those before it where they are many or others.</summary>
    public async Task AddAsync(TableRows rows, CancellationToken cancellationToken)
    {
        if (_rows is { } waiting && (!string.Equals(waiting.Table, rows.Table, StringComparison.Ordinal) || waiting.Rows.Count + rows.Rows.Count > AtOnce || !waiting.Columns.SequenceEqual(rows.Columns)))
        {
            await WriteAsync(cancellationToken);
        }

        _rows = _rows is null ? rows : _rows with { Rows = [.. _rows.Rows, .. rows.Rows] };
    }

    /// <summary>Writes what waits.</summary>
    public async Task WriteAsync(CancellationToken cancellationToken)
    {
        if (_rows is { } waiting)
        {
            _rows = null;
            await warehouse.AddRowsAsync(waiting, cancellationToken);
        }
    }
}

/// <summary>What to restore.</summary>
/// <param name="Id">The backup, or <see cref="BackupStore.Latest"/>.</param>
/// <param name="Only">The areas; null for all that the backup holds.</param>
/// <param name="To">The moment whose state is wanted: the newest backup of the same line that is not younger is taken. Null for the named one.</param>
/// <param name="Replace">Whether what is there may go.</param>
public sealed record RestoreOrder(string Id, IReadOnlyList<BackupArea>? Only = null, DateTimeOffset? To = null, bool Replace = false)
{
    /// <summary>Whether another order asks for the same.</summary>
    public bool IsSame(RestoreOrder other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return string.Equals(Id, other.Id, StringComparison.Ordinal) && To == other.To && Replace == other.Replace && (Only ?? []).Order().SequenceEqual((other.Only ?? []).Order());
    }
}

/// <summary>What was restored.</summary>
/// <param name="Id">The backup.</param>
/// <param name="At">The moment of its tables, in UTC.</param>
/// <param name="Areas">What was restored of it.</param>
/// <param name="Rows">Rows of tables.</param>
/// <param name="Objects">Objects.</param>
/// <param name="Bytes">Bytes of the parts, compressed.</param>
/// <param name="Damaged">The parts that could not be used, each with what it held; none where all came back.</param>
/// <param name="Seconds">How long it took.</param>
public sealed record RestoreOutcome(string Id, DateTimeOffset At, IReadOnlyList<BackupArea> Areas, long Rows, int Objects, long Bytes, IReadOnlyList<string> Damaged, double Seconds);
