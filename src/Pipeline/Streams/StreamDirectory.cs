using System.Collections.Concurrent;
using System.Text.Json;
using Pipeline.Encryption;
using Pipeline.Requests;
using Pipeline.Storage;

namespace Pipeline.Streams;

/// <summary>The streams in the object store, and those of them that are open in this process. Safe for use by many threads.</summary>
/// <param name="objects">Where they are kept.</param>
/// <param name="seal">Seals what is kept.</param>
/// <param name="embedder">The id of the embedder of new streams.</param>
/// <param name="clock">The time.</param>
/// <param name="opened">Told how each stream was opened that needed its log, or had a damaged snapshot; null where nobody wants to know.</param>
public sealed class StreamDirectory(IObjectStore objects, EnvelopeSeal seal, string embedder, TimeProvider clock, Action<StreamOpening>? opened = null) : IAsyncDisposable, IDisposable
{
    private readonly ConcurrentDictionary<string, Slot> _slots = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, StreamDefinition> _definitions = new(StringComparer.Ordinal);

    /// <summary>The embedder of the items that come in.</summary>
    public string Embedder { get; } = embedder;

    /// <summary>The names of the streams, in ordinal order.</summary>
    public async Task<IReadOnlyList<string>> ListAsync(CancellationToken cancellationToken = default)
    {
        List<string> names = [];
        await foreach (StoredObject stored in objects.ListAsync(StreamPaths.Root + "/", cancellationToken))
        {
            if (stored.Name.EndsWith("/" + StreamPaths.ConfigFile, StringComparison.Ordinal))
            {
                names.Add(stored.Name[(StreamPaths.Root.Length + 1)..^(StreamPaths.ConfigFile.Length + 1)]);
            }
        }

        return [.. names.Order(StringComparer.Ordinal)];
    }

    /// <summary>Creates a stream. One that is there with the same configuration is left as it is.</summary>
    /// <exception cref="RequestException">The name or the configuration is not valid, or a stream of that name is there with another configuration.</exception>
    public async Task<StreamDefinition> CreateAsync(string name, StreamConfig config, string by, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(config);
        string stream = StreamPaths.Check(name);
        config.Validate();
        StreamDefinition definition = new(stream, Embedder, new StreamConfigVersion(1, clock.GetUtcNow(), by, config));
        bool made = await objects.WriteAsync(PathOf(stream), (output, token) => JsonSerializer.SerializeAsync(output, definition, PipelineJson.Indented, token), onlyIfAbsent: true, cancellationToken);
        StreamDefinition there = made ? definition : await DefinitionAsync(stream, cancellationToken);
        return there.First.Config == config ? there : throw new RequestException(RequestProblem.Conflict, $"There is a stream '{stream}' with another configuration already. Change that with PUT /api/streams/{stream}/config, or choose another name.");
    }

    /// <summary>What a stream is.</summary>
    /// <exception cref="RequestException">There is none of this name.</exception>
    public async Task<StreamDefinition> DefinitionAsync(string name, CancellationToken cancellationToken = default)
    {
        string stream = StreamPaths.Check(name);
        if (_definitions.TryGetValue(stream, out StreamDefinition? known))
        {
            return known;
        }

        if (await StreamObjects.ReadAsync(objects, PathOf(stream), cancellationToken) is not byte[] content)
        {
            IReadOnlyList<string> there = await ListAsync(cancellationToken);
            string others = there.Count == 0 ? "There is none yet; make one with POST /api/streams." : $"There is {string.Join(", ", there.Take(20))}{(there.Count > 20 ? ", ..." : "")}.";
            throw RequestException.NotFound("name", $"There is no stream '{stream}'. {others}");
        }

        try
        {
            return _definitions[stream] = JsonSerializer.Deserialize<StreamDefinition>(content, PipelineJson.Indented)!;
        }
        catch (JsonException e)
        {
            throw new ObjectStoreException($"'{PathOf(stream)}' does not say what the stream is: {e.Message} Restore it from a backup.", e);
        }
    }

