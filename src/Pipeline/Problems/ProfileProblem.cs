using System.Globalization;
using Pipeline.Access;
using Pipeline.Models;
using Pipeline.Requests;
using Pipeline.Storage;

namespace Pipeline.Problems;

/// <summary>
/// The use case of saying what sets a problem apart beside its words: the priorities, configuration items and locations that stand out, what resolved it, and in which tech centers it is. The work has a bound, however large
/// the problem is: the counts are those of the newest <see cref="ProblemValues.MostRead"/> incidents of the tech center, the notes those of the newest 2,000 resolved ones.
/// </summary>
public sealed class ProfileProblem(IProblemIncidents incidents, ModelStore models, ModelDirectory directory)
{
    private const int MostNotes = 2_000;
    private const int MostShown = 12;

    /// <summary>Describes a problem.</summary>
    /// <param name="techCenter">The tech center's name or folder.</param>
    /// <param name="id">The problem's id as text.</param>
    /// <param name="texts">The form in which close notes are shown.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <exception cref="RequestException">There is no such tech center, or its serving version has no such problem.</exception>
    /// <exception cref="WarehouseException">The warehouse cannot be read.</exception>
    public async Task<ProblemProfile> RunAsync(string techCenter, string id, TextView texts, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(texts);
        string center = await directory.ResolveAsync(techCenter, RequestProblem.NotFound, cancellationToken);
        ServingProblems serving = await ServingProblems.ReadAsync(models, directory, cancellationToken);
        if (!int.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out int number)
            || serving.All().FirstOrDefault(p => p.Problem.Id == number && string.Equals(p.TechCenter, center, StringComparison.Ordinal)) is not ServingProblem own)
        {
            throw RequestException.NotFound("id", $"The version that serves '{center}' has no problem '{id}'. List the problems to see their ids.");
        }

        ProblemValues values = await incidents.CountValuesAsync(center, number, cancellationToken);
        IncidentPage resolved = await incidents.ReadIncidentsAsync(new IncidentQuery(center, number, OfVariant: false) { HasCloseNotes = true, Take = MostNotes }, cancellationToken);
        return new ProblemProfile(center, number, values.Incidents, values.OfProblem)
        {
            StandsOut = [.. StandingOut.Of(values).Take(MostShown)],
            Known = [.. values.Values.GroupBy(v => v.Column).OrderBy(g => g.Key).Select(g => new KnownColumn(g.Key, g.First().KnownOfProblem))],
            Resolved = FrequentNotes.Of(resolved.Incidents, texts),
            Centers = await CentersAsync(serving.SameAs(own), cancellationToken),
        };
    }

    private async Task<IReadOnlyList<ProfiledCenter>> CentersAsync(IReadOnlyList<ServingProblem> same, CancellationToken cancellationToken)
    {
        List<ProfiledCenter> centers = [];
        foreach (ServingProblem problem in same)
        {
            long count = (await incidents.ReadIncidentsAsync(new IncidentQuery(problem.TechCenter, problem.Problem.Id, OfVariant: false) { Take = 1 }, cancellationToken)).Total;
            centers.Add(new ProfiledCenter(problem.TechCenter, problem.Problem.Id, problem.Problem.Label, count));
        }

        return [.. centers.OrderByDescending(c => c.Incidents).ThenBy(c => c.TechCenter, StringComparer.Ordinal)];
    }
}

/// <summary>What sets a problem apart beside its words.</summary>
/// <param name="TechCenter">The tech center.</param>
/// <param name="Id">The problem.</param>
/// <param name="CenterIncidents">The tech center's incidents that were counted: the newest that are predicted.</param>
/// <param name="Incidents">Those of them that are of the problem.</param>
public sealed record ProblemProfile(string TechCenter, int Id, int CenterIncidents, int Incidents)
{
    /// <summary>The values that it has more often than its tech center, the least probable by chance first.</summary>
    public required IReadOnlyList<OutstandingValue> StandsOut { get; init; }

    /// <summary>The columns that the tech center knows, in the order of <see cref="ValueColumn"/>: nothing can stand out in others.</summary>
    public required IReadOnlyList<KnownColumn> Known { get; init; }

    /// <summary>How its incidents were resolved.</summary>
    public required ResolutionSummary Resolved { get; init; }

    /// <summary>The tech centers that have it, itself among them, the one with most incidents first.</summary>
    public required IReadOnlyList<ProfiledCenter> Centers { get; init; }
}

/// <summary>A column that is known.</summary>
/// <param name="Column">The column.</param>
/// <param name="Incidents">The problem's incidents that have a value in it.</param>
public sealed record KnownColumn(ValueColumn Column, int Incidents);

/// <summary>A tech center that has the problem.</summary>
/// <param name="TechCenter">The tech center.</param>
/// <param name="Id">The problem's id there.</param>
/// <param name="Label">Its name there.</param>
/// <param name="Incidents">Its incidents there.</param>
public sealed record ProfiledCenter(string TechCenter, int Id, string Label, long Incidents);
