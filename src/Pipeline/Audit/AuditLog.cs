using System.Globalization;
using System.Security.Cryptography;
using Pipeline.Storage;

namespace Pipeline.Audit;

/// <summary>
/// Writes the audit: who did what to which object, with outcome, time and trace id, each line chained to the one before by its hash. A line is an object that is made only where there is none of its number,
/// so several processes write one chain, and a crash leaves a whole line or none. Safe for use by many threads.
/// </summary>
/// <param name="objects">Where the audit lies.</param>
/// <param name="clock">The time.</param>
/// <param name="written">Told of each line that is durable, with its hash; null for nobody.</param>
/// <param name="failed">Told why lines wait; null for nobody.</param>
public sealed class AuditLog(IObjectStore objects, TimeProvider clock, Action<AuditEntry, string>? written = null, Action<Exception, int>? failed = null) : IAsyncDisposable
{
    private const int MostWaiting = 1_000;
    private const int MostTries = 1_000;
    private const int LongestActor = 200;
    private const int LongestText = 300;

    // Another process may have begun an older chain, or merged lines, an hour ago at the least.
    private static readonly TimeSpan Fresh = TimeSpan.FromMinutes(10);

    // A request waits no longer for a store that does not answer, and only one in so long a time.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(30);

    private readonly AuditFiles _files = new(objects);
    private readonly SemaphoreSlim _one = new(1, 1);
    private readonly Queue<AuditNote> _waiting = new();
    private int _lost;
    private long? _failedAt;
    private Head? _head;

    /// <summary>How many acts wait to be written, since the object store did not answer.</summary>
    public int Waiting
    {
        get
        {
            lock (_waiting)
            {
                return _waiting.Count;
            }
        }
    }

    /// <summary>Writes an act; it is durable when this returns. For what may not be done unless it is written.</summary>
    /// <exception cref="ObjectStoreException">It could not be written, and will not be.</exception>
    public async Task<AuditEntry> WriteAsync(AuditNote note, CancellationToken cancellationToken = default)
    {
        AuditNote whole = Whole(note);
        await _one.WaitAsync(cancellationToken);
        try
        {
            await DrainAsync(cancellationToken);
            return await AppendAsync(whole, cancellationToken);
        }
        finally
        {
            _one.Release();
        }
    }

    /// <summary>
    /// Writes an act that was done. Where the object store does not answer within seconds the act waits in memory, up to 1,000 of them, and is written with the next one; what finds no more place is counted, and the count is written.
    /// </summary>
    public async Task NoteAsync(AuditNote note)
    {
        AuditNote whole = Whole(note);
        lock (_waiting)
        {
            if (_waiting.Count < MostWaiting)
            {
                _waiting.Enqueue(whole);
            }
            else
            {
                _lost++;
            }
        }

        if (_failedAt is not long since || clock.GetElapsedTime(since) >= Pause)
        {
            try
            {
                await FlushAsync(CancellationToken.None).WaitAsync(Patience);
            }
            catch (TimeoutException e)
            {
                Failed(e);
            }
        }
    }

    /// <summary>Writes an act of the pipeline's own that was done, as <see cref="NoteAsync(AuditNote)"/> does.</summary>
    /// <param name="action">What was done, in the words of <see cref="AuditActions"/>.</param>
    /// <param name="subject">To what.</param>
    /// <param name="outcome">How it ended.</param>
    /// <param name="actor">Who had it done.</param>
    /// <param name="detail">More of the outcome; null for nothing.</param>
    public Task NoteAsync(string action, string subject, AuditOutcome outcome = AuditOutcome.Done, string actor = "schedule", string? detail = null) =>
        NoteAsync(new AuditNote(actor, action, subject, outcome) { Detail = detail });

    /// <summary>Writes what waits, as far as the object store takes it.</summary>
    public async Task FlushAsync(CancellationToken cancellationToken = default)
    {
        await _one.WaitAsync(cancellationToken);
        try
        {
            await DrainAsync(cancellationToken);
        }
        catch (ObjectStoreException e)
        {
            Failed(e);
        }
        finally
        {
            _one.Release();
        }
    }

