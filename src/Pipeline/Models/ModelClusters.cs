using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;

namespace Pipeline.Models;

/// <summary>The content of <c>clusters.json</c>.</summary>
/// <param name="Clusters">The clusters, the largest first.</param>
/// <param name="Domains">The domains of their problems, the largest first.</param>
/// <param name="Gone">Clusters of the version before that are no more.</param>
public sealed record ModelClusters(IReadOnlyList<ModelCluster> Clusters, IReadOnlyList<ModelDomain> Domains, IReadOnlyList<GoneCluster> Gone)
{
    /// <summary>The problems that the clusters are variants of, the largest first. In versions that did not group clusters each is a problem of its own, and gives it its id.</summary>
    [AllowNull]
    public IReadOnlyList<ModelProblem> Problems
    {
        get => field ?? [.. Clusters.Select(c => new ModelProblem(c.Id, c.Label, c.Keywords, c.Size, [c.Id], c.Origin, c.PreviousSize, c.RelatedIds))];
        init;
    }

    /// <summary>Problems of the version before that are no more.</summary>
    [AllowNull]
    public IReadOnlyList<GoneProblem> GoneProblems
    {
        get => field ?? [.. Gone.Select(g => new GoneProblem(g.Id, g.Label, g.PreviousSize, g.MergedInto))];
        init;
    }

    /// <summary>The name of each domain, and of none.</summary>
    /// <exception cref="InvalidDataException">A cluster is of a domain that is not listed.</exception>
    public IReadOnlyDictionary<int, string> DomainNames()
    {
        Dictionary<int, string> names = Domains.ToDictionary(d => d.Id, d => d.Name);
        names.TryAdd(ModelDomain.None, ModelDomain.NoneName);
        return Clusters.FirstOrDefault(c => !names.ContainsKey(c.DomainId)) is ModelCluster homeless
            ? throw new InvalidDataException($"The cluster {homeless.Id} belongs to the domain {homeless.DomainId}, which is not listed.")
            : names;
    }

    /// <summary>The problem of each cluster.</summary>
    /// <exception cref="InvalidDataException">A cluster is no problem's variant, or that of two; or a variant is no cluster.</exception>
    public IReadOnlyDictionary<int, ModelProblem> ProblemsByCluster()
    {
        Dictionary<int, ModelProblem> problems = [];
        HashSet<int> known = [.. Clusters.Select(c => c.Id)];
        foreach (ModelProblem problem in Problems)
        {
            foreach (int variant in problem.Variants)
            {
                if (!known.Contains(variant) || !problems.TryAdd(variant, problem))
                {
                    throw new InvalidDataException($"The problem {problem.Id} has the variant {variant}, which is {(known.Contains(variant) ? $"that of the problem {problems[variant].Id}" : "not listed")}.");
                }
            }
        }

        return known.FirstOrDefault(id => !problems.ContainsKey(id), ClusterAssignment.Unclustered) is int homeless and not ClusterAssignment.Unclustered
            ? throw new InvalidDataException($"The cluster {homeless} belongs to no problem.")
            : problems;
    }
}

/// <summary>A problem that a model knows: what its variants, the clusters that name it, have in common.</summary>
/// <param name="Id">Its id: kept by later versions while it is the same problem, and never given to another one.</param>
/// <param name="Label">Its name.</param>
/// <param name="Keywords">The words that tell it from the others, the strongest first.</param>
/// <param name="Size">Training incidents that belong to it.</param>
/// <param name="Variants">The clusters that are its variants, the largest first.</param>
/// <param name="Origin">What happened to it since the version before.</param>
/// <param name="PreviousSize">Its size in the version before; 0 where it is new.</param>
/// <param name="RelatedIds">The ids of the earlier problems that it was split from or merged of.</param>
public sealed record ModelProblem(int Id, string Label, IReadOnlyList<string> Keywords, int Size, IReadOnlyList<int> Variants, ClusterChangeKind Origin, int PreviousSize, IReadOnlyList<int> RelatedIds)
{
    /// <summary>Of records: what sets it apart from all other rows, the strongest first; null where it is of texts.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<ClusterTrait>? Traits { get; init; }

