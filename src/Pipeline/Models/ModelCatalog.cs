namespace Pipeline.Models;

/// <summary>The use case of looking over the published models.</summary>
public sealed class ModelCatalog(ModelDirectory directory, ModelStore models)
{
    /// <summary>All versions of all tech centers, in ordinal order of tech center.</summary>
    /// <exception cref="ModelException">A manifest cannot be read.</exception>
    public async Task<IReadOnlyList<TechCenterModels>> ListAsync(CancellationToken cancellationToken = default)
    {
        List<TechCenterModels> all = [];
        foreach (string techCenter in await directory.ListAsync(cancellationToken))
        {
            PublishedModel[] versions = [.. (await models.ListAsync(techCenter, cancellationToken)).Reverse().Select(Describe)];
            if (versions is [PublishedModel newest, ..])
            {
                all.Add(new TechCenterModels(techCenter, newest.Version, versions));
            }
        }

        return all;
    }

    private static PublishedModel Describe(ModelManifest m) =>
        new(m.Version, m.PreviousVersion, m.CreatedAt, m.Window.From, m.Window.Until, m.Embedder, m.Incidents, m.Clusters, m.Unclustered, m.LibraryVersion, m.Path);
}
