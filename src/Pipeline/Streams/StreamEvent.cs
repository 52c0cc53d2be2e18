namespace Pipeline.Streams;

/// <summary>Something that begins or bursts in a stream.</summary>
public sealed record StreamEvent
{
    /// <summary>What it is known by in its stream, such as <c>e1</c>; never given again.</summary>
    public required string Id { get; init; }

    /// <summary>What it is.</summary>
    public required StreamEventKind Kind { get; init; }

    /// <summary>The cluster of an emerging problem; null for a storm.</summary>
    public long? Cluster { get; init; }

    /// <summary>The known problem of a storm; null for an emerging one.</summary>
    public int? Problem { get; init; }

    /// <summary>Its name.</summary>
    public required string Label { get; init; }

    /// <summary>Some of its items: masked text. Empty for a storm.</summary>
    public required IReadOnlyList<string> Examples { get; init; }

    /// <summary>The time of its first item, in UTC.</summary>
    public required DateTimeOffset FirstSeen { get; init; }

    /// <summary>The time of its newest item, in UTC.</summary>
    public required DateTimeOffset LastSeen { get; init; }

    /// <summary>The time of the item at which it was noticed, in UTC.</summary>
    public required DateTimeOffset NoticedAt { get; init; }

    /// <summary>How many items of it there were when it was noticed.</summary>
    public required int NoticedItems { get; init; }

    /// <summary>How many items of it there have been.</summary>
    public required long Items { get; init; }

    /// <summary>Items an hour in the window in which it was noticed.</summary>
    public required double Rate { get; init; }

    /// <summary>Items an hour before that.</summary>
    public required double RateBefore { get; init; }

    /// <summary>The probability of so many items by chance.</summary>
    public required double Chance { get; init; }

    /// <summary>The tech centers concerned, those with the most items first.</summary>
    public required IReadOnlyList<string> Centers { get; init; }

    /// <summary>When nothing had come for as long as items are kept, in UTC; null while it lasts.</summary>
    public DateTimeOffset? FadedAt { get; init; }
}

/// <summary>What an event is.</summary>
public enum StreamEventKind
{
    /// <summary>A cluster of items that no known problem explains.</summary>
    Emerging,

    /// <summary>A burst of a known problem.</summary>
    Storm,
}

/// <summary>What is told of an event.</summary>
/// <param name="Number">Its number in the stream, from 1.</param>
/// <param name="Change">What happened.</param>
/// <param name="Event">The event as it was then.</param>
public sealed record StreamNotice(long Number, StreamChange Change, StreamEvent Event);

/// <summary>What happens to an event.</summary>
public enum StreamChange
{
    /// <summary>It was noticed.</summary>
    Begins,

    /// <summary>It has twice as many items as when it was last told of.</summary>
    Grows,

    /// <summary>Nothing has come for as long as items are kept.</summary>
    Fades,
}
