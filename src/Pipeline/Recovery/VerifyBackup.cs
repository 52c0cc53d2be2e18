using Pipeline.Requests;
using Pipeline.Storage;

namespace Pipeline.Recovery;

/// <summary>Reads all parts of a backup as a restore would, and tells which of them are damaged.</summary>
public sealed class VerifyBackup(BackupStore store)
{
    /// <summary>The stage that progress is told of.</summary>
    public const string Stage = "Verifying";

    /// <summary>Verifies.</summary>
    /// <param name="id">The backup, or <see cref="BackupStore.Latest"/>.</param>
    /// <param name="progress">Told how many parts are read.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <exception cref="RequestException">There is no such backup.</exception>
    /// <exception cref="ObjectStoreException">The second store cannot be read, the list of the parts is damaged, or a key is missing.</exception>
    public async Task<BackupVerification> RunAsync(string id, IProgress<PipelineProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        BackupManifest manifest = await store.FindAsync(id, cancellationToken);
        IReadOnlyList<BackupPart> parts = await store.PartsAsync(manifest, cancellationToken);
        await store.RequireKeysAsync(manifest, parts, cancellationToken);
        BackupReader reader = new(store);
        List<string> damaged = [];
        int read = 0;
        foreach (BackupPart part in parts)
        {
            try
            {
                if (part.Table is not null)
                {
                    await reader.ReadRowsAsync(part, cancellationToken);
                }
                else
                {
                    await (await reader.OpenAsync(part, cancellationToken)).DisposeAsync();
                }
            }
            catch (InvalidDataException e)
            {
                damaged.Add(e.Message);
            }

            progress?.Report(new PipelineProgress(Stage, ++read, parts.Count, Unit: "part"));
        }

        return new BackupVerification(manifest.Id, damaged.Count == 0, parts.Count, manifest.Bytes, damaged);
    }
}

/// <summary>What a verification found.</summary>
/// <param name="Id">The backup.</param>
/// <param name="Sound">Whether every part is what was written.</param>
/// <param name="Parts">How many parts it has.</param>
/// <param name="Bytes">Their bytes.</param>
/// <param name="Damaged">What is damaged.</param>
public sealed record BackupVerification(string Id, bool Sound, int Parts, long Bytes, IReadOnlyList<string> Damaged);
