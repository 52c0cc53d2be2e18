using System.Text.Json.Serialization;
using Pipeline.Classification;
using Pipeline.Models;
using Pipeline.Problems;
using Pipeline.Requests;
using Pipeline.Storage;

namespace Pipeline.Overview;

/// <summary>The use case of looking at everything from above: the company, its tech centers, their domains, problems and variants, with what was assigned to each. The answer is kept for a short time, however many ask.</summary>
public sealed class BrowseTree : IDisposable
{
    private readonly IPredictions _predictions;
    private readonly ModelStore _models;
    private readonly ModelDirectory _directory;
    private readonly TimeProvider _clock;
    private readonly KeptAnswer<TreeNode> _tree;

    /// <summary>Looks at what the stores hold.</summary>
    public BrowseTree(IPredictions predictions, ModelStore models, ModelDirectory directory, TimeProvider clock)
    {
        (_predictions, _models, _directory, _clock) = (predictions, models, directory, clock);
        _tree = new KeptAnswer<TreeNode>(ReadAsync, clock);
    }

    /// <summary>The tree of the company, or of one tech center.</summary>
    /// <exception cref="RequestException">There is no such tech center.</exception>
    /// <exception cref="WarehouseException">The warehouse cannot be read.</exception>
    public async Task<TreeNode> RunAsync(TreeRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        string? center = request.TechCenter is null ? null : await _directory.ResolveAsync(request.TechCenter, RequestProblem.NotFound, cancellationToken);
        TreeNode company = await _tree.GetAsync(cancellationToken);
        return Cut(center is null ? company : Company(company.Children.Where(c => string.Equals(c.Name, center, StringComparison.Ordinal))), request.Depth);
    }

    /// <summary>Makes the next answer anew: something was decided about the problems.</summary>
    public void Forget() => _tree.Forget();

    /// <inheritdoc/>
    public void Dispose() => _tree.Dispose();

    private static TreeNode Cut(TreeNode node, TreeLevel deepest) =>
        node with { Children = [.. node.Children.Where(c => c.Kind <= deepest).Select(c => Cut(c, deepest))] };

    private async Task<TreeNode> ReadAsync(CancellationToken cancellationToken)
    {
        List<TreeNode> centers = [];
        foreach (string center in await _directory.ListAsync(cancellationToken))
        {
            try
            {
                if (await CenterProblems.ReadAsync(_predictions, _models, center, _clock, cancellationToken) is CenterProblems known)
                {
                    centers.Add(CenterOf(center, known));
                }
            }
            catch (ModelException)
            {
                // Its own page says what is damaged; the others go on.
            }
        }

        return Company(centers);
    }

    private static TreeNode Company(IEnumerable<TreeNode> centers)
    {
        TreeNode company = Above(TreeLevel.Company, null, "", null, centers);
        return company with { Unclustered = company.Children.Sum(c => c.Unclustered) };
    }

    private static TreeNode CenterOf(string center, CenterProblems known)
    {
        int recent = ProblemTrends.FirstRecent(known.Activity.Period);
        ILookup<int, TreeNode> domains = known.Clusters.Problems.Where(p => !p.IsIgnored).Select(p => (known.Summary(p).DomainId, Node: ProblemOf(center, p, known, recent))).ToLookup(p => p.DomainId, p => p.Node);
        IReadOnlyDictionary<int, string> names = known.Clusters.DomainNames();
        IEnumerable<TreeNode> children = domains.Where(d => d.Key != ModelDomain.None).Select(d => Above(TreeLevel.Domain, d.Key, names[d.Key], center, d)).Concat(domains[ModelDomain.None]);
        return Above(TreeLevel.TechCenter, null, center, center, children) with
        {
            Unclustered = known.Activity.OfProblem(IncidentPrediction.Unclustered).Size,
            RecentFrom = known.Activity.Period.Weeks.Count == 0 ? null : known.Activity.Period.Weeks[recent],
        };
    }

