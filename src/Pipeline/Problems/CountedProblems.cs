using Pipeline.Models;
using Pipeline.Storage;

namespace Pipeline.Problems;

/// <summary>The problems of all tech centers with their incidents by day. Memory grows with problems and days, not with incidents.</summary>
internal sealed class CountedProblems
{
    private readonly ILookup<(string, int), ProblemDay> _byProblem;
    private readonly Lazy<IReadOnlyList<CountedProblem>> _joined;

    private CountedProblems(ServingProblems serving, IReadOnlyList<ProblemDay> days, RankingPeriod period)
    {
        (Serving, Days, Period) = (serving, days, period);
        _byProblem = days.ToLookup(d => (d.TechCenter, d.ProblemId));
        _joined = new Lazy<IReadOnlyList<CountedProblem>>(() => [.. Serving.Joined().Select(Counted)]);
    }

    /// <summary>The problems.</summary>
    public ServingProblems Serving { get; }

    /// <summary>All that was counted, of no problem too.</summary>
    public IReadOnlyList<ProblemDay> Days { get; }

    /// <summary>The weeks of the whole company.</summary>
    public RankingPeriod Period { get; }

    /// <summary>Reads and counts them.</summary>
    /// <exception cref="WarehouseException">The warehouse cannot be read.</exception>
    public static async Task<CountedProblems> ReadAsync(IProblemIncidents incidents, ModelStore models, ModelDirectory directory, TimeProvider clock, CancellationToken cancellationToken)
    {
        ServingProblems serving = await ServingProblems.ReadAsync(models, directory, cancellationToken);
        IReadOnlyList<ProblemDay> days = await incidents.CountByDayAsync(cancellationToken);
        return new CountedProblems(serving, days, RankingPeriod.Of(days, serving.Centers.Select(c => (DateTimeOffset?)c.Manifest.Window.From).DefaultIfEmpty(null).Min(), clock));
    }

    /// <summary>The days of one problem.</summary>
    public IEnumerable<ProblemDay> Of(string techCenter, int id) => _byProblem[(techCenter, id)];

    /// <summary>What was counted of a tech center, or of all, of no problem too.</summary>
    public IEnumerable<ProblemDay> Of(string? techCenter) => techCenter is null ? Days : Days.Where(d => string.Equals(d.TechCenter, techCenter, StringComparison.Ordinal));

    /// <summary>The problems that people do not ignore: of one tech center, or of all, the same problem of several of them joined.</summary>
    public IReadOnlyList<CountedProblem> Problems(string? techCenter) => techCenter is null
        ? _joined.Value
        : [.. Serving.All().Where(p => !p.Problem.IsIgnored && string.Equals(p.TechCenter, techCenter, StringComparison.Ordinal)).Select(p => Counted([p]))];

    private CountedProblem Counted(IReadOnlyList<ServingProblem> places) => new(places, [.. places.SelectMany(p => Of(p.TechCenter, p.Problem.Id))]);
}

/// <summary>A problem, in all the tech centers that have it, with its days.</summary>
/// <param name="Places">The problem in each of its tech centers, the largest first.</param>
/// <param name="Days">What was counted of it.</param>
internal sealed record CountedProblem(IReadOnlyList<ServingProblem> Places, IReadOnlyList<ProblemDay> Days);
