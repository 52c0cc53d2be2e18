using Pipeline.Models;
using Pipeline.Problems;
using Pipeline.Requests;
using Pipeline.Storage;

namespace Pipeline.Overview;

/// <summary>The use case of telling how few problems make most of the incidents, or of what these cost (Pareto's diagram; Juran, Quality Control Handbook, 1951).</summary>
public sealed class WeighProblems(ProblemCounts counts, ModelDirectory directory)
{
    private const double Most = 0.8;

    /// <summary>The problems, those with the most first.</summary>
    /// <exception cref="RequestException">There is no such tech center.</exception>
    /// <exception cref="WarehouseException">The warehouse cannot be read.</exception>
    public async Task<ProblemPareto> RunAsync(ParetoRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        string? center = request.TechCenter is null ? null : await directory.ResolveAsync(request.TechCenter, RequestProblem.NotFound, cancellationToken);
        CountedProblems known = await counts.ReadAsync(cancellationToken);
        (CountedProblem Problem, double Value)[] weighed =
        [
            .. known.Problems(center).Select(p => (Problem: p, Value: request.Weigh(p.Days))).Where(p => p.Value > 0)
                .OrderByDescending(p => p.Value).ThenBy(p => p.Problem.Places[0].Problem.Label, StringComparer.Ordinal).ThenBy(p => p.Problem.Places[0].TechCenter, StringComparer.Ordinal),
        ];
        double total = weighed.Sum(p => p.Value);
        List<ParetoProblem> listed = [];
        double sum = 0;
        int most = 0;
        foreach ((CountedProblem problem, double value) in weighed)
        {
            // However the parts are rounded, what was short of it needs one more.
            most += sum < (Most * total) - 1e-9 ? 1 : 0;
            sum += value;
            if (listed.Count < request.Top)
            {
                listed.Add(new ParetoProblem(problem.Places[0].Problem.Label, problem.Places[0].DomainName, ProblemName.Of(problem), Math.Round(value, 1), Math.Round(value / total, 4), Math.Round(sum / total, 4)));
            }
        }

        double ofNone = request.Weigh(known.Of(center).Where(d => d.ProblemId < 0));
        return new ProblemPareto(request.Measure, center, request.From, request.Until, Math.Round(total, 1), Math.Round(ofNone, 1), weighed.Length, most, listed);
    }
}

/// <summary>What to weigh the problems by.</summary>
/// <param name="Measure">What is counted.</param>
/// <param name="From">Only incidents opened on this day, in UTC, or later.</param>
/// <param name="Until">Only incidents opened before this day.</param>
/// <param name="TechCenter">The tech center's name or folder; null for all.</param>
/// <param name="Top">At most this many problems are listed, 1 to 500.</param>
public sealed record ParetoRequest(ParetoMeasure Measure = ParetoMeasure.Incidents, DateOnly? From = null, DateOnly? Until = null, string? TechCenter = null, int Top = 100)
{
    private const int MostListed = 500;

    /// <summary>Reads a request from the texts of an address; null or empty ones are left to their defaults.</summary>
    /// <exception cref="RequestException">A text cannot be read or is out of its range.</exception>
    public static ParetoRequest Parse(Func<string, string?> value)
    {
        ArgumentNullException.ThrowIfNull(value);
        OverviewFields fields = new(value);
        ParetoRequest request = new(fields.Choice("measure", ParetoMeasure.Incidents), fields.Day("from"), fields.Day("until"), fields.Text("techCenter"), fields.Number("top", 100, 1, MostListed));
        return fields.Checked(request.From >= request.Until ? fields.Wrong("until", "until must be a day after from.", request) : request);
    }

    internal double Weigh(IEnumerable<ProblemDay> days) => days.Where(Takes).Sum(d => Measure switch
    {
        ParetoMeasure.Urgent => d.Urgent,
        ParetoMeasure.Reopened => d.Reopened,
        ParetoMeasure.Hours => d.HoursToResolve,
        _ => d.Incidents,
    });

    private bool Takes(ProblemDay day) => (From is null || day.Day >= From) && (Until is null || day.Day < Until);
}

/// <summary>What problems are weighed by.</summary>
public enum ParetoMeasure
{
    /// <summary>Their incidents.</summary>
    Incidents,

    /// <summary>Their incidents of the two highest priorities.</summary>
    Urgent,

    /// <summary>Their incidents that were opened again.</summary>
    Reopened,

    /// <summary>The hours from opening to resolving of their incidents, added up.</summary>
    Hours,
}

/// <summary>How few problems make most of all.</summary>
/// <param name="Measure">What is counted.</param>
/// <param name="TechCenter">The tech center; null for all, the same problem of several of them joined.</param>
/// <param name="From">The first day; null for no limit.</param>
/// <param name="Until">The day after the last one; null for no limit.</param>
/// <param name="Total">All that is counted of problems.</param>
/// <param name="OfNone">What there is besides, of no problem.</param>
/// <param name="Count">How many problems have any of it.</param>
/// <param name="MakeMost">How many of them, the largest first, make at least 80 % of <paramref name="Total"/>.</param>
/// <param name="Problems">The problems, those with the most first.</param>
public sealed record ProblemPareto(ParetoMeasure Measure, string? TechCenter, DateOnly? From, DateOnly? Until, double Total, double OfNone, int Count, int MakeMost, IReadOnlyList<ParetoProblem> Problems);

/// <summary>A problem in the order of its weight.</summary>
/// <param name="Label">Its name: that of the tech center with the most of it.</param>
/// <param name="DomainName">Its domain there.</param>
/// <param name="Places">Where it is.</param>
/// <param name="Value">What is counted of it.</param>
/// <param name="Share">Its share of all, 0 to 1.</param>
/// <param name="Cumulative">The share of it and all before it, 0 to 1.</param>
public sealed record ParetoProblem(string Label, string DomainName, IReadOnlyList<ProblemName> Places, double Value, double Share, double Cumulative);
