using System.Globalization;

namespace Pipeline.Streams;

/// <summary>Reads all that is kept of a stream: every snapshot, every part of the log, and whether the log leads from one snapshot to the newest.</summary>
internal sealed class StreamVerifier(StreamSnapshots snapshots, StreamLog log, StreamRecovery recovery)
{
    /// <summary>Verifies. Memory: two states, and an object of the log.</summary>
    public async Task<StreamVerification> RunAsync(CancellationToken cancellationToken)
    {
        List<string> problems = [];
        IReadOnlyList<StreamBackup> all = await snapshots.ListAsync(cancellationToken);
        List<StreamBackup> sound = [];
        foreach (StreamBackup backup in all)
        {
            if (await TryAsync(() => snapshots.ReadAsync(backup, cancellationToken)))
            {
                sound.Add(backup);
            }
        }

        List<LogObject> objects = await log.ListAsync(cancellationToken);
        foreach (LogObject part in objects)
        {
            await TryAsync(async () => StreamLogFormat.Read(await log.ContentAsync(part.Name, cancellationToken)));
        }

        bool? replayed = problems.Count == 0 && sound.Count > 0 ? await ReplaysAsync(sound, cancellationToken) : null;
        if (replayed == false)
        {
            problems.Add(string.Create(CultureInfo.InvariantCulture, $"The log does not lead to the snapshot of {sound[^1].At:O}."));
        }

        return new StreamVerification(problems.Count == 0, all.Count, objects.Count, replayed, problems);

        async Task<bool> TryAsync<T>(Func<Task<T>> read)
        {
            try
            {
                await read();
                return true;
            }
            catch (InvalidDataException e)
            {
                problems.Add(e.Message);
                return false;
            }
        }
    }

    // Made anew of what lies before it, the newest snapshot must come out the same, to the bit.
    private async Task<bool?> ReplaysAsync(List<StreamBackup> sound, CancellationToken cancellationToken)
    {
        StreamBackup newest = sound[^1];
        try
        {
            RecoveredStream made = await recovery.BeforeAsync(newest, cancellationToken);
            if (made.From is null && made.Sequence < newest.Sequence)
            {
                return null;
            }

            ReadOnlyMemory<byte> bytes = await StreamStateFormat.WriteAsync(StreamStateFormat.Copy(made.State), capacity: 0, cancellationToken);
            byte[] stored = await snapshots.ContentAsync(newest, cancellationToken);
            return bytes.Span.SequenceEqual(stored);
        }
        catch (BrokenLogException) when (sound.TrueForAll(s => s.Sequence == newest.Sequence))
        {
            // What lay before the oldest snapshot is not kept any more.
            return null;
        }
        catch (BrokenLogException)
        {
            return false;
        }
    }
}

/// <summary>What a verification found.</summary>
/// <param name="Sound">Whether all is as it was written.</param>
/// <param name="Snapshots">How many snapshots were read.</param>
/// <param name="LogObjects">How many objects of the log were read.</param>
/// <param name="Replayed">Whether the log led from the snapshot before to the newest one, to the bit; null where that could not be tried.</param>
/// <param name="Problems">What is wrong.</param>
public sealed record StreamVerification(bool Sound, int Snapshots, int LogObjects, bool? Replayed, IReadOnlyList<string> Problems);
