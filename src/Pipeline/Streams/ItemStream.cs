using System.Diagnostics.CodeAnalysis;
using System.Threading.Channels;
using Pipeline.Encryption;
using Pipeline.Requests;
using Pipeline.Storage;

namespace Pipeline.Streams;

/// <summary>
/// An open stream: one loop writes what waits to the log, in one part for as many senders as there are, and takes it into the state when it is durable; only then the senders are told.
/// Safe for use by many threads.
/// </summary>
internal sealed class ItemStream : IAsyncDisposable
{
    private const int MostTogether = 5_000;
    private const int MostWaiting = 10_000;
    private readonly Channel<Change> _changes = Channel.CreateBounded<Change>(new BoundedChannelOptions(MostWaiting) { SingleReader = true });
    private readonly Lock _lock = new();
    private readonly SemaphoreSlim _saving = new(1, 1);
    private readonly StreamDefinition _definition;
    private readonly StreamLog _log;
    private readonly StreamLease _lease;
    private readonly StreamSnapshots _snapshots;
    private readonly StreamRecovery _recovery;
    private readonly TimeProvider _clock;
    private readonly Task _loop;
    private StreamState _state;
    private TaskCompletionSource _told = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task _backup = Task.CompletedTask;
    private StreamBackup? _lastBackup;
    private DateTimeOffset _triedBackup = DateTimeOffset.MinValue;

    private ItemStream(StreamDefinition definition, StreamLog log, StreamLease lease, StreamSnapshots snapshots, StreamRecovery recovery, RecoveredStream recovered, StreamBackup? lastBackup, TimeProvider clock)
    {
        (_definition, _log, _lease, _snapshots, _recovery, _clock) = (definition, log, lease, snapshots, recovery, clock);
        (_state, Opening, _lastBackup) = (recovered.State, StreamOpening.Of(definition.Name, recovered), lastBackup);
        _loop = Task.Run(WriteAsync);
    }

    /// <summary>What the stream is.</summary>
    public StreamDefinition Definition => _definition;

    /// <summary>How it was opened.</summary>
    public StreamOpening Opening { get; }

    /// <summary>Whether another process has taken the stream, or what happened to it is not known: it must be opened anew.</summary>
    public bool IsLost { get; private set; }

    /// <summary>The newest snapshot; null where there is none.</summary>
    public StreamBackup? LastBackup => Volatile.Read(ref _lastBackup);

    /// <summary>Takes the lease and makes the state anew.</summary>
    /// <exception cref="RequestException">Another process has the lease.</exception>
    /// <exception cref="BrokenLogException">The log is damaged.</exception>
    public static async Task<ItemStream> OpenAsync(IObjectStore objects, EnvelopeSeal seal, StreamDefinition definition, TimeProvider clock, CancellationToken cancellationToken)
    {
        StreamLease lease = new(objects, definition.Name, clock);
        await lease.HoldAsync(cancellationToken);
        try
        {
            StreamLog log = new(objects, seal, definition.Name);
            StreamSnapshots snapshots = new(objects, seal, definition.Name);
            StreamRecovery recovery = new(snapshots, log, definition.Name, definition.First);
            RecoveredStream recovered = await recovery.RunAsync(upTo: null, cancellationToken);
            return new ItemStream(definition, log, lease, snapshots, recovery, recovered, await snapshots.ListAsync(cancellationToken) is [.., StreamBackup last] ? last : null, clock);
        }
        catch
        {
            await LetGoAsync(lease);
            throw;
        }
    }

    /// <summary>Takes an incident out of all that is kept of a stream that is not open; see <see cref="StreamEraser"/>.</summary>
    /// <exception cref="RequestException">Another process has the lease.</exception>
    /// <exception cref="InvalidDataException">The log is damaged.</exception>
    public static async Task<int> EraseAsync(IObjectStore objects, EnvelopeSeal seal, StreamDefinition definition, TimeProvider clock, string number, IReadOnlyCollection<string> texts, CancellationToken cancellationToken)
    {
        StreamLease lease = new(objects, definition.Name, clock);
        await lease.HoldAsync(cancellationToken);
        try
        {
            return await new StreamEraser(objects, seal, definition, lease).RunAsync(number, texts, cancellationToken);
        }
        finally
        {
            await lease.ReleaseAsync(CancellationToken.None);
        }
    }

