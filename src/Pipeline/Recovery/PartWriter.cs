using Pipeline.Audit;
using Pipeline.Storage;

namespace Pipeline.Recovery;

/// <summary>Collects the parts of a backup, and writes those to the second store that no backup before it has.</summary>
/// <param name="store">The second store.</param>
/// <param name="id">The backup's id.</param>
/// <param name="before">The parts of the backup before; none for one whose parts are all to be its own.</param>
/// <param name="progress">Told how many parts are done.</param>
internal sealed class PartWriter(BackupStore store, string id, IReadOnlyList<BackupPart> before, IProgress<PipelineProgress>? progress)
{
    private readonly Dictionary<string, BackupPart> _before = before.ToDictionary(KeyOf, StringComparer.Ordinal);
    private readonly ILookup<string?, BackupPart> _tables = before.ToLookup(part => part.Table, StringComparer.Ordinal);
    private readonly Dictionary<string, BackupPart> _written = before.Where(part => part.Name is not null).DistinctBy(part => part.Sha256, StringComparer.Ordinal).ToDictionary(part => part.Sha256, StringComparer.Ordinal);
    private readonly Dictionary<string, BackupPart> _parts = new(StringComparer.Ordinal);

    private int _objects;

    /// <summary>The parts so far: tables first, then objects by name.</summary>
    public IReadOnlyList<BackupPart> Parts => [.. _parts.Values.OrderBy(part => part.Name, StringComparer.Ordinal).ThenBy(part => part.Table, StringComparer.Ordinal).ThenBy(part => part.Number)];

    /// <summary>How many parts there will be, as far as is known.</summary>
    public int Expected { get; set; } = before.Count;

    /// <summary>Bytes that were written.</summary>
    public long NewBytes { get; private set; }

    /// <summary>Whether anything is other than in the backup before. Lines of the audit alone are not: one tells of this backup.</summary>
    public bool HasNews => Told(_parts).Count() != Told(_before).Count() || Told(_parts).Any(part => !_before.TryGetValue(part.Key, out BackupPart? old) || !string.Equals(old.Path, part.Value.Path, StringComparison.Ordinal));

    /// <summary>Adds rows of a table.</summary>
    public async Task AddAsync(TableRows rows, CancellationToken cancellationToken)
    {
        string content = TableFile.Hash(rows);
        BackupPart part = new("", "", 0, BackupAreas.OfTable(rows.Table)) { Table = rows.Table, Number = rows.Number, Rows = rows.Rows.Count, Content = content, Version = rows.Version };
        if (_before.TryGetValue(KeyOf(part), out BackupPart? old) && string.Equals(old.Content, content, StringComparison.Ordinal))
        {
            Add(old with { Version = rows.Version });
            return;
        }

        using MemoryStream file = new();
        await TableFile.WriteAsync(rows, file, cancellationToken);
        Add(await WriteAsync(part, FormattableString.Invariant($"tables/{rows.Table}/{rows.Number:D8}.parquet"), file, cancellationToken));
    }

    /// <summary>Adds a stretch of a table as the backup before has it.</summary>
    /// <returns>Whether that one has it in this version.</returns>
    public bool TryKeep(TableStretch stretch)
    {
        BackupPart[] pieces = [.. _tables[stretch.Table].Where(part => part.Number >= stretch.First && part.Number <= stretch.Last)];
        if (pieces.Length == 0 || pieces.Any(part => !string.Equals(part.Version, stretch.Version, StringComparison.Ordinal)))
        {
            return false;
        }

        foreach (BackupPart piece in pieces)
        {
            Add(piece);
        }

        return true;
    }

    /// <summary>Adds an object as it is in a store.</summary>
    /// <returns>Whether it is another than at the last look.</returns>
    public async Task<bool> AddAsync(IObjectStore objects, StoredObject item, BackupArea area, CancellationToken cancellationToken)
    {
        BackupPart part = new("", "", item.Size, area) { Name = item.Name, Version = item.Version };
        string key = KeyOf(part);
        if (_parts.TryGetValue(key, out BackupPart? added) && IsSame(added, item))
        {
            return false;
        }

        if (_before.TryGetValue(key, out BackupPart? old) && IsSame(old, item))
        {
            Add(old);
            return false;
        }

        await using FileStream? copy = await objects.FetchAsync(item.Name, cancellationToken);
        if (copy is null)
        {
            // Merged, put away or erased since it was listed.
            _parts.Remove(key);
            return true;
        }

        string hash = await PartHash.OfAsync(copy, cancellationToken);
        Add(await WriteAsync(part with { Sha256 = hash, Size = copy.Length }, copy, cancellationToken));
        return !string.Equals(added?.Sha256, hash, StringComparison.Ordinal);
    }

    /// <summary>Adds a file as an object of the configuration.</summary>
    public async Task AddAsync(string name, byte[] content, CancellationToken cancellationToken)
    {
        await using MemoryStream file = new(content);
        Add(await WriteAsync(new BackupPart("", PartHash.Of(content), content.Length, BackupArea.Configuration) { Name = name }, file, cancellationToken));
    }

    /// <summary>Leaves objects out that are no more.</summary>
    public void Forget(Func<string, bool> gone)
    {
        foreach ((string key, BackupPart part) in _parts.Where(part => part.Value.Name is string name && gone(name)).ToArray())
        {
            _parts.Remove(key);
        }
    }

    private static IEnumerable<KeyValuePair<string, BackupPart>> Told(Dictionary<string, BackupPart> parts) => parts.Where(part => part.Value.Name?.StartsWith(AuditFiles.Root, StringComparison.Ordinal) != true);

    private static string KeyOf(BackupPart part) => part.Name ?? FormattableString.Invariant($"//{part.Table}/{part.Number}");

    // A store that tells no version has its objects read each time.
    private static bool IsSame(BackupPart part, StoredObject item) => item.Version is not null && part.Size == item.Size && string.Equals(part.Version, item.Version, StringComparison.Ordinal);

    // What holds the same bytes as another object is kept once.
    private async Task<BackupPart> WriteAsync(BackupPart part, Stream content, CancellationToken cancellationToken)
    {
        if (_written.TryGetValue(part.Sha256, out BackupPart? same))
        {
            return part with { Path = same.Path, Key = same.Key };
        }

        // Not by its hash, by which those without the key could tell that a file that they have is in the backup.
        part = part with { Path = FormattableString.Invariant($"{BackupStore.Folder(id)}objects/{_objects++:D8}") };
        return _written[part.Sha256] = await WriteSealedAsync(part, content, cancellationToken);
    }

    private async Task<BackupPart> WriteAsync(BackupPart part, string name, MemoryStream content, CancellationToken cancellationToken) =>
        await WriteSealedAsync(part with { Path = BackupStore.Folder(id) + name, Sha256 = PartHash.Of(content.GetBuffer().AsSpan(0, (int)content.Length)), Size = content.Length }, content, cancellationToken);

    private async Task<BackupPart> WriteSealedAsync(BackupPart part, Stream content, CancellationToken cancellationToken)
    {
        part = part with { Key = await store.WriteSealedAsync(part.Path, content, cancellationToken) };
        NewBytes += part.Size;
        return part;
    }

    private void Add(BackupPart part)
    {
        _parts[KeyOf(part)] = part;
        progress?.Report(new PipelineProgress(CreateBackup.Stage, _parts.Count, Math.Max(Expected, _parts.Count + 1), Unit: "part"));
    }
}
