using System.Globalization;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text.Json;
using Pipeline.Requests;
using Pipeline.Storage;

namespace Pipeline.Recovery;

/// <summary>
/// The second store: <c>backups/{id}/</c> with <c>manifest.json</c>, which is written last, the list of the parts, and the parts that are this backup's own.
/// </summary>
/// <param name="objects">The store; null where none is set up.</param>
public sealed class BackupStore(IObjectStore? objects)
{
    /// <summary>The name for the newest backup.</summary>
    public const string Latest = "latest";

    private const string Root = "backups/";
    private const string ManifestFile = "manifest.json";
    private const string PartsFile = "parts.json.gz";

    /// <summary>Whether there is one.</summary>
    public bool IsThere => objects is not null;

    /// <summary>The store.</summary>
    /// <exception cref="SettingException">None is set up.</exception>
    public IObjectStore Objects => objects ?? throw new SettingException("Backup:Kind", "is not set: name a second store for the backups, Files, AzureBlobs or S3.");

    /// <summary>The folder of a backup, with a slash at its end.</summary>
    internal static string Folder(string id) => $"{Root}{id}/";

    /// <summary>The backups that are complete, the oldest first. One whose manifest cannot be read is left out; <see cref="FindAsync(string, CancellationToken)"/> says why.</summary>
    /// <exception cref="ObjectStoreException">The second store cannot be read.</exception>
    public async Task<IReadOnlyList<BackupManifest>> ListAsync(CancellationToken cancellationToken = default)
    {
        List<BackupManifest> all = [];
        foreach (string id in ManifestsIn(await NamesAsync(cancellationToken)))
        {
            try
            {
                all.Add(await ReadAsync(id, cancellationToken));
            }
            catch (InvalidDataException)
            {
                // A damaged backup does not hide the others.
            }
        }

        return all;
    }

    /// <summary>A backup.</summary>
    /// <param name="id">Its id, or <see cref="Latest"/> for the newest that holds everything.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <exception cref="RequestException">There is none, or its manifest cannot be read.</exception>
    /// <exception cref="ObjectStoreException">The second store cannot be read.</exception>
    public async Task<BackupManifest> FindAsync(string id, CancellationToken cancellationToken = default)
    {
        if (string.Equals(id, Latest, StringComparison.OrdinalIgnoreCase))
        {
            return (await ListAsync(cancellationToken)).LastOrDefault(b => b.Type is BackupType.Full or BackupType.Incremental) ?? throw RequestException.NotFound("id", "There is no backup of everything yet. Make one with 'backup'.");
        }

        if (!ObjectName.IsValid(id) || id.Contains('/', StringComparison.Ordinal))
        {
            throw RequestException.Invalid("id", $"'{id}' is no backup's id. 'backups' lists them.");
        }

        try
        {
            return await ReadAsync(id, cancellationToken);
        }
        catch (InvalidDataException e)
        {
            throw RequestException.NotFound("id", $"There is no backup '{id}' that can be used: {e.Message} 'backups' lists those that there are.");
        }
    }

    /// <summary>The backup that gives the state of a moment: the newest of those that go back to the same full backup and are not younger.</summary>
    /// <param name="id">One of them, or <see cref="Latest"/> for any that holds everything.</param>
    /// <param name="to">The moment; null for the backup of that id.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <exception cref="RequestException">There is none, or its manifest cannot be read.</exception>
    /// <exception cref="ObjectStoreException">The second store cannot be read.</exception>
    public async Task<BackupManifest> FindAsync(string id, DateTimeOffset? to, CancellationToken cancellationToken = default)
    {
        if (to is not DateTimeOffset moment)
        {
            return await FindAsync(id, cancellationToken);
        }

        bool ofAll = string.Equals(id, Latest, StringComparison.OrdinalIgnoreCase);
        string? root = ofAll ? null : await FindAsync(id, cancellationToken) is BackupManifest named ? named.Base ?? named.Id : null;
        IReadOnlyList<BackupManifest> all = [.. (await ListAsync(cancellationToken)).Where(b => ofAll ? b.Type is BackupType.Full or BackupType.Incremental : string.Equals(b.Base ?? b.Id, root, StringComparison.Ordinal))];
        return all.LastOrDefault(b => b.At <= moment) ?? throw RequestException.NotFound("to", all.Count == 0 ? "There is no backup yet." : string.Create(CultureInfo.InvariantCulture, $"The oldest backup of these is of {all[0].At:O}, after {moment:O}."));
    }

    /// <summary>The parts of a backup.</summary>
    /// <exception cref="ObjectStoreException">The list is missing or damaged, or the second store cannot be read.</exception>
    public async Task<IReadOnlyList<BackupPart>> PartsAsync(BackupManifest manifest, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(manifest);
        try
        {
            return await ReadPartsAsync(manifest, cancellationToken);
        }
        catch (InvalidDataException e)
        {
            throw new ObjectStoreException($"The backup '{manifest.Id}' cannot be used: {e.Message} Take another one.", e);
        }
    }