    /// <summary>Puts aside what keeps a stream that is not open from being opened: the damaged end of its log. Only where the moment can be reached without it.</summary>
    /// <exception cref="RequestException">Another process has the lease, or nothing is kept of the moment.</exception>
    /// <exception cref="BrokenLogException">The moment lies after the damage.</exception>
    public static async Task<bool> PutDamageAsideAsync(IObjectStore objects, EnvelopeSeal seal, StreamDefinition definition, TimeProvider clock, DateTimeOffset moment, CancellationToken cancellationToken)
    {
        StreamLease lease = new(objects, definition.Name, clock);
        await lease.HoldAsync(cancellationToken);
        try
        {
            StreamLog log = new(objects, seal, definition.Name);
            RecoveredStream found = await new StreamRecovery(new StreamSnapshots(objects, seal, definition.Name), log, definition.Name, definition.First).AtAsync(moment, cancellationToken);
            await log.PutAsideAsync((await log.FindDamageAsync(found.Sequence, cancellationToken)).Objects, cancellationToken);
            return true;
        }
        finally
        {
            await lease.ReleaseAsync(CancellationToken.None);
        }
    }

    /// <summary>Verifies a stream that need not be open; see <see cref="StreamVerifier"/>.</summary>
    public static Task<StreamVerification> VerifyAsync(IObjectStore objects, EnvelopeSeal seal, StreamDefinition definition, CancellationToken cancellationToken)
    {
        StreamLog log = new(objects, seal, definition.Name);
        StreamSnapshots snapshots = new(objects, seal, definition.Name);
        return new StreamVerifier(snapshots, log, new StreamRecovery(snapshots, log, definition.Name, definition.First)).RunAsync(cancellationToken);
    }

    /// <summary>Reads the state, which nothing changes meanwhile.</summary>
    public T Read<T>(Func<StreamState, T> read)
    {
        lock (_lock)
        {
            return read(_state);
        }
    }

    /// <summary>Adds items. They are in the log and clustered when this returns.</summary>
    /// <returns>How many were accepted, the others being known, and the number of the last entry.</returns>
    /// <exception cref="ObjectStoreException">The log cannot be written; nothing is stored.</exception>
    public async Task<(int Accepted, long Sequence)> AddAsync(IReadOnlyList<StreamItem> items, CancellationToken cancellationToken)
    {
        Change change = new() { Items = items };
        await SendAsync(change, cancellationToken);
        return (change.Accepted, change.Last);
    }

    /// <summary>Adds items, and counts incidents of known problems, in the order given. They are in the log, in one part, when this returns; items that are known are left out.</summary>
    /// <param name="entries">Items and tallies; the numbers are given here.</param>
    /// <param name="cancellationToken">Stops before anything has changed.</param>
    /// <exception cref="ObjectStoreException">The log cannot be written; nothing is stored.</exception>
    public Task FeedAsync(IReadOnlyList<StreamEntry> entries, CancellationToken cancellationToken) => SendAsync(new Change { Entries = entries }, cancellationToken);

    /// <summary>Brings a configuration into force, from the next item on.</summary>
    public async Task<StreamConfigVersion> ConfigureAsync(StreamConfig config, string by, CancellationToken cancellationToken)
    {
        Change change = new() { Config = config, By = by };
        await SendAsync(change, cancellationToken);
        return change.Version!;
    }

    /// <summary>Takes the state of a moment up again. What came after stays in the log, and out of the state.</summary>
    /// <param name="moment">The moment, in UTC.</param>
    /// <param name="cancellationToken">Stops before anything has changed.</param>
    /// <exception cref="RequestException">Nothing is kept of that moment.</exception>
    public async Task<RecoveredStream> RestoreAsync(DateTimeOffset moment, CancellationToken cancellationToken)
    {
        RecoveredStream found = await _recovery.AtAsync(moment, cancellationToken);
        await SendAsync(new Change { Restored = found.State }, cancellationToken);
        await BackUpAsync(cancellationToken);
        return found;
    }

