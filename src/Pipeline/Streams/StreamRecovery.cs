using System.Globalization;
using Pipeline.Requests;

namespace Pipeline.Streams;

/// <summary>Makes a stream's state anew: from the newest snapshot that is sound, and the log after it.</summary>
internal sealed class StreamRecovery(StreamSnapshots snapshots, StreamLog log, string stream, StreamConfigVersion first)
{
    /// <summary>The state after an entry.</summary>
    /// <param name="upTo">The number of the last entry to take in; null for all there are.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <exception cref="InvalidDataException">No snapshot is sound and the log does not begin at the first entry, or the log is damaged.</exception>
    public async Task<RecoveredStream> RunAsync(long? upTo, CancellationToken cancellationToken) =>
        await FromAsync((await snapshots.ListAsync(cancellationToken)).Where(b => b.Sequence <= (upTo ?? long.MaxValue)), upTo, cancellationToken);

    /// <summary>The state of a snapshot, made anew from those before it and the log.</summary>
    /// <exception cref="BrokenLogException">The log does not lead there.</exception>
    public async Task<RecoveredStream> BeforeAsync(StreamBackup backup, CancellationToken cancellationToken) =>
        await FromAsync((await snapshots.ListAsync(cancellationToken)).Where(b => b.Sequence < backup.Sequence), backup.Sequence, cancellationToken);

    private async Task<RecoveredStream> FromAsync(IEnumerable<StreamBackup> backups, long? upTo, CancellationToken cancellationToken)
    {
        List<string> damaged = [];
        foreach (StreamBackup backup in backups.OrderByDescending(b => b.Sequence).ThenByDescending(b => b.At))
        {
            try
            {
                StreamState state = await snapshots.ReadAsync(backup, cancellationToken);
                return await ReplayAsync(state, backup, damaged, upTo, until: null, cancellationToken);
            }
            catch (InvalidDataException e)
            {
                damaged.Add(e.Message);
            }
        }

        return await ReplayAsync(new StreamState(first), null, damaged, upTo, until: null, cancellationToken);
    }

    /// <summary>The state at a moment: that of the entries that were written until then.</summary>
    /// <param name="moment">The moment, in UTC.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <exception cref="RequestException">Nothing that is kept reaches back so far; the message lists what there is.</exception>
    public async Task<RecoveredStream> AtAsync(DateTimeOffset moment, CancellationToken cancellationToken)
    {
        IReadOnlyList<StreamBackup> all = await snapshots.ListAsync(cancellationToken);
        List<string> damaged = [];
        foreach (StreamBackup backup in all.Where(b => b.At <= moment).Reverse())
        {
            try
            {
                return await ReplayAsync(await snapshots.ReadAsync(backup, cancellationToken), backup, damaged, upTo: null, moment, cancellationToken);
            }
            catch (InvalidDataException e)
            {
                damaged.Add(e.Message);
            }
        }

        List<LogObject> objects = await log.ListAsync(cancellationToken);
        return moment >= first.At && (objects.Count == 0 || objects[0].First == 1)
            ? await ReplayAsync(new StreamState(first), null, damaged, upTo: null, moment, cancellationToken)
            : throw NothingAt(moment, all, damaged, objects.Count == 0 || objects[0].First == 1 ? first.At : null);
    }

    /// <summary>Takes the entries in that lead from a state to one of a later number.</summary>
    /// <exception cref="BrokenLogException">The log does not lead there.</exception>
    public async Task<StreamState> ForwardAsync(StreamState state, long to, CancellationToken cancellationToken)
    {
        RecoveredStream forward = await ReplayAsync(state, null, [], to, until: null, cancellationToken);
        return forward.Sequence == to ? forward.State : throw new BrokenLogException(string.Create(CultureInfo.InvariantCulture, $"The log of the stream '{stream}' ends with the entry {forward.Sequence} where {to} was expected."));
    }

    private async Task<RecoveredStream> ReplayAsync(StreamState state, StreamBackup? from, List<string> damaged, long? upTo, DateTimeOffset? until, CancellationToken cancellationToken)
    {
        long replayed = 0;
        try
        {
            await foreach (StreamLogPart part in log.ReadAsync(state.Sequence, upTo, cancellationToken))
            {
                if (part.WrittenAt > until)
                {
                    break;
                }

                foreach (StreamEntry entry in part.Entries)
                {
                    if (entry.RestoredTo is long to)
                    {
                        state = (await RunAsync(to, cancellationToken)).State.GoOnFrom(state, entry.Sequence);
                    }
                    else
                    {
                        state.Apply(entry);
                    }

                    replayed++;
                }
            }
        }
        catch (InvalidDataException e) when (until is not null)
        {
            // What is damaged is left out where nothing that is sound and wanted comes after it.
            if ((await log.FindDamageAsync(state.Sequence, cancellationToken)).NextWrittenAt <= until)
            {
                throw new BrokenLogException($"{e.Message} Sound entries of the stream '{stream}' from before {until:O} come after it: restore the object from a backup of the object store, or restore the stream to an earlier moment.", e);
            }

            damaged.Add(e.Message);
        }
        catch (InvalidDataException e)
        {
            throw new BrokenLogException($"{e.Message} The stream '{stream}' cannot go on from its log: restore the object from a backup of the object store, or restore the stream to a moment before it.", e);
        }

        return new RecoveredStream(state, from, state.Sequence, replayed, damaged);
    }

    private RequestException NothingAt(DateTimeOffset moment, IReadOnlyList<StreamBackup> all, List<string> damaged, DateTimeOffset? begun)
    {
        string[] there = [.. begun is DateTimeOffset at ? [string.Create(CultureInfo.InvariantCulture, $"{at:O} (the beginning)")] : Array.Empty<string>(), .. all.Select(b => string.Create(CultureInfo.InvariantCulture, $"{b.At:O}"))];
        string list = there.Length == 0 ? "There is no snapshot yet." : $"There is what is kept from {string.Join(", ", there.Take(20))}{(there.Length > 20 ? string.Create(CultureInfo.InvariantCulture, $" and {there.Length - 20} more") : "")} on.";
        string lost = damaged.Count == 0 ? "" : $" {string.Join(' ', damaged)}";
        return RequestException.Invalid("timestamp", string.Create(CultureInfo.InvariantCulture, $"Nothing is kept of the stream '{stream}' at {moment:O}. {list}{lost}"));
    }
}

/// <summary>A state that was made anew.</summary>
/// <param name="State">The state.</param>
/// <param name="From">The snapshot that it was made from; null for the log alone.</param>
/// <param name="Sequence">The number of its last entry.</param>
/// <param name="Replayed">How many entries of the log came after the snapshot.</param>
/// <param name="Damaged">The snapshots that could not be used, and why.</param>
internal sealed record RecoveredStream(StreamState State, StreamBackup? From, long Sequence, long Replayed, IReadOnlyList<string> Damaged);

/// <summary>The log itself is damaged: no other snapshot helps.</summary>
public sealed class BrokenLogException : IOException
{
    /// <summary>Creates the exception.</summary>
    public BrokenLogException()
    {
    }

    /// <summary>Creates the exception with a message that says what is damaged and how to go on.</summary>
    public BrokenLogException(string message)
        : base(message)
    {
    }

    /// <summary>Creates the exception with a message that says what is damaged and how to go on, and its cause.</summary>
    public BrokenLogException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }
}
