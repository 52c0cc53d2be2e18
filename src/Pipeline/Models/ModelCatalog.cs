namespace Pipeline.Models;

/// <summary>The use case of looking over the published models.</summary>
public sealed class ModelCatalog(ModelDirectory directory, ModelStore models)
{
    /// <summary>All versions of all tech centers, in ordinal order of tech center.</summary>
    /// <exception cref="ModelException">No manifest of a tech center can be read.</exception>
    public async Task<IReadOnlyList<TechCenterModels>> ListAsync(CancellationToken cancellationToken = default)
    {
        List<TechCenterModels> all = [];
        foreach (string techCenter in await directory.ListAsync(cancellationToken))
        {
            ListedVersion[] listed = [.. (await models.ListWithDamagedAsync(techCenter, cancellationToken)).Reverse()];
            if (listed is [ListedVersion newest, ..])
            {
                all.Add(new TechCenterModels(
                    techCenter,
                    newest.Manifest?.Version,
                    [.. listed.Select(v => v.Manifest).OfType<ModelManifest>().Select(Describe)],
                    [.. listed.Where(v => v.Problem is not null).Select(v => new DamagedModel(v.Id.ToString(), v.Problem!))]));
            }
        }

        return all;
    }

    private static PublishedModel Describe(ModelManifest m) =>
        new(m.Version, m.PreviousVersion, m.CreatedAt, m.Window.From, m.Window.Until, m.Embedder, m.Incidents, m.Clusters, m.Unclustered, m.LibraryVersion, m.Path);
}