    /// <summary>Makes a snapshot of every open stream to which something has come since its last.</summary>
    /// <returns>What was made, and what failed, by stream.</returns>
    public async Task<IReadOnlyList<StreamBackupOutcome>> BackUpAllAsync(CancellationToken cancellationToken = default)
    {
        List<StreamBackupOutcome> outcomes = [];
        foreach ((string name, Slot slot) in _slots.OrderBy(s => s.Key, StringComparer.Ordinal))
        {
            if (slot.Open is not ItemStream { IsLost: false } stream || stream.Read(s => s.Sequence) <= (stream.LastBackup?.Sequence ?? 0))
            {
                continue;
            }

            try
            {
                outcomes.Add(new StreamBackupOutcome(name, await stream.BackUpAsync(cancellationToken), null));
            }
            catch (ObjectStoreException e)
            {
                outcomes.Add(new StreamBackupOutcome(name, null, e.Message));
            }
        }

        return outcomes;
    }

    /// <summary>Takes an incident out of all that is kept of a stream: its log, its snapshots and its state. Senders wait meanwhile; a moment before it can be restored as before, without the incident.</summary>
    /// <param name="name">The stream.</param>
    /// <param name="number">The incident's number: the id of its item.</param>
    /// <param name="texts">Masked texts of the incident that no other one has: they leave the examples of what was told.</param>
    /// <param name="cancellationToken">Stops the work; doing it again brings it to its end.</param>
    /// <returns>How many objects held the incident.</returns>
    /// <exception cref="ObjectStoreException">The object store failed, the log is damaged, or another process writes the stream.</exception>
    public async Task<int> EraseAsync(string name, string number, IReadOnlyCollection<string> texts, CancellationToken cancellationToken = default)
    {
        StreamDefinition definition = await DefinitionAsync(name, cancellationToken);
        try
        {
            return await WhileClosedAsync(definition.Name, () => ItemStream.EraseAsync(objects, seal, definition, clock, number, texts, cancellationToken), cancellationToken);
        }
        catch (Exception e) when (e is InvalidDataException or RequestException)
        {
            throw new ObjectStoreException($"The incident cannot be taken out of the stream '{definition.Name}': {e.Message}", e);
        }
    }

    /// <summary>Closes all streams: a last snapshot is made of each. The next use of one reads anew what is kept of it.</summary>
    public async Task CloseAllAsync()
    {
        foreach (string name in _slots.Keys.ToArray())
        {
            await CloseAsync(name);
        }

        _definitions.Clear();
    }

    /// <summary>Closes all streams: a last snapshot is made of each.</summary>
    public async ValueTask DisposeAsync() => await CloseAllAsync();

    /// <summary>Closes all streams, for a container that is not disposed of asynchronously.</summary>
    public void Dispose() => DisposeAsync().AsTask().GetAwaiter().GetResult();

    /// <summary>Uses a stream, which is opened where it is not yet, and anew where it was lost.</summary>
    internal async Task<T> UseAsync<T>(string name, Func<ItemStream, Task<T>> use, CancellationToken cancellationToken)
    {
        string stream = StreamPaths.Check(name);
        try
        {
            return await use(await OpenAsync(stream, cancellationToken));
        }
        catch (StreamClosedException)
        {
            return await use(await OpenAsync(stream, cancellationToken));
        }
        catch (BrokenLogException e)
        {
            throw new ObjectStoreException(e.Message, e);
        }
    }

    /// <summary>The snapshots of a stream, the oldest first. It is not opened for it.</summary>
    internal async Task<IReadOnlyList<StreamBackup>> BackupsAsync(string name, CancellationToken cancellationToken) =>
        await new StreamSnapshots(objects, seal, (await DefinitionAsync(name, cancellationToken)).Name).ListAsync(cancellationToken);

    /// <summary>Verifies a stream; one that cannot be opened from its log as well as an open one.</summary>
    internal async Task<StreamVerification> VerifyAsync(string name, CancellationToken cancellationToken)
    {
        try
        {
            return await UseAsync(name, open => open.VerifyAsync(cancellationToken), cancellationToken);
        }
        catch (ObjectStoreException e) when (e.InnerException is BrokenLogException)
        {
            StreamVerification found = await ItemStream.VerifyAsync(objects, seal, await DefinitionAsync(name, cancellationToken), cancellationToken);
            return found.Sound ? found with { Sound = false, Problems = [e.Message] } : found;
        }
    }

