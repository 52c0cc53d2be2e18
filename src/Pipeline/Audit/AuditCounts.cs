using System.Globalization;

namespace Pipeline.Audit;

/// <summary>
/// Keeps what can be repeated without end from filling the audit: the first of a kind is written at once, and the same again within ten minutes is counted and written as one line.
/// Kinds are told apart by actor, action, object and detail, up to 200 of them at once; what is beyond is counted by its action alone. Safe for use by many threads.
/// </summary>
public sealed class AuditCounts(AuditLog log, TimeProvider clock) : IAsyncDisposable
{
    /// <summary>How long repeats are counted before they are written.</summary>
    public static readonly TimeSpan Window = TimeSpan.FromMinutes(10);

    private const int MostKinds = 200;
    private const int MostSeen = 10_000;
    private const string Others = "others";

    private readonly Lock _lock = new();
    private readonly Dictionary<(string Actor, string Action, string Subject, string? Detail), Counter> _counters = [];
    private readonly HashSet<string> _seen = new(StringComparer.Ordinal);
    private DateOnly _day;

    /// <summary>Writes an act, or counts it where the same was written a moment ago.</summary>
    public async Task NoteAsync(AuditNote note)
    {
        ArgumentNullException.ThrowIfNull(note);
        List<AuditNote> due = [];
        lock (_lock)
        {
            DateTimeOffset now = clock.GetUtcNow();
            TakeEnded(due, now, all: false);
            (string, string, string, string?) kind = (note.Actor, note.Action, note.Subject, note.Detail);
            if (!_counters.ContainsKey(kind) && _counters.Count >= MostKinds)
            {
                note = note with { Actor = Others, Subject = Others, Detail = null, Role = null };
                kind = (Others, note.Action, Others, null);
            }

            if (_counters.TryGetValue(kind, out Counter? counter))
            {
                counter.More++;
                counter.Last = note with { At = now };
            }
            else
            {
                _counters[kind] = new Counter(now, note);
                due.Add(note);
            }
        }

        await WriteAsync(due);
    }

    /// <summary>Writes that a caller came, once on a day of UTC.</summary>
    public Task NoteFirstAsync(AuditNote note)
    {
        ArgumentNullException.ThrowIfNull(note);
        lock (_lock)
        {
            DateOnly today = DateOnly.FromDateTime(clock.GetUtcNow().UtcDateTime);
            if (today != _day)
            {
                _seen.Clear();
                _day = today;
            }

            if (_seen.Count >= MostSeen || !_seen.Add($"{note.Detail}\n{note.Actor}"))
            {
                return Task.CompletedTask;
            }
        }

        return log.NoteAsync(note);
    }

    /// <summary>Writes the counts whose time is over.</summary>
    /// <param name="all">Whether the others are written too.</param>
    public Task FlushAsync(bool all = false)
    {
        List<AuditNote> due = [];
        lock (_lock)
        {
            TakeEnded(due, clock.GetUtcNow(), all);
        }

        return WriteAsync(due);
    }

    /// <summary>Writes all counts.</summary>
    public async ValueTask DisposeAsync() => await FlushAsync(all: true);

    private void TakeEnded(List<AuditNote> due, DateTimeOffset now, bool all)
    {
        foreach (((string, string, string, string?) kind, Counter counter) in _counters.Where(one => all || now - one.Value.Since >= Window || now < one.Value.Since).ToArray())
        {
            _counters.Remove(kind);
            if (counter.More > 0)
            {
                due.Add(counter.Last with { Id = Guid.CreateVersion7().ToString("N"), Count = counter.More, Detail = string.Create(CultureInfo.InvariantCulture, $"{counter.Last.Detail} again since {counter.Since.UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC").TrimStart() });
            }
        }
    }

    private async Task WriteAsync(List<AuditNote> due)
    {
        foreach (AuditNote note in due)
        {
            await log.NoteAsync(note);
        }
    }

    private sealed class Counter(DateTimeOffset since, AuditNote last)
    {
        public DateTimeOffset Since { get; } = since;

        public AuditNote Last { get; set; } = last;

        public int More { get; set; }
    }
}
