using Pipeline.Encryption;
using Pipeline.Storage;

namespace Pipeline.Streams;

/// <summary>
/// Takes an incident out of what is kept of a stream, as if it had never come: every snapshot is made anew from the log without it, and then the log is written without it. What a snapshot alone
/// still knows, the log before it being gone, loses the incident's number, text and examples; the mean of a cluster that has other items keeps the share that the incident had in it.
/// Killed at any step, doing it again brings it to its end: the log, which tells what to look for, comes last.
/// </summary>
internal sealed class StreamEraser(IObjectStore objects, EnvelopeSeal seal, StreamDefinition stream, StreamLease lease)
{
    private readonly StreamSnapshots _snapshots = new(objects, seal, stream.Name);
    private readonly StreamLog _log = new(objects, seal, stream.Name);

    /// <summary>Erases. Nobody else may write the stream meanwhile. Time: that of reading all that is kept, and where the incident is found that of taking the whole log in once more.</summary>
    /// <param name="number">The incident's number: the id of its item.</param>
    /// <param name="texts">Masked texts of the incident that no other one has.</param>
    /// <param name="cancellationToken">Stops between objects.</param>
    /// <returns>How many objects held the incident.</returns>
    /// <exception cref="InvalidDataException">A part of the log is damaged, or a snapshot that the log cannot replace: what it holds is not known. No entry and no readable snapshot has changed.</exception>
    public async Task<int> RunAsync(string number, IReadOnlyCollection<string> texts, CancellationToken cancellationToken)
    {
        StreamErasure erasure = new(number, texts);
        IReadOnlyList<StreamBackup> all = await _snapshots.ListAsync(cancellationToken);
        List<LogObject> log = await _log.ListAsync(cancellationToken);
        int found = await LookIntoLogAsync(log, erasure, cancellationToken) + await LookIntoSnapshotsAsync(all, erasure, cancellationToken);
        if (found == 0)
        {
            return 0;
        }

        await SnapshotsAnewAsync(isWhole: log.Count == 0 || log[0].First == 1, erasure, cancellationToken);
        await HoldAsync(cancellationToken);
        await _log.RewriteAsync(erasure.Without, cancellationToken);
        return found;
    }

    private async Task<int> LookIntoLogAsync(List<LogObject> log, StreamErasure erasure, CancellationToken cancellationToken)
    {
        int found = 0;
        foreach (LogObject one in log)
        {
            // All of them: each may have a text of its own.
            bool holds = false;
            foreach (StreamEntry entry in StreamLogFormat.Read(await _log.ContentAsync(one.Name, cancellationToken)).SelectMany(p => p.Entries))
            {
                holds |= erasure.Find(entry);
            }

            found += holds ? 1 : 0;
        }

        return found;
    }

    // What one that cannot be read holds is not known: it is deleted where the state that it stands for can be made without it, and otherwise nothing is erased.
    private async Task<int> LookIntoSnapshotsAsync(IReadOnlyList<StreamBackup> all, StreamErasure erasure, CancellationToken cancellationToken)
    {
        int found = 0;
        foreach (StreamBackup backup in all)
        {
            try
            {
                found += erasure.Find((await _snapshots.ReadAsync(backup, cancellationToken)).Data()) ? 1 : 0;
            }
            catch (InvalidDataException e)
            {
                if (!await IsReplacedAsync(backup, cancellationToken))
                {
                    throw new InvalidDataException($"{e.Message} Whether the snapshot holds the incident is not known, and the log does not reach back far enough to do without it. Restore the object from a backup of the object store, or delete it, then ask for the erasure again.", e);
                }

                await HoldAsync(cancellationToken);
                await _snapshots.DeleteAsync(backup, cancellationToken);
                found++;
            }
        }

        return found;
    }

    private async Task<bool> IsReplacedAsync(StreamBackup backup, CancellationToken cancellationToken)
    {
        try
        {
            return (await new StreamRecovery(_snapshots, _log, stream.Name, stream.First).RunAsync(backup.Sequence, cancellationToken)).Sequence == backup.Sequence;
        }
        catch (BrokenLogException)
        {
            return false;
        }
    }

    private async Task SnapshotsAnewAsync(bool isWhole, StreamErasure erasure, CancellationToken cancellationToken)
    {
        StreamRecovery recovery = new(_snapshots, new StreamLog(objects, seal, stream.Name, erasure.Without), stream.Name, stream.First);
        StreamState? state = isWhole ? new StreamState(stream.First) : null;
        foreach (StreamBackup backup in (await _snapshots.ListAsync(cancellationToken)).OrderBy(b => b.Sequence).ThenBy(b => b.At))
        {
            try
            {
                state = state is null ? null : await recovery.ForwardAsync(state, backup.Sequence, cancellationToken);
            }
            catch (BrokenLogException)
            {
                state = null;
            }

            state ??= await erasure.WithoutAsync(await _snapshots.ReadAsync(backup, cancellationToken), cancellationToken);
            await HoldAsync(cancellationToken);
            await _snapshots.ReplaceAsync(backup, state, cancellationToken);
        }
    }

    private async Task HoldAsync(CancellationToken cancellationToken)
    {
        if (!await lease.HoldAsync(cancellationToken))
        {
            throw new ObjectStoreException($"Another process has taken the stream '{stream.Name}' while an incident was erased from it. Ask for the erasure again.");
        }
    }
}
