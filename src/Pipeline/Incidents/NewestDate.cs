namespace Pipeline.Incidents;

/// <summary>
/// Tells which dates count where a window, a trend or a year is counted back from the newest: no single row decides them. Dates that cannot be do not count.
/// Of the others, the newest ones are passed over where they stand alone: more than half a year after all the rest, and no more than one in a thousand (or a single one, among at least eleven).
/// </summary>
public static class NewestDate
{
    /// <summary>The oldest date that an incident can have.</summary>
    public static readonly DateTimeOffset Earliest = new(1990, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private const int Thousand = 1000;
    private const int FewestOthers = 10;
    private static readonly TimeSpan Alone = TimeSpan.FromDays(184);

    /// <summary>The newest date that an incident can have: a day after now, since zones are not always told.</summary>
    public static DateTimeOffset Latest(TimeProvider clock)
    {
        ArgumentNullException.ThrowIfNull(clock);
        return clock.GetUtcNow().AddDays(1);
    }

    /// <summary>Whether an incident can have this date.</summary>
    public static bool IsPossible(DateTimeOffset date, TimeProvider clock) => date >= Earliest && date <= Latest(clock);

    /// <summary>How many of the newest dates have to be looked at, at most, to find the one that counts.</summary>
    /// <param name="total">How many dates there are.</param>
    public static long Depth(long total) => Allowance(total) + 1;

    /// <summary>The newest date that counts; null where there is none.</summary>
    /// <param name="newestFirst">Possible dates with the number of incidents that have each, the newest first, at least the <see cref="Depth"/> newest.</param>
    /// <param name="total">How many incidents there are in all.</param>
    public static DateTimeOffset? Of(IEnumerable<(DateTimeOffset Date, long Count)> newestFirst, long total)
    {
        ArgumentNullException.ThrowIfNull(newestFirst);
        long allowance = Allowance(total);
        long above = 0;
        DateTimeOffset? newest = null;
        DateTimeOffset? before = null;
        foreach ((DateTimeOffset date, long count) in newestFirst)
        {
            if (above > allowance)
            {
                break;
            }

            if (before is null || before - date > Alone)
            {
                newest = date;
            }

            before = date;
            above += count;
        }

        return newest;
    }

    private static long Allowance(long total) => total > FewestOthers ? Math.Max(1, total / Thousand) : 0;
}
