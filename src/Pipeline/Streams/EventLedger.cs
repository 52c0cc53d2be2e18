using System.Globalization;

namespace Pipeline.Streams;

/// <summary>The events of a stream, and what was told of each. Bounded: of more than a thousand those that faded first are forgotten.</summary>
internal sealed class EventLedger
{
    private const int Most = 1_000;
    private readonly List<StreamEvent> _events;
    private readonly List<StreamNotice> _notices;
    private readonly Dictionary<string, long> _told;
    private long _next;
    private long _nextNotice;

    /// <summary>Begins, or goes on.</summary>
    public EventLedger(EventLedgerData? data = null)
    {
        _events = [.. data?.Events ?? []];
        _notices = [.. data?.Notices ?? []];
        _told = new Dictionary<string, long>(data?.Told ?? new Dictionary<string, long>(StringComparer.Ordinal), StringComparer.Ordinal);
        _next = data?.Next ?? 1;
        _nextNotice = data?.NextNotice ?? 1;
    }

    /// <summary>The events, in the order in which they were noticed.</summary>
    public IReadOnlyList<StreamEvent> Events => _events;

    /// <summary>What was told, in order.</summary>
    public IReadOnlyList<StreamNotice> Notices => _notices;

    /// <summary>All of it.</summary>
    public EventLedgerData Data => new([.. _events], [.. _notices], new SortedDictionary<string, long>(_told, StringComparer.Ordinal), _next, _nextNotice);

    /// <summary>The event that lasts of a cluster or a problem; null where there is none.</summary>
    public StreamEvent? Lasting(long? cluster, int? problem) =>
        _events.FindLast(e => e.FadedAt is null && (cluster is not null ? e.Cluster == cluster : e.Problem is not null && e.Problem == problem));

    /// <summary>Gives no number and no id again that another ledger of the same stream has given.</summary>
    public void GoOnFrom(EventLedger other) => (_next, _nextNotice) = (Math.Max(_next, other._next), Math.Max(_nextNotice, other._nextNotice));

    /// <summary>Begins an event, whose id is given here.</summary>
    public void Begin(StreamEvent begun)
    {
        StreamEvent named = begun with { Id = string.Create(CultureInfo.InvariantCulture, $"e{_next++}") };
        _events.Add(named);
        Tell(StreamChange.Begins, named);
        while (_events.Count > Most)
        {
            int faded = _events.FindIndex(e => e.FadedAt is not null);
            _told.Remove(_events[Math.Max(0, faded)].Id);
            _events.RemoveAt(Math.Max(0, faded));
        }
    }

    /// <summary>Counts an item of an event.</summary>
    public void Grow(StreamEvent grown, DateTimeOffset time, IReadOnlyList<string>? centers)
    {
        StreamEvent now = grown with { Items = grown.Items + 1, LastSeen = time > grown.LastSeen ? time : grown.LastSeen, Centers = centers ?? grown.Centers };
        Replace(now);
        if (now.Items >= 2 * _told.GetValueOrDefault(now.Id))
        {
            Tell(StreamChange.Grows, now);
        }
    }

    /// <summary>A cluster was joined with another: its event is that of the other from now on, unless that has one of its own.</summary>
    public void Join(long cluster, long into)
    {
        if (Lasting(cluster, null) is StreamEvent joined)
        {
            Replace(Lasting(into, null) is null ? joined with { Cluster = into } : joined with { FadedAt = joined.LastSeen });
        }
    }

    /// <summary>Ends the events to which nothing has come for some time.</summary>
    /// <param name="now">The time of the newest item.</param>
    /// <param name="expiry">For how long nothing may have come to an emerging problem. A storm ends after a day.</param>
    public void Fade(DateTimeOffset now, TimeSpan expiry)
    {
        for (int i = 0; i < _events.Count; i++)
        {
            if (_events[i] is { FadedAt: null } lasting && now - lasting.LastSeen > (lasting.Kind == StreamEventKind.Storm ? TimeSpan.FromDays(1) : expiry))
            {
                _events[i] = lasting with { FadedAt = now };
                Tell(StreamChange.Fades, _events[i]);
            }
        }
    }

    private void Replace(StreamEvent now) => _events[_events.FindIndex(e => string.Equals(e.Id, now.Id, StringComparison.Ordinal))] = now;

    private void Tell(StreamChange change, StreamEvent about)
    {
        _told[about.Id] = about.Items;
        _notices.Add(new StreamNotice(_nextNotice++, change, about));
        if (_notices.Count > Most)
        {
            _notices.RemoveAt(0);
        }
    }
}

/// <summary>What a ledger knows.</summary>
internal sealed record EventLedgerData(IReadOnlyList<StreamEvent> Events, IReadOnlyList<StreamNotice> Notices, IReadOnlyDictionary<string, long> Told, long Next, long NextNotice);
