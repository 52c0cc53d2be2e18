namespace Pipeline.Streams;

/// <summary>An incident that is taken out of the entries and states of a stream. It learns the incident's texts as it finds them.</summary>
internal sealed class StreamErasure(string number, IEnumerable<string> texts)
{
    private readonly HashSet<string> _texts = new(texts, StringComparer.Ordinal);

    /// <summary>Whether an entry holds the incident.</summary>
    public bool Find(StreamEntry entry)
    {
        if (entry.Item is StreamItem item && IsIt(item.Id))
        {
            _texts.Add(item.Text);
            return true;
        }

        return entry.Tallies?.Any(t => IsIt(t.Id)) == true;
    }

    /// <summary>Whether a state knows the incident: as an item, as one that was counted, or by its text among the examples of what was told.</summary>
    public bool Find(StreamStateData data)
    {
        KeptItem[] kept = [.. data.Kept.Where(k => IsIt(k.Id))];
        _texts.UnionWith(kept.Select(k => k.Text));
        return kept.Length > 0 || data.Storms.Ids.Any(t => IsIt(t.Id)) || data.Events.Events.Any(Shows) || data.Events.Notices.Any(n => Shows(n.Event));
    }

    /// <summary>An entry without the incident; the same entry where it does not hold it.</summary>
    public StreamEntry Without(StreamEntry entry) =>
        entry.Item is StreamItem item && IsIt(item.Id) ? new StreamEntry(entry.Sequence)
        : entry.Tallies?.Any(t => IsIt(t.Id)) == true ? entry with { Tallies = [.. entry.Tallies.Where(t => !IsIt(t.Id))] }
        : entry;

    /// <summary>A state without the incident. A cluster of it alone goes whole; the mean of another keeps its share.</summary>
    public async Task<StreamState> WithoutAsync(StreamState state, CancellationToken cancellationToken)
    {
        StreamStateCopy copy = StreamStateFormat.Copy(state);
        long[] alone = [.. copy.Data.Kept.Where(k => IsIt(k.Id) && k.Cluster >= 0 && state.Find(k.Cluster)?.Size == 1).Select(k => k.Cluster)];
        StreamStateData data = copy.Data with
        {
            Items = copy.Data.Items - copy.Data.Kept.Count(k => IsIt(k.Id)),
            Kept = [.. copy.Data.Kept.Where(k => !IsIt(k.Id))],
            Storms = copy.Data.Storms with { Ids = [.. copy.Data.Storms.Ids.Where(t => !IsIt(t.Id))] },
            Events = copy.Data.Events with
            {
                Events = [.. copy.Data.Events.Events.Select(Without)],
                Notices = [.. copy.Data.Events.Notices.Select(n => n with { Event = Without(n.Event) })],
            },
        };
        StreamState rest = await StreamStateFormat.ReadAsync((await StreamStateFormat.WriteAsync(copy with { Data = data }, capacity: 0, cancellationToken)).ToArray(), cancellationToken);
        rest.Features?.Remove(alone, cancellationToken);
        return rest;
    }

    /// <summary>What was told of, without the incident's texts among its examples.</summary>
    public StreamEvent Without(StreamEvent told) => Shows(told) ? told with { Examples = [.. told.Examples.Where(e => !_texts.Contains(e))] } : told;

    private bool IsIt(string id) => string.Equals(id, number, StringComparison.Ordinal);

    private bool Shows(StreamEvent told) => told.Examples.Any(_texts.Contains);
}