    /// <summary>Makes a snapshot now. Nothing that it stands for is let go before it has been read back.</summary>
    /// <exception cref="ObjectStoreException">It cannot be written, or not be read back.</exception>
    public async Task<StreamBackup> BackUpAsync(CancellationToken cancellationToken)
    {
        await _saving.WaitAsync(cancellationToken);
        try
        {
            _triedBackup = _clock.GetUtcNow();
            StreamStateCopy copy = Read(StreamStateFormat.Copy);
            StreamBackup backup = await _snapshots.SaveAsync(copy, _clock.GetUtcNow(), cancellationToken);
            await ReadBackAsync(backup, cancellationToken);
            Volatile.Write(ref _lastBackup, backup);
            StreamMetrics.BackupSuccess.Add(1, StreamMetrics.Tag(_definition.Name));
            IReadOnlyList<StreamBackup> kept = await _snapshots.PruneAsync(copy.Data.Configs[^1].Config, _clock.GetUtcNow(), cancellationToken);
            await _log.MergeAsync(copy.Data.Sequence, cancellationToken);
            if (kept.Count > 1)
            {
                await _log.PruneAsync(kept.Min(b => b.Sequence) + 1, cancellationToken);
            }

            return backup;
        }
        catch (Exception e) when (e is ObjectStoreException or IOException)
        {
            StreamMetrics.BackupFailures.Add(1, StreamMetrics.Tag(_definition.Name));
            throw;
        }
        finally
        {
            _saving.Release();
        }
    }

    /// <summary>Reads all that is kept, and makes the newest snapshot anew from the one before it.</summary>
    public Task<StreamVerification> VerifyAsync(CancellationToken cancellationToken) => new StreamVerifier(_snapshots, _log, _recovery).RunAsync(cancellationToken);

