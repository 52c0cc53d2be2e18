using System.Globalization;
using Pipeline.Models;
using Pipeline.Problems;
using Pipeline.Requests;
using Pipeline.Storage;

namespace Pipeline.Overview;

/// <summary>The use case of following some problems and tech centers side by side, week by week.</summary>
public sealed class FollowProblems(ProblemCounts counts, ModelDirectory directory)
{
    /// <summary>Their incidents in each week of the company's period.</summary>
    /// <exception cref="RequestException">There is no such tech center or problem.</exception>
    /// <exception cref="WarehouseException">The warehouse cannot be read.</exception>
    public async Task<ProblemSeries> RunAsync(SeriesRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        CountedProblems known = await counts.ReadAsync(cancellationToken);
        List<FollowedSeries> series = [];
        foreach ((string asked, int? id) in request.Series)
        {
            string center = await directory.ResolveAsync(asked, RequestProblem.NotFound, cancellationToken);
            string? label = id is null ? center : known.Serving.Centers.FirstOrDefault(c => string.Equals(c.TechCenter, center, StringComparison.Ordinal))?.Clusters.Problems.FirstOrDefault(p => p.Id == id)?.Label;
            IEnumerable<ProblemDay> days = id is int number ? known.Of(center, number) : known.Of(center);
            series.Add(new FollowedSeries(
                center, id, label ?? throw RequestException.NotFound("problem", string.Create(CultureInfo.InvariantCulture, $"The version that serves '{center}' has no problem '{id}'. List the problems to see their ids.")), known.Period.Count(days)));
        }

        TrendPeriod weeks = known.Period.Weeks;
        return new ProblemSeries(weeks.Weeks, [.. weeks.Days.Select(days => Math.Round(days, 2))], known.Period.Count(known.Days), series);
    }
}

/// <summary>What to follow.</summary>
/// <param name="Series">Tech centers, by name or folder, and in each a problem's id; null for all of its incidents.</param>
public sealed record SeriesRequest(IReadOnlyList<(string TechCenter, int? Problem)> Series)
{
    /// <summary>So many can be told apart on one chart.</summary>
    private const int Most = 12;

    /// <summary>Reads a request from the texts of an address.</summary>
    /// <param name="problems">Problems, each as its tech center, a slash, and its id.</param>
    /// <param name="techCenters">Tech centers.</param>
    /// <exception cref="RequestException">A text cannot be read, or there are too many.</exception>
    public static SeriesRequest Parse(IReadOnlyCollection<string?> problems, IReadOnlyCollection<string?> techCenters)
    {
        ArgumentNullException.ThrowIfNull(problems);
        ArgumentNullException.ThrowIfNull(techCenters);
        if (problems.Count + techCenters.Count > Most)
        {
            throw RequestException.Invalid("problem", string.Create(CultureInfo.InvariantCulture, $"{problems.Count + techCenters.Count} problems and tech centers are named; at most {Most} are followed at once."));
        }

        return new SeriesRequest([.. problems.Select(ProblemOf), .. techCenters.Where(c => !string.IsNullOrEmpty(c)).Select(c => (c!, (int?)null))]);
    }

    private static (string TechCenter, int? Problem) ProblemOf(string? text)
    {
        int slash = text?.LastIndexOf('/') ?? -1;
        return slash > 0 && int.TryParse(text.AsSpan(slash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out int id)
            ? (text![..slash], id)
            : throw RequestException.Invalid("problem", $"problem is '{text}'; it must be a tech center, a slash, and the id of a problem, such as Network/12.");
    }
}

/// <summary>Incidents week by week.</summary>
/// <param name="Weeks">The Mondays, the oldest first: the weeks of the whole company, as the ranking has them.</param>
/// <param name="Days">How many days of each week lie in the period: the first and the last are seldom whole.</param>
/// <param name="All">All incidents of the company in each week.</param>
/// <param name="Series">What was asked for, in that order, the problems first.</param>
public sealed record ProblemSeries(IReadOnlyList<DateOnly> Weeks, IReadOnlyList<double> Days, IReadOnlyList<int> All, IReadOnlyList<FollowedSeries> Series);

/// <summary>A problem or a tech center, week by week.</summary>
/// <param name="TechCenter">The tech center.</param>
/// <param name="Id">The problem's id; null for all incidents of the tech center.</param>
/// <param name="Label">The name.</param>
/// <param name="Counts">Incidents in each week.</param>
public sealed record FollowedSeries(string TechCenter, int? Id, string Label, IReadOnlyList<int> Counts);
