using Pipeline.Encryption;
using Pipeline.Recovery;
using Pipeline.Storage;
using Pipeline.Streams;

namespace Pipeline.Keys;

/// <summary>
/// Wraps the keys of all sealed files anew by the present envelope key, so that the ones before may be destroyed: what is kept of streams, and the backups. Nothing is encrypted again but what was
/// sealed without a key or by an earlier version. A running host may go on meanwhile. Doing it again does what is left.
/// </summary>
public sealed class RewrapFiles(IObjectStore objects, BackupStore backups, EnvelopeSeal seal)
{
    /// <summary>The stage that progress is told of.</summary>
    public const string Stage = "Wrapping keys";

    /// <summary>Does it.</summary>
    /// <param name="progress">Told how many files are looked at.</param>
    /// <param name="cancellationToken">Stops between files.</param>
    /// <exception cref="SettingException">No present key is named, or it is missing or malformed.</exception>
    /// <exception cref="ObjectStoreException">A store cannot be read or written.</exception>
    public async Task<RewrapOutcome> RunAsync(IProgress<PipelineProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        string key = seal.CurrentKey ?? throw new SettingException(EnvelopeKeys.CurrentSetting, "is not set: name the key that is to wrap the others.");
        List<string> names = [], failed = [];
        await foreach (StoredObject item in objects.ListAsync(StreamPaths.Root + "/", cancellationToken))
        {
            names.Add(item.Name);
        }

        IReadOnlyList<string> sealedParts = backups.IsThere ? await ListSealedAsync(failed, cancellationToken) : [];
        (int rewrapped, int done) = (0, 0);
        foreach ((string name, bool isPart) in names.Select(name => (name, false)).Concat(sealedParts.Select(name => (name, true))))
        {
            try
            {
                rewrapped += await (isPart ? RewrapPartAsync(name, cancellationToken) : RewrapObjectAsync(name, cancellationToken)) ? 1 : 0;
            }
            catch (InvalidDataException e)
            {
                failed.Add(e.Message);
            }

            progress?.Report(new PipelineProgress(Stage, ++done, names.Count + sealedParts.Count, Unit: "file"));
        }

        return new RewrapOutcome(key, done, rewrapped, failed);
    }

    // What another writer changes or deletes meanwhile is left as that one leaves it: it seals with the present key as well.
    private async Task<bool> RewrapObjectAsync(string name, CancellationToken cancellationToken)
    {
        const int mostTries = 5;
        for (int tries = 0; tries < mostTries && await objects.ReadTaggedAsync(name, cancellationToken) is TaggedObject there; tries++)
        {
            if (!EnvelopeSeal.IsSealed(there.Content.Span) || seal.Rewrap(name, there.Content.Span) is not byte[] rewrapped)
            {
                return false;
            }

            if (await objects.ReplaceAsync(name, rewrapped, there.Tag, cancellationToken))
            {
                return true;
            }
        }

        return false;
    }

    // Parts may be large and are never changed by others; one that is deleted meanwhile is deleted again with what killed backups left.
    private async Task<bool> RewrapPartAsync(string name, CancellationToken cancellationToken)
    {
        await using FileStream? part = await backups.Objects.FetchAsync(name, cancellationToken);
        if (part is null || await seal.RewrapAsync(name, part, cancellationToken) is not byte[] header)
        {
            return false;
        }

        long rest = part.Position;
        await backups.Objects.WriteAsync(
            name,
            async (target, token) =>
            {
                part.Position = rest;
                await target.WriteAsync(header, token);
                await part.CopyToAsync(target, token);
            },
            cancellationToken: cancellationToken);
        return true;
    }

    private async Task<IReadOnlyList<string>> ListSealedAsync(List<string> failed, CancellationToken cancellationToken)
    {
        SortedSet<string> names = new(StringComparer.Ordinal);
        foreach (BackupManifest backup in await backups.ListAsync(cancellationToken))
        {
            try
            {
                names.UnionWith(await backups.ListSealedAsync(backup, cancellationToken));
            }
            catch (ObjectStoreException e)
            {
                failed.Add(e.Message);
            }
        }

        return [.. names];
    }
}

/// <summary>What was wrapped anew.</summary>
/// <param name="Key">The id of the present key.</param>
/// <param name="Files">How many files were looked at.</param>
/// <param name="Rewrapped">How many of them changed.</param>
/// <param name="Failed">What could not be opened, in sentences; as long as there is any, keep the keys from before.</param>
public sealed record RewrapOutcome(string Key, int Files, int Rewrapped, IReadOnlyList<string> Failed);