    /// <summary>Writes what waits, as far as the object store takes it within seconds.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Waiting > 0)
        {
            using CancellationTokenSource patience = new(Patience);
            try
            {
                await FlushAsync(patience.Token);
            }
            catch (OperationCanceledException)
            {
                // The log has said that lines wait.
            }
        }
    }

    private async Task DrainAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            AuditNote? next;
            int lost;
            lock (_waiting)
            {
                _waiting.TryPeek(out next);
                lost = _lost;
            }

            if (next is null)
            {
                _failedAt = null;
                return;
            }

            if (lost > 0)
            {
                await AppendAsync(Whole(new AuditNote("pipeline", AuditActions.AuditDamaged, "audit", AuditOutcome.Failed) { Count = lost, Detail = "acts that were not written, since the object store did not answer", Trace = null }), cancellationToken);
                lock (_waiting)
                {
                    _lost -= lost;
                }
            }

            await AppendAsync(next, cancellationToken);
            lock (_waiting)
            {
                _waiting.Dequeue();
            }
        }
    }

    private async Task<AuditEntry> AppendAsync(AuditNote note, CancellationToken cancellationToken)
    {
        for (int tries = 0; tries < MostTries; tries++)
        {
            Head head = _head is { } known && clock.GetElapsedTime(known.ListedAt) < Fresh ? known : await FindHeadAsync(cancellationToken);
            if (head.Last is { } last && string.Equals(last.Id, note.Id, StringComparison.Ordinal))
            {
                // It was written, and the answer was lost on the way.
                return last;
            }

            _head = head;
            AuditEntry entry = new(
                head.Number + 1, note.Id, note.At!.Value, note.Actor, note.Role, note.Via, note.Action, note.Subject, note.Outcome, note.Detail, note.Count, note.Trace, head.Hash);
            StoredLine line = AuditLine.Write(entry);
            string name = AuditFiles.NameOf(head.Chain, entry.Number);
            bool made = await _files.WriteAsync(name, [line], cancellationToken);
            StoredLine? there = made ? line : await LastOfAsync(name, cancellationToken);
            _head = there is null ? null : head with { Number = entry.Number, Hash = there.Hash, Last = there.Entry };
            if (string.Equals(there?.Entry?.Id, note.Id, StringComparison.Ordinal))
            {
                written?.Invoke(entry, line.Hash);
                return entry;
            }
        }

        throw new ObjectStoreException(string.Create(CultureInfo.InvariantCulture, $"The audit could not be written: {MostTries} times another line came first. Look what writes it all the time."));
    }

    private async Task<Head> FindHeadAsync(CancellationToken cancellationToken)
    {
        long listedAt = clock.GetTimestamp();
        if (await _files.ListAsync(cancellationToken) is not [AuditChain chain, ..])
        {
            string name = string.Create(CultureInfo.InvariantCulture, $"{clock.GetUtcNow():yyyyMMdd'T'HHmmss'Z'}-{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(4))}");
            return new Head(name, 0, AuditLine.HashOf(name), null, listedAt);
        }

        // What is damaged is for the verification to tell; the record goes on behind it.
        StoredLine? last = await LastOfAsync(chain.Last.Name, cancellationToken);
        return new Head(chain.Name, chain.Last.Last, last?.Hash ?? AuditLine.HashOf(chain.Name), last?.Entry, listedAt);
    }

    private async Task<StoredLine?> LastOfAsync(string name, CancellationToken cancellationToken) => await _files.ReadAsync(name, cancellationToken) is [.., StoredLine last] ? last : null;

    private AuditNote Whole(AuditNote note)
    {
        ArgumentNullException.ThrowIfNull(note);
        return note with
        {
            At = note.At ?? clock.GetUtcNow(),
            Actor = AuditText.Cut(note.Actor, LongestActor),
            Subject = AuditText.Cut(note.Subject, LongestText),
            Detail = note.Detail is null ? null : AuditText.Cut(note.Detail, LongestText),
        };
    }

    private void Failed(Exception e)
    {
        _failedAt = clock.GetTimestamp();
        failed?.Invoke(e, Waiting);
    }

    private sealed record Head(string Chain, long Number, string Hash, AuditEntry? Last, long ListedAt);
}
