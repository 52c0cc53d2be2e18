namespace Pipeline.Streams;

/// <summary>
/// Bursts of known problems: the incidents of each problem in the last hour, six hours and day, against the problem's own rate in the four weeks before and the week's rhythm of all of them together.
/// </summary>
internal sealed class ProblemStorms
{
    // Two weeks tell a rhythm from a trend.
    private const int LeastPast = 14 * 24;
    private const int FewestIncidents = 5;
    private static readonly int[] Windows = [1, 6, 24];
    private readonly SortedDictionary<int, KnownProblem> _problems = [];
    private readonly WeekRhythm _rhythm;
    private readonly Dictionary<string, long> _ids = new(StringComparer.Ordinal);
    private readonly Queue<string> _order = new();
    private long? _start;
    private long _now;

    /// <summary>Begins, or goes on.</summary>
    public ProblemStorms(ProblemStormsData? data = null)
    {
        _rhythm = new WeekRhythm(data?.Week);
        _start = data?.Start;
        _now = data?.Now ?? 0;
        foreach (KnownProblemData problem in data?.Problems ?? [])
        {
            _problems.Add(problem.Id, new KnownProblem(problem.Label, new HourCounts(problem.Hours)));
        }

        foreach (TalliedId id in data?.Ids ?? [])
        {
            Remember(id.Id, id.Hour);
        }
    }

    /// <summary>The hour of the earliest incident that was counted; null before the first.</summary>
    public long? Start => _start;

    /// <summary>All of it.</summary>
    public ProblemStormsData Data => new(
        [.. _problems.Select(p => new KnownProblemData(p.Key, p.Value.Label, [.. p.Value.Hours.All]))],
        [.. _rhythm.Counts],
        [.. _order.Select(id => new TalliedId(id, _ids[id]))],
        _start,
        _now);

    /// <summary>Counts an incident of a known problem, and begins a storm where that is one too many.</summary>
    public void Count(ProblemTally tally, StreamConfig config, EventLedger ledger)
    {
        long hour = HourCounts.Of(tally.Time);
        if (hour <= _now - HourCounts.Remembered || _ids.ContainsKey(tally.Id))
        {
            return;
        }

        Remember(tally.Id, hour);
        ledger.Fade(tally.Time, TimeSpan.FromHours(config.ExpiryHours));
        _now = Math.Max(_now, hour);
        _start = Math.Min(_start ?? hour, hour);
        _rhythm.Add(hour);
        if (!_problems.TryGetValue(tally.Problem, out KnownProblem? problem))
        {
            _problems.Add(tally.Problem, problem = new KnownProblem(tally.Label, new HourCounts()));
        }

        problem.Label = tally.Label;
        problem.Hours.Add(hour);
        problem.Hours.Forget(_now);
        if (ledger.Lasting(null, tally.Problem) is StreamEvent lasting)
        {
            ledger.Grow(lasting, tally.Time, centers: null);
        }
        else if (hour == _now)
        {
            Test(tally, problem, config, ledger);
        }
    }

    private void Test(ProblemTally tally, KnownProblem problem, StreamConfig config, EventLedger ledger)
    {
        double level = ArrivalTest.Level(config.FalseAlarmsPerYear, _problems.Count, Windows.Length);
        foreach (int window in Windows)
        {
            long before = _now - window, begin = Math.Max(_start!.Value - 1, _now - HourCounts.Remembered);
            int count = problem.Hours.Since(before), past = problem.Hours.Total - count;
            double exposure = _rhythm.Between(before, _now), pastExposure = before - begin >= LeastPast ? _rhythm.Between(begin, before) : 0;
            double chance = count < FewestIncidents ? 1 : ArrivalTest.Tail(count, exposure, past, pastExposure);
            if (chance < level)
            {
                ledger.Begin(new StreamEvent
                {
                    Id = "",
                    Kind = StreamEventKind.Storm,
                    Problem = tally.Problem,
                    Label = tally.Label,
                    Examples = [],
                    FirstSeen = DateTimeOffset.FromUnixTimeSeconds((before + 1) * 3600),
                    LastSeen = tally.Time,
                    NoticedAt = tally.Time,
                    NoticedItems = count,
                    Items = count,
                    Rate = (double)count / window,
                    RateBefore = past * exposure / pastExposure / window,
                    Chance = chance,
                    Centers = [],
                });
                return;
            }
        }
    }

    // What is older than the counts reach is not counted again anyway.
    private void Remember(string id, long hour)
    {
        _ids.Add(id, hour);
        _order.Enqueue(id);
        while (_order.TryPeek(out string? oldest) && _ids[oldest] <= _now - HourCounts.Remembered)
        {
            _ids.Remove(_order.Dequeue());
        }
    }

    private sealed class KnownProblem(string label, HourCounts hours)
    {
        public string Label { get; set; } = label;

        public HourCounts Hours { get; } = hours;
    }
}

/// <summary>What is known of storms.</summary>
internal sealed record ProblemStormsData(IReadOnlyList<KnownProblemData> Problems, IReadOnlyList<long> Week, IReadOnlyList<TalliedId> Ids, long? Start, long Now);

/// <summary>A known problem's counts.</summary>
internal sealed record KnownProblemData(int Id, string Label, IReadOnlyList<HourCount> Hours);

/// <summary>An incident that was counted, and the hour it was counted in.</summary>
internal sealed record TalliedId(string Id, long Hour);
