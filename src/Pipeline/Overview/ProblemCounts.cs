using Pipeline.Models;
using Pipeline.Problems;
using Pipeline.Storage;

namespace Pipeline.Overview;

/// <summary>
/// The problems of all tech centers with their incidents by day, read once for all views that look at all of them, and kept for a short time. Memory grows with problems and days, not with incidents: about
/// 100 bytes for each day that a problem has incidents on.
/// </summary>
public sealed class ProblemCounts : IDisposable
{
    private readonly KeptAnswer<CountedProblems> _counts;

    /// <summary>Counts what the stores hold.</summary>
    public ProblemCounts(IProblemIncidents incidents, ModelStore models, ModelDirectory directory, TimeProvider clock) =>
        _counts = new KeptAnswer<CountedProblems>(token => CountedProblems.ReadAsync(incidents, models, directory, clock, token), clock);

    /// <summary>Makes the next answer anew: something was decided about the problems.</summary>
    public void Forget() => _counts.Forget();

    /// <inheritdoc/>
    public void Dispose() => _counts.Dispose();

    /// <summary>Reads them.</summary>
    /// <exception cref="WarehouseException">The warehouse cannot be read.</exception>
    internal Task<CountedProblems> ReadAsync(CancellationToken cancellationToken) => _counts.GetAsync(cancellationToken);
}

/// <summary>A problem in a tech center, as a view names and links it.</summary>
/// <param name="TechCenter">The tech center.</param>
/// <param name="Id">The problem's id there.</param>
/// <param name="Label">Its name there.</param>
public sealed record ProblemName(string TechCenter, int Id, string Label)
{
    internal static IReadOnlyList<ProblemName> Of(CountedProblem problem) => [.. problem.Places.Select(p => new ProblemName(p.TechCenter, p.Problem.Id, p.Problem.Label))];
}
