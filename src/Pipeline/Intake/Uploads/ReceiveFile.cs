using Pipeline.Storage;

namespace Pipeline.Intake;

/// <summary>Takes a file into the object store, where it waits for its import (<see cref="IngestFile"/>). What has been received is neither lost nor taken twice, whenever the process ends.</summary>
public sealed class ReceiveFile(IIngestionLog log, IObjectStore objects, UploadOptions options, TimeProvider clock)
{
    /// <summary>Keeps a file that is sent. Memory: a buffer, however large it is.</summary>
    /// <returns>The ingestion; an earlier one where the same key, or the same content to be read in the same way, was sent to the same data set before, within <see cref="UploadOptions.RepeatHours"/>.</returns>
    /// <exception cref="Requests.RequestException">The file is empty or too large.</exception>
    public async Task<Ingestion> RunAsync(SentFile file, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(file);
        string id = Ingestion.NewId();
        string name = IncomingFiles.NameOf(id, file.Name);
        (long bytes, string hash) = await objects.KeepAsync(name, file.Content, (long)options.MaxMegabytes << 20, cancellationToken);
        Ingestion received = New(IncomingFiles.Simple(file.Name), file.Sender, name) with { Id = id, Bytes = bytes, Sha256 = hash, Dataset = file.Dataset, IdempotencyKey = file.IdempotencyKey, Reading = file.Reading };
        Ingestion counts = await log.BeginIngestionAsync(received, clock.GetUtcNow().AddHours(-options.RepeatHours), cancellationToken);
        if (!string.Equals(counts.Id, id, StringComparison.Ordinal))
        {
            await objects.DeleteAsync(name, cancellationToken);
        }

        return counts;
    }

    /// <summary>Takes note of a file that somebody has put under <see cref="IncomingFiles.Folder"/>, or that was received and has not been imported yet.</summary>
    /// <returns>The ingestion; null where the file belongs to none, or is still being written.</returns>
    public async Task<Ingestion?> NoticeAsync(string objectName, CancellationToken cancellationToken = default)
    {
        if (IncomingFiles.IsUnfinished(objectName))
        {
            return null;
        }

        return IncomingFiles.IdOf(objectName) is { } id
            ? await log.FindIngestionAsync(id, cancellationToken)
            : await log.BeginIngestionAsync(New(IncomingFiles.Simple(objectName), "dropped", objectName), clock.GetUtcNow(), cancellationToken);
    }

    private Ingestion New(string file, string sender, string objectName) =>
        new(clock.GetUtcNow(), 0, sender, file, "", 0, null, 0, 0, 0, new Dictionary<RejectKind, int>(), 0, 0, null) { State = IngestionState.Received, ObjectName = objectName };
}

/// <summary>A file that is sent.</summary>
/// <param name="Dataset">The data set that it is for.</param>
/// <param name="Name">What the sender calls it.</param>
/// <param name="Content">Its content, read once.</param>
/// <param name="Sender">Who sends it, as far as that is known.</param>
/// <param name="IdempotencyKey">What the sender calls this sending; null for none.</param>
/// <param name="Reading">How it is to be read; null leaves that to the settings.</param>
public sealed record SentFile(string Dataset, string Name, Stream Content, string Sender, string? IdempotencyKey = null, IntakeOptions? Reading = null);