    /// <summary>Waits until something else is told than up to a number.</summary>
    public Task WaitForNoticeAsync(long after, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            return _state.Ledger.Notices is [.., StreamNotice last] && last.Number > after ? Task.CompletedTask : _told.Task.WaitAsync(cancellationToken);
        }
    }

    /// <summary>Writes what waits, makes a last snapshot and lets others write.</summary>
    [SuppressMessage("Design", "CA1031:Do not catch general exception types", Justification = "A host that ends has nobody to tell; the log has everything.")]
    public async ValueTask DisposeAsync()
    {
        _changes.Writer.TryComplete();
        await _loop;
        try
        {
            await _backup;
            if (!IsLost && Read(s => s.Sequence) > (LastBackup?.Sequence ?? 0))
            {
                await BackUpAsync(CancellationToken.None);
            }

            await _lease.ReleaseAsync(CancellationToken.None);
        }
        catch (Exception)
        {
            // The next who opens the stream reads the log.
        }

        _saving.Dispose();

        // Who waits for something to be told finds the stream closed, and opens it anew.
        lock (_lock)
        {
            _told.TrySetResult();
        }
    }

    [SuppressMessage("Design", "CA1031:Do not catch general exception types", Justification = "The failure that is under way is the one to tell.")]
    private static async Task LetGoAsync(StreamLease lease)
    {
        try
        {
            await lease.ReleaseAsync(CancellationToken.None);
        }
        catch (Exception)
        {
            // It lapses by itself.
        }
    }

    private async Task SendAsync(Change change, CancellationToken cancellationToken)
    {
        try
        {
            await _changes.Writer.WriteAsync(change, cancellationToken);
        }
        catch (ChannelClosedException)
        {
            throw new StreamClosedException();
        }

        // Once it waits it will be written, whether the sender still listens or not.
        await change.Done.Task;
    }

    private async Task WriteAsync()
    {
        List<Change> together = [];
        while (await _changes.Reader.WaitToReadAsync())
        {
            together.Clear();
            int size = 0;
            while (size < MostTogether && _changes.Reader.TryRead(out Change? change))
            {
                together.Add(change);
                size += change.Items?.Count ?? change.Entries?.Count ?? 1;
                if (change.Restored is not null)
                {
                    break;
                }
            }

            await WriteTogetherAsync(together);
        }
    }

    [SuppressMessage("Design", "CA1031:Do not catch general exception types", Justification = "Whatever went wrong is told to those who wait; the loop goes on.")]
    private async Task WriteTogetherAsync(List<Change> together)
    {
        try
        {
            if (IsLost || !await _lease.HoldAsync(CancellationToken.None))
            {
                throw Lost();
            }

            List<StreamEntry> entries = Number(together);
            if (entries.Count > 0 && !await _log.AppendAsync(new StreamLogPart(_clock.GetUtcNow(), entries), CancellationToken.None))
            {
                throw Lost();
            }

            Apply(entries, together);
            foreach (Change change in together)
            {
                change.Done.TrySetResult();
            }

            BackUpWhenDue();
        }
        catch (Exception e)
        {
            foreach (Change change in together)
            {
                change.Done.TrySetException(e);
            }
        }
    }

    private StreamClosedException Lost()
    {
        IsLost = true;
        return new StreamClosedException();
    }

    /// <summary>Gives what waits its numbers, and drops items whose id is known.</summary>
    private List<StreamEntry> Number(List<Change> together)
    {
        // Only this loop changes the state.
        long next = _state.Sequence + 1;
        int version = _state.Configs[^1].Version;
        List<StreamEntry> entries = [];
        HashSet<string> ids = new(StringComparer.Ordinal);
        foreach (Change change in together)
        {
            int before = entries.Count;
            entries.AddRange((change.Items ?? []).Where(item => !_state.Knows(item.Id) && ids.Add(item.Id)).Select(item => new StreamEntry(next++, Item: item)));
            change.Accepted = entries.Count - before;
            entries.AddRange((change.Entries ?? []).Where(entry => entry.Item is null || (!_state.Knows(entry.Item.Id) && ids.Add(entry.Item.Id))).Select(entry => entry with { Sequence = next++ }));

            if (change.Config is not null)
            {
                change.Version = new StreamConfigVersion(++version, _clock.GetUtcNow(), change.By!, change.Config);
                entries.Add(new StreamEntry(next++, Config: change.Version));
            }

            if (change.Restored is not null)
            {
                entries.Add(new StreamEntry(next++, RestoredTo: change.Restored.Sequence));
            }

            change.Last = next - 1;
        }

        return entries;
    }

    private void Apply(List<StreamEntry> entries, List<Change> together)
    {
        lock (_lock)
        {
            long notices = LastNotice();
            foreach (StreamEntry entry in entries)
            {
                if (entry.RestoredTo is not null)
                {
                    _state = together[^1].Restored!.GoOnFrom(_state, entry.Sequence);
                }
                else
                {
                    _state.Apply(entry);
                }
            }

            if (LastNotice() != notices)
            {
                _told.TrySetResult();
                _told = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            }
        }

        StreamMetrics.Processed(_definition.Name, entries.Count(e => e.Item is not null));

        long LastNotice() => _state.Ledger.Notices is [.., StreamNotice last] ? last.Number : 0;
    }

    private void BackUpWhenDue()
    {
        StreamConfig config = _state.Config;
        bool isDue = _state.Sequence - (LastBackup?.Sequence ?? 0) >= config.SnapshotItems && _clock.GetUtcNow() - _triedBackup >= TimeSpan.FromSeconds(config.SnapshotSeconds);
        if (isDue && _backup.IsCompleted)
        {
            _triedBackup = _clock.GetUtcNow();
            _backup = Task.Run(() => BackUpAsync(CancellationToken.None));
            _ = _backup.ContinueWith(static failed => _ = failed.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
        }
    }

    private async Task ReadBackAsync(StreamBackup backup, CancellationToken cancellationToken)
    {
        try
        {
            await _snapshots.ReadAsync(backup, cancellationToken);
        }
        catch (InvalidDataException e)
        {
            await _snapshots.DeleteAsync(backup, cancellationToken);
            throw new ObjectStoreException($"The snapshot '{backup.Name}' could not be read back and was deleted: {e.Message} The log and the snapshots before it are kept. See that the disk is sound, then make a snapshot again.", e);
        }
    }

    /// <summary>Something that waits to be written, and what became of it.</summary>
    private sealed class Change
    {
        public IReadOnlyList<StreamItem>? Items { get; init; }

        public IReadOnlyList<StreamEntry>? Entries { get; init; }

        public StreamConfig? Config { get; init; }

        public string? By { get; init; }

        public StreamState? Restored { get; init; }

        public TaskCompletionSource Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public int Accepted { get; set; }

        public long Last { get; set; }

        public StreamConfigVersion? Version { get; set; }
    }
}

/// <summary>The stream was closed, or taken by another process: it is to be opened anew.</summary>
internal sealed class StreamClosedException : Exception
{
    public StreamClosedException()
        : base("The stream was closed.")
    {
    }

    public StreamClosedException(string message)
        : base(message)
    {
    }

    public StreamClosedException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }
}

/// <summary>What a stream is from its beginning on.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Embedder">The embedder of its items.</param>
/// <param name="First">Its first configuration.</param>
public sealed record StreamDefinition(string Name, string Embedder, StreamConfigVersion First);
