using Pipeline.Problems;

namespace Pipeline.Forecasting;

/// <summary>What was learned of a tech center's weekly counts and of those of each of its problems: the content of <c>forecast-models/{folder}/{version}.json</c>. It holds counts and weights, no texts.</summary>
public sealed record ForecastModel
{
    /// <summary>The format that this program writes and reads.</summary>
    public const int CurrentFormat = 1;

    /// <summary>The format.</summary>
    public required int Format { get; init; }

    /// <summary>The tech center.</summary>
    public required string TechCenter { get; init; }

    /// <summary>Its name: the week that follows what it learned from, such as <c>2026_w23</c>, with <c>_r2</c> and so on for further ones.</summary>
    public required string Version { get; init; }

    /// <summary>The version of the problems.</summary>
    public required string Problems { get; init; }

    /// <summary>When it was trained, in UTC.</summary>
    public required DateTimeOffset TrainedAt { get; init; }

    /// <summary>The Monday of the week that follows what it learned from.</summary>
    public required DateOnly Until { get; init; }

    /// <summary>Of all incidents of the tech center; null where there were too few weeks.</summary>
    public required SeriesFit? Volume { get; init; }

    /// <summary>Of each problem that had enough weeks, by its id.</summary>
    public required IReadOnlyDictionary<int, SeriesFit> OfProblems { get; init; }

    /// <summary>What was learned of a problem or of all incidents, where it still fits them; null where it does not: a forecast learns anew then.</summary>
    /// <param name="problem">The problem; null for all incidents.</param>
    /// <param name="series">The counts as they are now.</param>
    public CountFit? FitFor(int? problem, WeeklySeries series)
    {
        ArgumentNullException.ThrowIfNull(series);
        SeriesFit? known = problem is int id ? OfProblems.GetValueOrDefault(id) : Volume;
        int later = (series.Next.DayNumber - Until.DayNumber) / 7;
        return known is not null && later is >= 0 and <= SeriesFit.MostWeeks && later < series.Counts.Count && known.IsOf(series.Without(later)) ? known.Fit : null;
    }
}

/// <summary>What was learned of one series of counts.</summary>
/// <param name="Total">The incidents that it learned from.</param>
/// <param name="Fit">What was learned.</param>
public sealed record SeriesFit(double Total, CountFit Fit)
{
    /// <summary>The weeks after which what was learned is not used any more.</summary>
    public const int MostWeeks = 26;

    private const double MostChange = 0.2;

    /// <summary>Whether these are the counts that it learned from, but for a fifth of the incidents and one: problems are merged, split and predicted anew, and incidents erased.</summary>
    public bool IsOf(WeeklySeries series)
    {
        ArgumentNullException.ThrowIfNull(series);
        return Math.Abs(series.Total - Total) <= 1 + (MostChange * Total);
    }
}
