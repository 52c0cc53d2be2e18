using System.Globalization;
using System.Text.Json.Serialization;
using Pipeline.Classification;
using Pipeline.Models;
using Pipeline.Requests;
using Pipeline.Storage;

namespace Pipeline.Problems;

/// <summary>The use case of looking through the problems: names and variants from the newest model versions, counts, dates and trends from the predictions.</summary>
public sealed class BrowseProblems(IPredictions predictions, ModelStore models, ModelDirectory directory, CompanyWeeks company, TimeProvider clock)
{
    /// <summary>A page of problems.</summary>
    /// <exception cref="RequestException">There is no such tech center.</exception>
    /// <exception cref="ModelException">The newest version is damaged.</exception>
    /// <exception cref="WarehouseException">The warehouse cannot be read.</exception>
    public async Task<ProblemPage> ListAsync(ClusterQuery query, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        IReadOnlyList<string> centers = query.TechCenter is null
            ? await directory.ListAsync(cancellationToken)
            : [await directory.ResolveAsync(query.TechCenter, RequestProblem.NotFound, cancellationToken)];
        DateOnly running = (await company.GetAsync(cancellationToken)).Next;
        List<ProblemSummary> problems = [];
        foreach (string center in centers)
        {
            if (await CenterProblems.ReadAsync(predictions, models, center, clock, cancellationToken) is CenterProblems known)
            {
                problems.AddRange(known.Clusters.Problems.Where(problem => query.Holds(problem.Label)).Select(problem => known.Summary(problem, running)));
            }
        }

        return new ProblemPage(problems.Count, query.Page, query.PageSize, [.. query.PageOf(Sorted(problems, query.Sort))]);
    }

    /// <summary>One problem in full; also one that the newest version does not have any more.</summary>
    /// <param name="techCenter">The tech center's name or folder.</param>
    /// <param name="id">The problem's id as text.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <exception cref="RequestException">There is no such tech center or problem.</exception>
    /// <exception cref="ModelException">The newest version is damaged.</exception>
    /// <exception cref="WarehouseException">The warehouse cannot be read.</exception>
    public async Task<ProblemDetails> FindAsync(string techCenter, string id, CancellationToken cancellationToken = default)
    {
        string center = await directory.ResolveAsync(techCenter, RequestProblem.NotFound, cancellationToken);
        ProblemHistory history = await ProblemHistory.ReadAsync(models, center, cancellationToken);
        if (!int.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out int number))
        {
            number = -1;
        }

        if (history.FindProblem(number) is not KnownVersion version)
        {
            throw RequestException.NotFound("id", history.MergedInto(number) is int into
                ? $"The problem {number} of '{center}' was merged into the problem {into}. Ask for that one."
                : $"No version of the model of '{center}' has a problem '{id}'. List the problems to see their ids.");
        }

        CenterProblems known = await CenterProblems.ReadAsync(predictions, center, version.Manifest, version.Clusters, history.Newest!, clock, cancellationToken);
        ModelProblem problem = version.Clusters.Problems.First(p => p.Id == number);
        return new ProblemDetails(
            version.Manifest.Version,
            version.Current,
            known.Summary(problem, (await company.GetAsync(cancellationToken)).Next),
            problem.Keywords,
            [.. problem.Variants.Select(known.Variant).OrderByDescending(v => v.Size).ThenBy(v => v.Id)],
            known.Weeks(known.Activity.OfProblem(number)),
            history.OfProblem(number))
        {
            Traits = problem.Traits,
        };
    }

    private static IEnumerable<ProblemSummary> Sorted(List<ProblemSummary> problems, ClusterSort sort)
    {
        IOrderedEnumerable<ProblemSummary> sorted = sort switch
        {
            ClusterSort.Label => problems.OrderBy(p => p.Label, StringComparer.OrdinalIgnoreCase),
            ClusterSort.Trend => problems.OrderBy(p => CenterProblems.Rank(p.Trend)).ThenByDescending(p => p.Size),
            ClusterSort.LastSeen => problems.OrderByDescending(p => p.LastSeen),
            _ => problems.OrderByDescending(p => p.Size),
        };
        return sorted.ThenBy(p => p.TechCenter, StringComparer.Ordinal).ThenBy(p => p.Id);
    }
}