    /// <summary>What people say of it; null where nobody said anything, and in what a version stores.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ProblemMarks? Marks { get; init; }

    /// <summary>Whether people want to hear no more of it.</summary>
    [JsonIgnore]
    public bool IsIgnored => Marks?.Status == ProblemStatus.Ignored;
}

/// <summary>A group of incidents that are worded alike: a variant of a problem.</summary>
public sealed record ModelCluster
{
    /// <summary>Its id: kept by later versions while it is the same wording, and never given to another one.</summary>
    public required int Id { get; init; }

    /// <summary>Its name.</summary>
    public required string Label { get; init; }

    /// <summary>The words that tell it from the others, the strongest first.</summary>
    public required IReadOnlyList<string> Keywords { get; init; }

    /// <summary>Of records: what sets it apart from all other rows, the strongest first; null where it is of texts.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<ClusterTrait>? Traits { get; init; }

    /// <summary>The problem that it is a variant of; null in versions that did not group clusters (<see cref="ModelClusters.Problems"/>).</summary>
    public int? ProblemId { get; init; }

    /// <summary>The domain that its problem belongs to; <see cref="ModelDomain.None"/> where it belongs to none.</summary>
    public required int DomainId { get; init; }

    /// <summary>Training incidents that belong to it.</summary>
    public required int Size { get; init; }

    /// <summary>How far the layouts of the training agree on its members, 0 to 1: higher is more stable. In versions of a single layout its persistence in the condensed tree.</summary>
    public required double Persistence { get; init; }

    /// <summary>The first training incident's date in UTC; null where the source has no dates.</summary>
    public DateTimeOffset? FirstSeen { get; init; }

    /// <summary>The last training incident's date in UTC; null where the source has no dates.</summary>
    public DateTimeOffset? LastSeen { get; init; }

    /// <summary>Typical incidents, the most like all the others first: masked text.</summary>
    public required IReadOnlyList<string> Examples { get; init; }

    /// <summary>What happened to it since the version before.</summary>
    public required ClusterChangeKind Origin { get; init; }

    /// <summary>Its size in the version before; 0 where it is new.</summary>
    public required int PreviousSize { get; init; }

    /// <summary>The ids of the earlier clusters that it was split from or merged of.</summary>
    public required IReadOnlyList<int> RelatedIds { get; init; }
}

/// <summary>A group of related problems.</summary>
/// <param name="Id">Its id, kept by later versions while most of its incidents stay together.</param>
/// <param name="Name">Its name.</param>
/// <param name="Size">Training incidents that belong to it.</param>
public sealed record ModelDomain(int Id, string Name, int Size)
{
    /// <summary>The domain id of a problem that shares its field with no other.</summary>
    public const int None = -1;

    /// <summary>The name that stands for the domain of such a problem.</summary>
    public const string NoneName = "none";
}

/// <summary>A cluster of the version before that this version does not have any more.</summary>
/// <param name="Id">Its id, which is never used again.</param>
/// <param name="Label">Its name.</param>
/// <param name="PreviousSize">Its size in the version before.</param>
/// <param name="MergedInto">The cluster that took most of its incidents; null where they scattered or aged out.</param>
public sealed record GoneCluster(int Id, string Label, int PreviousSize, int? MergedInto);

/// <summary>A problem of the version before that this version does not have any more.</summary>
/// <param name="Id">Its id, which is never used again.</param>
/// <param name="Label">Its name.</param>
/// <param name="PreviousSize">Its size in the version before.</param>
/// <param name="MergedInto">The problem that took most of its incidents; null where they scattered or aged out.</param>
public sealed record GoneProblem(int Id, string Label, int PreviousSize, int? MergedInto);

/// <summary>What happened to a problem or a cluster between two model versions.</summary>
public enum ClusterChangeKind
{
    /// <summary>It is still the same.</summary>
    Kept,

    /// <summary>None of the version before holds its incidents.</summary>
    New,

    /// <summary>It was part of a larger one.</summary>
    Split,

    /// <summary>It unites what was apart.</summary>
    Merged,

    /// <summary>It is in the version before, but no more.</summary>
    Gone,
}
