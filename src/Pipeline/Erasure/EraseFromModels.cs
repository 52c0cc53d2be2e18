using Pipeline.Models;

namespace Pipeline.Erasure;

/// <summary>
/// Takes a text out of all published model versions. A version never changes: the newest revision of each quarter that holds the text is published once more without it, and then every version that holds it is deleted.
/// </summary>
public sealed class EraseFromModels(ModelStore models, TimeProvider clock)
{
    /// <summary>Takes a text out of the models of all tech centers. Doing it again changes nothing.</summary>
    /// <param name="contentHash">The SHA-256 of the text in hexadecimal digits.</param>
    /// <param name="text">The masked text.</param>
    /// <param name="cancellationToken">Stops between versions.</param>
    /// <returns>How many versions were published anew and how many were deleted.</returns>
    /// <exception cref="ModelException">A version cannot be read: whether it holds the text is not known.</exception>
    public async Task<(int Published, int Deleted)> RunAsync(string contentHash, string text, CancellationToken cancellationToken = default)
    {
        (int published, int deleted) = (0, 0);
        foreach (string techCenter in await models.ListTechCentersAsync(cancellationToken))
        {
            IReadOnlyList<ModelManifest> versions = await models.ListAsync(techCenter, cancellationToken);
            List<ModelManifest> holding = [];
            foreach (ModelManifest version in versions)
            {
                if (ForgottenText.Without(await models.ReadAsync(version, cancellationToken), contentHash, text) is not { } rest)
                {
                    continue;
                }

                holding.Add(version);
                if (IsNewestOfQuarter(version, versions))
                {
                    await PublishAsync(version, rest, cancellationToken);
                    published++;
                }
            }

            foreach (ModelManifest version in holding)
            {
                await models.DeleteAsync(version, cancellationToken);
                deleted++;
            }
        }

        return (published, deleted);
    }

    private static bool IsNewestOfQuarter(ModelManifest version, IReadOnlyList<ModelManifest> versions) =>
        !versions.Any(other => (other.Id.Year, other.Id.Quarter) == (version.Id.Year, version.Id.Quarter) && other.Id.Revision > version.Id.Revision);

    private async Task PublishAsync(ModelManifest version, ModelContent content, CancellationToken cancellationToken)
    {
        for (ModelVersionId next = version.Id with { Revision = version.Id.Revision + 1 }; ; next = next with { Revision = next.Revision + 1 })
        {
            if (await models.PublishAsync(version with { Version = next.ToString(), CreatedAt = clock.GetUtcNow() }, content, cancellationToken) is not null)
            {
                return;
            }
        }
    }
}