/// <summary>A page of problems.</summary>
/// <param name="Total">Problems on all pages.</param>
/// <param name="Page">This page's number, from 1.</param>
/// <param name="PageSize">Problems per page.</param>
/// <param name="Problems">This page's problems; empty behind the last page.</param>
public sealed record ProblemPage(int Total, int Page, int PageSize, IReadOnlyList<ProblemSummary> Problems);

/// <summary>A problem in a list.</summary>
public sealed record ProblemSummary
{
    /// <summary>The tech center.</summary>
    public required string TechCenter { get; init; }

    /// <summary>The problem's id, stable across versions.</summary>
    public required int Id { get; init; }

    /// <summary>Its name.</summary>
    public required string Label { get; init; }

    /// <summary>The id of its domain.</summary>
    public required int DomainId { get; init; }

    /// <summary>The name of its domain.</summary>
    public required string DomainName { get; init; }

    /// <summary>Incidents assigned to it.</summary>
    public required int Size { get; init; }

    /// <summary>How many variants it has.</summary>
    public required int Variants { get; init; }

    /// <summary>How its weekly counts develop.</summary>
    public required ClusterTrend Trend { get; init; }

    /// <summary>How much they have changed; null where there is nothing before to compare with.</summary>
    public RateRatio? Change { get; init; }

    /// <summary>The first incident's date in UTC; null where none has a date.</summary>
    public required DateTimeOffset? FirstSeen { get; init; }

    /// <summary>The last incident's date in UTC; null where none has a date.</summary>
    public required DateTimeOffset? LastSeen { get; init; }

    /// <summary>The Monday of the first of the company's whole weeks at the end in which no incident of it was opened, or none is known yet; left out where the last one had some.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateOnly? QuietSince { get; init; }

    /// <summary>How many such weeks there are; left out where there is none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int QuietWeeks { get; init; }

    /// <summary>What people say of it; left out where nobody said anything.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ProblemMarks? Marks { get; init; }
}

/// <summary>One problem in full.</summary>
/// <param name="Version">The newest version that has it.</param>
/// <param name="Current">Whether that is the tech center's newest version; otherwise the problem is gone.</param>
/// <param name="Summary">What a list shows of it.</param>
/// <param name="Keywords">The words that tell it from the others, the strongest first.</param>
/// <param name="Variants">The ways in which it is worded, the most frequent first.</param>
/// <param name="WeeklyCounts">Its incidents per week, over all weeks of its tech center.</param>
/// <param name="Lineage">Its story over the versions, the oldest first.</param>
public sealed record ProblemDetails(
    string Version,
    bool Current,
    ProblemSummary Summary,
    IReadOnlyList<string> Keywords,
    IReadOnlyList<ProblemVariant> Variants,
    IReadOnlyList<WeeklyCount> WeeklyCounts,
    IReadOnlyList<LineageEvent> Lineage)
{
    /// <summary>Of records, what sets it apart from all other rows, the strongest first; left out where it is of texts.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<ClusterTrait>? Traits { get; init; }
}

/// <summary>One way in which a problem is worded: a cluster.</summary>
/// <param name="Id">The cluster's id, stable across versions.</param>
/// <param name="Label">Its name.</param>
/// <param name="Keywords">The words that tell it from the other clusters, the strongest first.</param>
/// <param name="Size">Incidents assigned to it.</param>
/// <param name="FirstSeen">The first incident's date in UTC; null where none has a date.</param>
/// <param name="LastSeen">The last incident's date in UTC; null where none has a date.</param>
/// <param name="Examples">Typical incidents: masked text.</param>
public sealed record ProblemVariant(int Id, string Label, IReadOnlyList<string> Keywords, int Size, DateTimeOffset? FirstSeen, DateTimeOffset? LastSeen, IReadOnlyList<string> Examples);

/// <summary>Incidents of one week.</summary>
/// <param name="Week">The week's Monday.</param>
/// <param name="Count">Incidents opened in it (UTC).</param>
public sealed record WeeklyCount(DateOnly Week, int Count);
