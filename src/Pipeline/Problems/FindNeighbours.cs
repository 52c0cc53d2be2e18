using System.Globalization;
using Pipeline.Models;
using Pipeline.Requests;

namespace Pipeline.Problems;

/// <summary>The use case of finding the problems that might be the same as one, in its tech center and in the others, by the words that they share.</summary>
public sealed class FindNeighbours(ModelStore models, ModelDirectory directory)
{
    private const int MostShown = 8;
    private const double LeastLikeness = 0.15;

    /// <summary>The most alike problems, the most alike first.</summary>
    /// <exception cref="RequestException">There is no such tech center, or its serving version has no such problem.</exception>
    public async Task<IReadOnlyList<ProblemNeighbour>> RunAsync(string techCenter, string id, CancellationToken cancellationToken = default)
    {
        string center = await directory.ResolveAsync(techCenter, RequestProblem.NotFound, cancellationToken);
        ServingProblem[] all = [.. (await ServingProblems.ReadAsync(models, directory, cancellationToken)).All()];
        if (!int.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out int number)
            || Array.Find(all, p => p.Problem.Id == number && string.Equals(p.TechCenter, center, StringComparison.Ordinal)) is not ServingProblem own)
        {
            throw RequestException.NotFound("id", $"The version that serves '{center}' has no problem '{id}'. List the problems to see their ids.");
        }

        return
        [
            .. all.Where(p => p != own).Select(p => (Problem: p, Likeness: own.Likeness.To(p.Likeness))).Where(p => p.Likeness >= LeastLikeness)
                .OrderByDescending(p => p.Likeness).ThenBy(p => p.Problem.TechCenter, StringComparer.Ordinal).ThenBy(p => p.Problem.Problem.Id).Take(MostShown)
                .Select(p => new ProblemNeighbour(p.Problem.TechCenter, p.Problem.Problem.Id, p.Problem.Problem.Label, Math.Round(p.Likeness, 3), own.Likeness.Shared(p.Problem.Likeness))),
        ];
    }
}

/// <summary>A problem that might be the same as another.</summary>
/// <param name="TechCenter">Its tech center.</param>
/// <param name="Id">Its id.</param>
/// <param name="Label">Its name.</param>
/// <param name="Likeness">How alike the words of both are, 0 to 1.</param>
/// <param name="Words">The words that both have.</param>
public sealed record ProblemNeighbour(string TechCenter, int Id, string Label, double Likeness, IReadOnlyList<string> Words);
