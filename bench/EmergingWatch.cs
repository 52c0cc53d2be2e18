using Pipeline.Streams;

namespace Pipeline.Bench;

/// <summary>Looks at what the streams tell, and says of each whether it is true.</summary>
internal sealed class EmergingWatch(BrowseStreams browse, EmergingScene scene)
{
    private readonly HashSet<string> _seen = new(StringComparer.Ordinal);
    private readonly HashSet<string> _others = [];
    private int _falseAlarms;
    private int _right;
    private int _storms;
    private StreamEvent? _told;

    /// <summary>Passes over what was told of before.</summary>
    public async Task SkipAsync(CancellationToken cancellationToken)
    {
        foreach (string stream in await browse.ListAsync(cancellationToken))
        {
            foreach (StreamEvent told in await browse.EventsAsync(stream, cancellationToken))
            {
                _seen.Add(stream + told.Id);
            }
        }
    }

    /// <summary>Judges what is new. An event is of the problem that most of its cluster's items are of.</summary>
    public async Task LookAsync(CancellationToken cancellationToken)
    {
        foreach (string stream in await browse.ListAsync(cancellationToken))
        {
            foreach (StreamEvent told in (await browse.EventsAsync(stream, cancellationToken)).Where(e => _seen.Add(stream + e.Id)))
            {
                if (told.Kind == StreamEventKind.Storm)
                {
                    _storms++;
                    continue;
                }

                StreamItemList items = await browse.ItemsAsync(stream, told.Cluster!.Value, BrowseStreams.MostShown, cancellationToken);
                var most = items.Items.Where(i => i.Time <= told.NoticedAt).GroupBy(i => scene.Truth[i.Id], StringComparer.Ordinal).OrderByDescending(g => g.Count()).First();
                bool isOne = most.Key is not null && 2 * most.Count() > items.Items.Count(i => i.Time <= told.NoticedAt);
                if (isOne && string.Equals(most.Key, scene.Problem, StringComparison.Ordinal))
                {
                    _told ??= told;
                    _right++;
                }
                else if (isOne && !scene.Trained.Contains(most.Key!))
                {
                    _others.Add(most.Key!);
                }
                else
                {
                    _falseAlarms++;
                    Console.Error.WriteLine($"{stream}: {told.Label}, {told.NoticedItems} items, {(isOne ? "a known problem" : "of several")}: {told.Examples[0].ReplaceLineEndings(" ")}");
                }
            }
        }
    }

    public EmergingResult Result(int ordinary, double seconds) => new(
        scene.Problem,
        _told is null ? null : scene.HiddenTimes.Count(t => t <= _told.NoticedAt),
        _told is null ? double.NaN : (_told.NoticedAt - scene.HiddenTimes[0]).TotalMinutes,
        ordinary,
        _others.Count,
        _falseAlarms,
        _storms,
        seconds)
    {
        Right = _right,
    };
}

/// <summary>What was told.</summary>
internal sealed record EmergingResult(string Problem, int? ToldAt, double Minutes, int Ordinary, int OthersBegun, int FalseAlarms, int Storms, double Seconds)
{
    /// <summary>How many events are of the hidden problem.</summary>
    public int Right { get; init; }
}