    /// <summary>Puts aside the damaged end of a stream's log, where a moment can be reached without it.</summary>
    internal async Task PutDamageAsideAsync(StreamDefinition definition, DateTimeOffset moment, CancellationToken cancellationToken)
    {
        try
        {
            await WhileClosedAsync(definition.Name, () => ItemStream.PutDamageAsideAsync(objects, seal, definition, clock, moment, cancellationToken), cancellationToken);
        }
        catch (BrokenLogException e)
        {
            throw new ObjectStoreException(e.Message, e);
        }
    }

    /// <summary>Closes a stream, so that its next use makes its state anew.</summary>
    internal Task CloseAsync(string stream) => WhileClosedAsync(stream, () => Task.FromResult(true), CancellationToken.None);

    private async Task<T> WhileClosedAsync<T>(string stream, Func<Task<T>> work, CancellationToken cancellationToken)
    {
        Slot slot = _slots.GetOrAdd(stream, _ => new Slot());
        await slot.Gate.WaitAsync(cancellationToken);
        try
        {
            // Who finds it closed waits at the gate until the work is done.
            (ItemStream? open, slot.Open) = (slot.Open, null);
            StreamMetrics.Forget(stream);
            await (open?.DisposeAsync() ?? ValueTask.CompletedTask);
            return await work();
        }
        finally
        {
            slot.Gate.Release();
        }
    }

    private async Task<ItemStream> OpenAsync(string name, CancellationToken cancellationToken)
    {
        Slot slot = _slots.GetOrAdd(name, _ => new Slot());
        if (slot.Open is ItemStream { IsLost: false } open)
        {
            return open;
        }

        await slot.Gate.WaitAsync(cancellationToken);
        try
        {
            if (slot.Open is ItemStream { IsLost: false } opened)
            {
                return opened;
            }

            if (slot.Open is not null)
            {
                await slot.Open.DisposeAsync();
                slot.Open = null;
            }

            return slot.Open = await OpenNewAsync(name, cancellationToken);
        }
        finally
        {
            slot.Gate.Release();
        }
    }

    private async Task<ItemStream> OpenNewAsync(string name, CancellationToken cancellationToken)
    {
        StreamDefinition definition = await DefinitionAsync(name, cancellationToken);
        ItemStream stream = await ItemStream.OpenAsync(objects, seal, definition, clock, cancellationToken);
        StreamMetrics.Watch(name, () => stream.Read(s => s.Active.LongCount()));
        if (stream.Opening is { Replayed: > 0 } or { Damaged.Count: > 0 })
        {
            opened?.Invoke(stream.Opening);
        }

        return stream;
    }

    private static string PathOf(string stream) => StreamPaths.Folder(stream) + StreamPaths.ConfigFile;

    private sealed class Slot
    {
        public SemaphoreSlim Gate { get; } = new(1, 1);

        public ItemStream? Open { get; set; }
    }
}

/// <summary>How a stream was opened, or restored.</summary>
/// <param name="Stream">The stream.</param>
/// <param name="Snapshot">When the snapshot was made that it goes on from, in UTC; null for the log alone.</param>
/// <param name="Sequence">The number of the last entry in the state.</param>
/// <param name="Replayed">How many entries of the log came after the snapshot.</param>
/// <param name="Damaged">The snapshots that could not be used, and why.</param>
public sealed record StreamOpening(string Stream, DateTimeOffset? Snapshot, long Sequence, long Replayed, IReadOnlyList<string> Damaged)
{
    /// <summary>Describes a recovery.</summary>
    internal static StreamOpening Of(string stream, RecoveredStream recovered) => new(stream, recovered.From?.At, recovered.Sequence, recovered.Replayed, recovered.Damaged);
}

/// <summary>A snapshot that was made, or why not.</summary>
/// <param name="Stream">The stream.</param>
/// <param name="Backup">The snapshot; null where it failed.</param>
/// <param name="Problem">What failed; null where nothing did.</param>
public sealed record StreamBackupOutcome(string Stream, StreamBackup? Backup, string? Problem);
