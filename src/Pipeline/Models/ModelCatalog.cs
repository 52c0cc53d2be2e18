namespace Pipeline.Models;

/// <summary>The use case of looking over the published models.</summary>
public sealed class ModelCatalog(ModelDirectory directory, ModelStore models)
{
    private const int MostChanges = 50;

    /// <summary>All versions of all tech centers, in ordinal order of tech center.</summary>
    /// <exception cref="ModelException">No manifest of a tech center can be read.</exception>
    public async Task<IReadOnlyList<TechCenterModels>> ListAsync(CancellationToken cancellationToken = default)
    {
        List<TechCenterModels> all = [];
        foreach (string techCenter in await directory.ListAsync(cancellationToken))
        {
            ListedVersion[] listed = [.. (await models.ListWithDamagedAsync(techCenter, cancellationToken)).Reverse()];
            if (listed.Length > 0)
            {
                CenterStages stages = await models.Stages.ReadAsync(techCenter, cancellationToken);
                all.Add(new TechCenterModels(
                    techCenter,
                    listed.FirstOrDefault(v => v.Manifest is not null)?.Manifest!.Version,
                    [.. listed.Select(v => v.Manifest).OfType<ModelManifest>().Select(manifest => Describe(manifest, stages.Find(manifest.Version)))],
                    [.. listed.Where(v => v.Problem is not null).Select(v => new DamagedModel(v.Id.ToString(), v.Problem!))])
                {
                    Production = stages.Production?.Version,
                    Policy = stages.Policy,
                    Archived = [.. stages.Versions.Where(v => v.Stage == ModelStage.Archived && !listed.Any(there => string.Equals(there.Id.ToString(), v.Version, StringComparison.Ordinal))).Reverse().Select(v => new ArchivedModel(v.Version, v.Since))],
                    History = [.. stages.History.TakeLast(MostChanges).Reverse()],
                });
            }
        }

        return all;
    }

    private static PublishedModel Describe(ModelManifest m, StagedVersion staged) =>
        new(m.Version, m.PreviousVersion, m.CreatedAt, m.Window.From, m.Window.Until, m.Embedder, m.Incidents, m.ProblemCount, m.Clusters, m.Unclustered, m.LibraryVersion, m.Path)
        {
            Stage = staged.Stage,
            Since = staged.Since,
            Percent = staged.Percent,
            Passed = staged.Passed,
        };
}

/// <summary>The published versions of one tech center.</summary>
/// <param name="TechCenter">The tech center.</param>
/// <param name="Newest">The newest version whose manifest can be read; null where there is none.</param>
/// <param name="Versions">All sound versions, the newest first.</param>
/// <param name="Damaged">The versions that cannot be read, the newest first.</param>
public sealed record TechCenterModels(string TechCenter, string? Newest, IReadOnlyList<PublishedModel> Versions, IReadOnlyList<DamagedModel> Damaged)
{
    /// <summary>The version that serves, or that is damaged and stood in for; null where none does.</summary>
    public string? Production { get; init; }

    /// <summary>What becomes of candidates that pass the gate; null for what the settings say.</summary>
    public PromotionPolicy? Policy { get; init; }

    /// <summary>The versions that were put away, the newest first: they lie packed beside the others, and nothing can be done with them.</summary>
    public IReadOnlyList<ArchivedModel> Archived { get; init; } = [];

    /// <summary>The last changes of stages, the newest first.</summary>
    public IReadOnlyList<StageChange> History { get; init; } = [];
}

/// <summary>What is known of one published model version.</summary>
/// <param name="Version">Its name.</param>
/// <param name="PreviousVersion">The version whose cluster ids it continues; null for the first.</param>
/// <param name="PublishedAt">When it was published, in UTC.</param>
/// <param name="WindowFrom">The first instant that it learned from, in UTC.</param>
/// <param name="WindowUntil">The first instant after its window, in UTC.</param>
/// <param name="Embedder">The embedder whose vectors it understands.</param>
/// <param name="Incidents">Incidents that it learned from.</param>
/// <param name="Problems">Problems that it found.</param>
/// <param name="Clusters">Clusters, the problems' variants.</param>
/// <param name="Unclustered">Incidents that belong to none of them.</param>
/// <param name="LibraryVersion">The version of the clustering library.</param>
/// <param name="Path">Its folder in the object store.</param>
public sealed record PublishedModel(
    string Version,
    string? PreviousVersion,
    DateTimeOffset PublishedAt,
    DateTimeOffset WindowFrom,
    DateTimeOffset WindowUntil,
    string Embedder,
    int Incidents,
    int Problems,
    int Clusters,
    int Unclustered,
    string LibraryVersion,
    string Path)
{
    /// <summary>What it is used for.</summary>
    public ModelStage Stage { get; init; }

    /// <summary>Since when, in UTC; null where that is not known.</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>The share that it answers on trial, in percent; null in every other stage.</summary>
    public int? Percent { get; init; }

    /// <summary>Whether it passed the gate; null where it was not tested.</summary>
    public bool? Passed { get; init; }
}

/// <summary>A published version that cannot be read.</summary>
/// <param name="Version">Its name.</param>
/// <param name="Problem">Why, and what to do.</param>
public sealed record DamagedModel(string Version, string Problem);

/// <summary>A version that was put away.</summary>
/// <param name="Version">Its name.</param>
/// <param name="Since">Since when, in UTC; null where that is not known.</param>
public sealed record ArchivedModel(string Version, DateTimeOffset? Since);