    private static TreeNode ProblemOf(string center, ModelProblem problem, CenterProblems known, int recent)
    {
        ProblemSummary summary = known.Summary(problem);
        Dictionary<int, string> labels = known.Clusters.Clusters.ToDictionary(c => c.Id, c => c.Label);
        return new TreeNode(
            TreeLevel.Problem, problem.Id, problem.Label, center, summary.Size, Recent(known.Activity.OfProblem(problem.Id), recent), 1,
            [
                .. problem.Variants.Select(id => (Id: id, Counts: known.Activity.OfVariant(id)))
                    .Select(v => new TreeNode(TreeLevel.Variant, v.Id, labels[v.Id], center, v.Counts.Size, Recent(v.Counts, recent), 0, []))
                    .OrderByDescending(v => v.Size).ThenBy(v => v.Id),
            ])
        {
            Trend = summary.Trend,
            Change = summary.Change,
            Status = summary.Marks?.Status ?? ProblemStatus.Open,
        };
    }

    private static int Recent(ActivityCounts counts, int recent) => counts.WeeklyCounts.Skip(recent).Sum();

    private static TreeNode Above(TreeLevel kind, int? id, string name, string? center, IEnumerable<TreeNode> children)
    {
        TreeNode[] below = [.. children.OrderByDescending(c => c.Size).ThenBy(c => c.Kind).ThenBy(c => c.Name, StringComparer.Ordinal)];
        return new TreeNode(kind, id, name, center, below.Sum(c => c.Size), below.Sum(c => c.Recent), below.Sum(c => c.Problems), below);
    }
}

/// <summary>Which part of the tree to show.</summary>
/// <param name="TechCenter">The tech center's name or folder; null for all.</param>
/// <param name="Depth">The deepest level.</param>
public sealed record TreeRequest(string? TechCenter = null, TreeLevel Depth = TreeLevel.Variant)
{
    /// <summary>Reads a request from the texts of an address; null or empty ones are left to their defaults.</summary>
    /// <exception cref="RequestException">A text cannot be read or is out of its range.</exception>
    public static TreeRequest Parse(Func<string, string?> value)
    {
        ArgumentNullException.ThrowIfNull(value);
        OverviewFields fields = new(value);
        return fields.Checked(new TreeRequest(fields.Text("techCenter"), (TreeLevel)fields.Number("depth", (int)TreeLevel.Variant, (int)TreeLevel.TechCenter, (int)TreeLevel.Variant)));
    }
}

/// <summary>A level of the tree; its number is its depth.</summary>
public enum TreeLevel
{
    /// <summary>All tech centers together.</summary>
    Company,

    /// <summary>A tech center.</summary>
    TechCenter,

    /// <summary>A domain of a tech center.</summary>
    Domain,

    /// <summary>A problem.</summary>
    Problem,

    /// <summary>A variant of a problem: a cluster.</summary>
    Variant,
}

/// <summary>A node of the tree, with those below it, the largest first. What people ignore is left out.</summary>
/// <param name="Kind">Its level.</param>
/// <param name="Id">The id of the domain, problem or variant; null for the others.</param>
/// <param name="Name">Its name; empty for the company.</param>
/// <param name="TechCenter">Its tech center; null for the company.</param>
/// <param name="Size">The incidents of the problems in it.</param>
/// <param name="Recent">Those of them in the newest eighth of its tech center's period.</param>
/// <param name="Problems">How many problems are in it; 0 for a variant.</param>
/// <param name="Children">What is below it. A problem without a domain lies directly below its tech center.</param>
public sealed record TreeNode(TreeLevel Kind, int? Id, string Name, string? TechCenter, int Size, int Recent, int Problems, IReadOnlyList<TreeNode> Children)
{
    /// <summary>Incidents of no problem, which <see cref="Size"/> does not count; left out below a tech center.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? Unclustered { get; init; }

    /// <summary>The Monday from which on incidents of a tech center are recent; left out of the others, and where there are no dates.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateOnly? RecentFrom { get; init; }

    /// <summary>How the weekly counts of a problem develop, as its page says; left out of the others.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ClusterTrend? Trend { get; init; }

    /// <summary>How much they have changed; left out where there is nothing before to compare with.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public RateRatio? Change { get; init; }

    /// <summary>Whether people know the problem's cause; left out where it is open.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public ProblemStatus Status { get; init; }
}
