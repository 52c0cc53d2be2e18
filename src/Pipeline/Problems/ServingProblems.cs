using Pipeline.Models;

namespace Pipeline.Problems;

/// <summary>The problems of all tech centers, from the versions that serve.</summary>
/// <param name="Centers">The tech centers that have such a version, in ordinal order.</param>
internal sealed record ServingProblems(IReadOnlyList<ServingCenter> Centers)
{
    /// <summary>Two problems of different tech centers are the same from this likeness on.</summary>
    private const double Same = 0.5;

    /// <summary>Reads them. A tech center whose versions are damaged is left out.</summary>
    public static async Task<ServingProblems> ReadAsync(ModelStore models, ModelDirectory directory, CancellationToken cancellationToken)
    {
        List<ServingCenter> centers = [];
        foreach (string center in await directory.ListAsync(cancellationToken))
        {
            try
            {
                if (await models.LoadServingAsync(center, models.ReadCorrectedAsync, cancellationToken) is { Manifest: ModelManifest manifest, Loaded: ModelClusters clusters })
                {
                    centers.Add(new ServingCenter(center, manifest, clusters));
                }
            }
            catch (ModelException)
            {
                // Its own page says what is damaged; the others go on.
            }
        }

        return new ServingProblems(centers);
    }

    /// <summary>
    /// The problems that people do not ignore, those of different tech centers that are the same joined: each takes the most alike group of those before it, the largest problems first, and no group has two of one tech center.
    /// </summary>
    public IReadOnlyList<IReadOnlyList<ServingProblem>> Joined()
    {
        List<List<ServingProblem>> groups = [];
        foreach (ServingProblem problem in All().Where(p => !p.Problem.IsIgnored).OrderByDescending(p => p.Problem.Size).ThenBy(p => p.TechCenter, StringComparer.Ordinal).ThenBy(p => p.Problem.Id))
        {
            List<ServingProblem>? best = groups
                .Where(g => g.TrueForAll(other => !string.Equals(other.TechCenter, problem.TechCenter, StringComparison.Ordinal)))
                .Select(g => (Group: g, Likeness: g[0].Likeness.To(problem.Likeness)))
                .Where(g => g.Likeness >= Same)
                .OrderByDescending(g => g.Likeness)
                .Select(g => g.Group)
                .FirstOrDefault();
            if (best is null)
            {
                groups.Add([problem]);
            }
            else
            {
                best.Add(problem);
            }
        }

        return groups;
    }

    /// <summary>A problem, and of each other tech center the one that is the same, the most alike where several are. O(problems).</summary>
    public IReadOnlyList<ServingProblem> SameAs(ServingProblem own) =>
    [
        own,
        .. All().Where(p => !p.Problem.IsIgnored && !string.Equals(p.TechCenter, own.TechCenter, StringComparison.Ordinal))
            .Select(p => (Problem: p, Likeness: own.Likeness.To(p.Likeness))).Where(p => p.Likeness >= Same)
            .GroupBy(p => p.Problem.TechCenter, StringComparer.Ordinal).Select(center => center.MaxBy(p => p.Likeness).Problem),
    ];

    /// <summary>All problems.</summary>
    public IEnumerable<ServingProblem> All() => Centers.SelectMany(c => c.Clusters.Problems.Select(p => new ServingProblem(c.TechCenter, p, c.DomainOf(p), ProblemLikeness.Of(p))));
}

/// <summary>What serves a tech center.</summary>
/// <param name="TechCenter">The tech center.</param>
/// <param name="Manifest">The version.</param>
/// <param name="Clusters">What it knows.</param>
internal sealed record ServingCenter(string TechCenter, ModelManifest Manifest, ModelClusters Clusters)
{
    private readonly IReadOnlyDictionary<int, string> _domains = Clusters.DomainNames();
    private readonly Dictionary<int, int> _domainOfCluster = Clusters.Clusters.ToDictionary(c => c.Id, c => c.DomainId);

    /// <summary>The name of a problem's domain.</summary>
    public string DomainOf(ModelProblem problem) => _domains[_domainOfCluster[problem.Variants[0]]];
}

/// <summary>A problem that is served.</summary>
/// <param name="TechCenter">Its tech center.</param>
/// <param name="Problem">The problem.</param>
/// <param name="DomainName">The name of its domain.</param>
/// <param name="Likeness">Its words.</param>
internal sealed record ServingProblem(string TechCenter, ModelProblem Problem, string DomainName, ProblemLikeness Likeness);