    /// <summary>Makes a backup complete: its list of parts, and then its manifest.</summary>
    internal async Task<BackupManifest> CompleteAsync(BackupManifest manifest, IReadOnlyList<BackupPart> parts, CancellationToken cancellationToken)
    {
        using MemoryStream packed = new();
        await using (GZipStream zip = new(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            await JsonSerializer.SerializeAsync(zip, parts, PipelineJson.Compact, cancellationToken);
        }

        byte[] content = packed.ToArray();
        manifest = manifest with { PartsSha256 = Convert.ToHexStringLower(SHA256.HashData(content)) };
        await Objects.WriteAsync(Folder(manifest.Id) + PartsFile, async (target, token) => await target.WriteAsync(content, token), cancellationToken: cancellationToken);
        await Objects.WriteAsync(Folder(manifest.Id) + ManifestFile, (target, token) => JsonSerializer.SerializeAsync(target, manifest, PipelineJson.Indented, token), cancellationToken: cancellationToken);
        return manifest;
    }

    /// <summary>
    /// Deletes the backups from before a moment, and the parts that no other one refers to. What a killed backup left is deleted a day after it began. Nothing is deleted while one that is kept
    /// cannot be read - damaged, or of a newer program: its parts may be anywhere.
    /// </summary>
    /// <returns>The ids of the backups that are gone.</returns>
    internal async Task<IReadOnlyList<string>> PruneAsync(DateTimeOffset before, DateTimeOffset now, CancellationToken cancellationToken)
    {
        IReadOnlyList<BackupManifest> all = await ListAsync(cancellationToken);
        BackupManifest[] old = [.. all.Where(b => b.At < before && !string.Equals(b.Id, all[^1].Id, StringComparison.Ordinal))];
        HashSet<string> referred = new(StringComparer.Ordinal);
        HashSet<string> keptIds = [.. ManifestsIn(await NamesAsync(cancellationToken)).Except(old.Select(b => b.Id), StringComparer.Ordinal)];
        foreach (string id in keptIds)
        {
            if (all.FirstOrDefault(b => string.Equals(b.Id, id, StringComparison.Ordinal)) is not { IsReadable: true } kept || await ReferredAsync(kept, cancellationToken) is not IEnumerable<string> paths)
            {
                return [];
            }

            referred.UnionWith(paths);
        }

        // The manifest first: what follows is no backup any more, also where this is cut short.
        foreach (BackupManifest gone in old)
        {
            await Objects.DeleteAsync(Folder(gone.Id) + ManifestFile, cancellationToken);
        }

        string youngest = Root + BackupId.Of(now.AddDays(-1), BackupType.Full)[..BackupId.TimeLength];
        foreach (string name in (await NamesAsync(cancellationToken)).Where(name => IdOf(name) is string id && !keptIds.Contains(id) && !referred.Contains(name) && string.CompareOrdinal(name, youngest) < 0))
        {
            await Objects.DeleteAsync(name, cancellationToken);
        }

        return [.. old.Select(b => b.Id)];
    }

    // Null where the list cannot be read.
    private async Task<IEnumerable<string>?> ReferredAsync(BackupManifest manifest, CancellationToken cancellationToken)
    {
        try
        {
            return (await ReadPartsAsync(manifest, cancellationToken)).Select(part => part.Path);
        }
        catch (Exception e) when (e is InvalidDataException or JsonException)
        {
            return null;
        }
    }

    private async Task<BackupPart[]> ReadPartsAsync(BackupManifest manifest, CancellationToken cancellationToken)
    {
        string name = Folder(manifest.Id) + PartsFile;
        byte[] content = await ReadWholeAsync(name, cancellationToken) ?? throw new InvalidDataException($"'{name}' in the second store is gone.");
        if (!string.Equals(Convert.ToHexStringLower(SHA256.HashData(content)), manifest.PartsSha256, StringComparison.Ordinal))
        {
            throw new InvalidDataException($"'{name}' in the second store is damaged.");
        }

        await using GZipStream unpacked = new(new MemoryStream(content), CompressionMode.Decompress);
        return await JsonSerializer.DeserializeAsync<BackupPart[]>(unpacked, PipelineJson.Compact, cancellationToken) ?? [];
    }

    private async Task<IReadOnlyList<string>> NamesAsync(CancellationToken cancellationToken)
    {
        List<string> names = [];
        await foreach (StoredObject item in Objects.ListAsync(Root, cancellationToken))
        {
            names.Add(item.Name);
        }

        return names;
    }

    private async Task<BackupManifest> ReadAsync(string id, CancellationToken cancellationToken)
    {
        byte[] content = await ReadWholeAsync(Folder(id) + ManifestFile, cancellationToken) ?? throw new InvalidDataException("it has no manifest.");
        try
        {
            return JsonSerializer.Deserialize<BackupManifest>(content, PipelineJson.Indented) ?? throw new InvalidDataException("its manifest is empty.");
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"its manifest is damaged: {e.Message}", e);
        }
    }

    private async Task<byte[]?> ReadWholeAsync(string name, CancellationToken cancellationToken)
    {
        await using Stream? stored = await Objects.OpenReadAsync(name, cancellationToken);
        if (stored is null)
        {
            return null;
        }

        using MemoryStream bytes = new();
        await stored.CopyToAsync(bytes, cancellationToken);
        return bytes.ToArray();
    }

    private static IEnumerable<string> ManifestsIn(IEnumerable<string> names) =>
        names.Select(name => IdOf(name) is string id && string.Equals(name, Folder(id) + ManifestFile, StringComparison.Ordinal) ? id : null).OfType<string>();

    // Null for what lies beside the backups.
    private static string? IdOf(string name) => name.IndexOf('/', Root.Length) is int end and > 0 ? name[Root.Length..end] : null;
}
