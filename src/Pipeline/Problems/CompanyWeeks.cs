using Pipeline.Storage;

namespace Pipeline.Problems;

/// <summary>
/// The weekly counts of the whole company, also of no problem. They end with the newest incident that counts of any tech center, and with them those of every tech center and problem: the parts of a
/// forecast are of the same weeks as the whole.
/// </summary>
public sealed class CompanyWeeks : IDisposable
{
    private readonly IProblemIncidents _incidents;
    private readonly TimeProvider _clock;
    private readonly KeptAnswer<WeeklySeries> _kept;

    /// <summary>Counts what the warehouse holds.</summary>
    public CompanyWeeks(IProblemIncidents incidents, TimeProvider clock)
    {
        (_incidents, _clock) = (incidents, clock);
        _kept = new KeptAnswer<WeeklySeries>(ReadAsync, clock);
    }

    /// <summary>The counts, at most half a minute old; <see cref="WeeklySeries.Next"/> is the running week. That there are none is not kept: the first prediction may have just been made.</summary>
    /// <exception cref="WarehouseException">The warehouse cannot be read.</exception>
    public async Task<WeeklySeries> GetAsync(CancellationToken cancellationToken = default)
    {
        WeeklySeries counts = await _kept.GetAsync(cancellationToken);
        if (counts.Counts.Count == 0)
        {
            _kept.Forget();
        }

        return counts;
    }

    /// <summary>The counts as they are now.</summary>
    /// <exception cref="WarehouseException">The warehouse cannot be read.</exception>
    public async Task<WeeklySeries> ReadAsync(CancellationToken cancellationToken = default)
    {
        (DateTimeOffset Date, long Count)[] days =
        [
            .. (await _incidents.CountByDayAsync(cancellationToken)).Where(d => d.Day is not null).Select(d => (new DateTimeOffset(d.Day!.Value, TimeOnly.MinValue, TimeSpan.Zero), (long)d.Incidents)),
        ];
        TrendPeriod period = TrendPeriod.Of(days, window: null, _clock);
        int[] counts = new int[period.Weeks.Count];
        foreach ((DateTimeOffset date, long count) in days)
        {
            if (period.IndexOf(date) is int week)
            {
                counts[week] += (int)count;
            }
        }

        return WeeklySeries.Of(period.Weeks, counts);
    }

    /// <inheritdoc/>
    public void Dispose() => _kept.Dispose();
}
