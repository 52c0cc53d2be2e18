using System.Globalization;
using System.IO.Compression;
using System.Text.Json;
using Pipeline.Encryption;
using Pipeline.Requests;
using Pipeline.Storage;

namespace Pipeline.Recovery;

/// <summary>
/// The second store: <c>backups/{id}/</c> with <c>manifest.json</c>, which is written last, the list of the parts, and the parts that are this backup's own.
/// </summary>
/// <param name="objects">The store; null where none is set up.</param>
/// <param name="seal">Encrypts the parts and their list where there is a key; null for no keys.</param>
public sealed class BackupStore(IObjectStore? objects, EnvelopeSeal? seal = null)
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

    /// <summary>What its parts are sealed with.</summary>
    internal EnvelopeSeal Seal { get; } = seal ?? EnvelopeSeal.WithoutKeys;

    /// <summary>The folder of a backup, with a slash at its end.</summary>
    internal static string Folder(string id) => $"{Root}{id}/";

    /// <summary>The backups that are complete, the oldest first. One whose manifest cannot be read is left out; <see cref="FindAsync(string, CancellationToken)"/> says why.</summary>
    /// <exception cref="ObjectStoreException">The second store cannot be read.</exception>
    public async Task<IReadOnlyList<BackupManifest>> ListAsync(CancellationToken cancellationToken = default) => (await ListWithUnreadableAsync(cancellationToken)).Complete;

    /// <summary>The backups that are complete, and the ids of those whose manifests cannot be read, the oldest first.</summary>
    /// <exception cref="ObjectStoreException">The second store cannot be read.</exception>
    public async Task<(IReadOnlyList<BackupManifest> Complete, IReadOnlyList<string> Unreadable)> ListWithUnreadableAsync(CancellationToken cancellationToken = default)
    {
        List<BackupManifest> complete = [];
        List<string> unreadable = [];
        foreach (string id in ManifestsIn(await NamesAsync(cancellationToken)))
        {
            try
            {
                complete.Add(await ReadAsync(id, cancellationToken));
            }
            catch (InvalidDataException)
            {
                // A damaged backup does not hide the others.
                unreadable.Add(id);
            }
        }

        return (complete, unreadable);
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
            return (await ListAsync(cancellationToken)).LastOrDefault(b => b.HoldsAll) ?? throw RequestException.NotFound("id", "There is no backup of everything yet. Make one with 'backup'.");
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
        IReadOnlyList<BackupManifest> all = [.. (await ListAsync(cancellationToken)).Where(b => ofAll ? b.HoldsAll : string.Equals(b.Base ?? b.Id, root, StringComparison.Ordinal))];
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

        manifest = manifest with { PartsSha256 = PartHash.Of(packed.GetBuffer().AsSpan(0, (int)packed.Length)) };
        manifest = manifest with { Key = await WriteSealedAsync(Folder(manifest.Id) + PartsFile, packed, cancellationToken) };
        await Objects.WriteAsync(Folder(manifest.Id) + ManifestFile, (target, token) => JsonSerializer.SerializeAsync(target, manifest, PipelineJson.Indented, token), cancellationToken: cancellationToken);
        return manifest;
    }

    /// <summary>Writes an object of a backup, encrypted where there is a key.</summary>
    /// <returns>The id of the envelope key; null for none.</returns>
    /// <exception cref="SettingException">The key is missing or malformed.</exception>
    internal async Task<string?> WriteSealedAsync(string name, Stream content, CancellationToken cancellationToken)
    {
        string? key = Seal.CurrentKey;
        await Objects.WriteAsync(
            name,
            async (target, token) =>
            {
                content.Position = 0;
                if (key is null)
                {
                    await content.CopyToAsync(target, token);
                }
                else
                {
                    key = await Seal.EncryptAsync(name, content, target, token);
                }
            },
            cancellationToken: cancellationToken);
        return key;
    }

    /// <summary>An object of a backup, decrypted where it was encrypted, in a file that only this user can read; null where it is gone.</summary>
    /// <exception cref="InvalidDataException">It is damaged, or its key is not there; the message says which.</exception>
    internal async Task<FileStream?> FetchAsync(string name, string? key, CancellationToken cancellationToken)
    {
        if (key is null)
        {
            return await Objects.FetchAsync(name, cancellationToken);
        }

        await using Stream? stored = await Objects.OpenReadAsync(name, cancellationToken);
        if (stored is null)
        {
            return null;
        }

        FileStream opened = TemporaryFile.Create();
        try
        {
            await Seal.DecryptAsync(name, stored, opened, cancellationToken);
            await opened.FlushAsync(cancellationToken);
            opened.Position = 0;
            return opened;
        }
        catch
        {
            await opened.DisposeAsync();
            throw;
        }
    }

    /// <summary>The names of the encrypted objects of a backup: its list of parts and the parts, perhaps those of earlier ones among them.</summary>
    /// <exception cref="ObjectStoreException">The list is missing or damaged, its key is not there, or the second store cannot be read.</exception>
    internal async Task<IReadOnlyList<string>> ListSealedAsync(BackupManifest manifest, CancellationToken cancellationToken) =>
        [.. manifest.Key is null ? Array.Empty<string>() : [Folder(manifest.Id) + PartsFile], .. (await PartsAsync(manifest, cancellationToken)).Where(part => part.Key is not null).Select(part => part.Path)];

    /// <summary>Makes sure that the keys of all parts are there, before anything is touched: one part of each key is looked at.</summary>
    /// <exception cref="ObjectStoreException">A key is missing or another one; the message names it.</exception>
    internal async Task RequireKeysAsync(BackupManifest manifest, IEnumerable<BackupPart> parts, CancellationToken cancellationToken)
    {
        foreach (BackupPart part in parts.Where(part => part.Key is not null).DistinctBy(part => part.Key, StringComparer.Ordinal))
        {
            await using Stream? stored = await Objects.OpenReadAsync(part.Path, cancellationToken);
            try
            {
                await (stored is null ? Task.CompletedTask : Seal.RequireKeyAsync(part.Path, stored, cancellationToken));
            }
            catch (InvalidDataException e)
            {
                throw new ObjectStoreException($"The backup '{manifest.Id}' cannot be opened: {e.Message}", e);
            }
        }
    }

    /// <summary>
    /// Deletes the backups from before a moment, and the parts that no other one refers to. What a killed backup left is deleted a day after it began. Nothing is deleted while one that is kept
    /// cannot be read - damaged, or of a newer program: its parts may be anywhere.
    /// </summary>
    internal async Task<PrunedBackups> PruneAsync(DateTimeOffset before, DateTimeOffset now, CancellationToken cancellationToken)
    {
        IReadOnlyList<BackupManifest> all = await ListAsync(cancellationToken);
        BackupManifest[] old = [.. all.Where(b => b.At < before && !string.Equals(b.Id, all[^1].Id, StringComparison.Ordinal))];
        HashSet<string> referred = new(StringComparer.Ordinal);
        HashSet<string> keptIds = [.. ManifestsIn(await NamesAsync(cancellationToken)).Except(old.Select(b => b.Id), StringComparer.Ordinal)];
        foreach (string id in keptIds)
        {
            if (all.FirstOrDefault(b => string.Equals(b.Id, id, StringComparison.Ordinal)) is not { IsReadable: true } kept || await ReferredAsync(kept, cancellationToken) is not IEnumerable<string> paths)
            {
                return new PrunedBackups([], id);
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

        return new PrunedBackups([.. old.Select(b => b.Id)], Unreadable: null);
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
        await using FileStream content = await FetchAsync(name, manifest.Key, cancellationToken) ?? throw new InvalidDataException($"'{name}' in the second store is gone.");
        if (!string.Equals(await PartHash.OfAsync(content, cancellationToken), manifest.PartsSha256, StringComparison.Ordinal))
        {
            throw new InvalidDataException($"'{name}' in the second store is damaged.");
        }

        content.Position = 0;
        await using GZipStream unpacked = new(content, CompressionMode.Decompress);
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

/// <summary>What became of the backups that are too old.</summary>
/// <param name="Deleted">The ids of those that are gone.</param>
/// <param name="Unreadable">A backup that is to stay and cannot be read, damaged, sealed with a key that is not there, or of a newer program: as long as it is there, none is deleted, since it may refer to their parts. Null where none holds up.</param>
public sealed record PrunedBackups(IReadOnlyList<string> Deleted, string? Unreadable);
