using System.IO.Compression;
using System.Text.Json;
using Pipeline.Clustering;
using Pipeline.Gate;
using Pipeline.Models;
using Pipeline.Storage;

namespace Pipeline.Erasure;

/// <summary>
/// Takes texts out of all published model versions. A version never changes: those that serve, may serve again or are the newest of their quarter are published once more without them, with the same stage, and then every version that holds one is deleted.
/// </summary>
public sealed class EraseFromModels(ModelStore models, IObjectStore objects, TimeProvider clock)
{
    /// <summary>Takes texts out of the models of all tech centers. Doing it again changes nothing.</summary>
    /// <param name="contentHashes">The SHA-256 of each masked text in hexadecimal digits.</param>
    /// <param name="cancellationToken">Stops between versions.</param>
    /// <returns>How many versions were published anew and how many were deleted.</returns>
    /// <exception cref="ModelException">A version cannot be read: whether it holds a text is not known.</exception>
    public async Task<(int Published, int Deleted)> RunAsync(IReadOnlySet<string> contentHashes, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(contentHashes);
        (int published, int deleted) = (0, 0);
        foreach (string techCenter in await models.ListTechCentersAsync(cancellationToken))
        {
            IReadOnlyList<ModelManifest> versions = await models.ListAsync(techCenter, cancellationToken);
            CenterStages stages = await models.Stages.OpenAsync(techCenter, cancellationToken);
            List<ModelManifest> holding = [];
            foreach (ModelManifest version in versions)
            {
                if (ForgottenText.Without(await models.ReadAsync(version, cancellationToken), contentHashes) is not { } rest)
                {
                    continue;
                }

                holding.Add(version);
                string? successor = null;
                if (IsNewestOfQuarter(version, versions) || stages.Find(version.Version).Stage is ModelStage.Production or ModelStage.Previous or ModelStage.Canary)
                {
                    successor = await FindSuccessorAsync(version, versions, contentHashes, cancellationToken);
                    published += successor is null ? 1 : 0;
                    successor ??= await PublishAsync(version, rest, cancellationToken);
                }

                StageReason reason = new(clock.GetUtcNow(), "erasure", $"{version.Version} held the text of an incident that was erased, or that is older than the retention.");
                await models.Stages.ChangeAsync(techCenter, present => present.Replace(version.Version, successor, reason), cancellationToken);
            }

            foreach (ModelManifest version in holding)
            {
                await models.DeleteAsync(version, cancellationToken);
                deleted++;
            }
        }

        await FromFilesBesideAsync(contentHashes, cancellationToken);
        return (published, deleted);
    }

    // What an erasure that was killed had published already.
    private async Task<string?> FindSuccessorAsync(ModelManifest version, IReadOnlyList<ModelManifest> versions, IReadOnlySet<string> contentHashes, CancellationToken cancellationToken)
    {
        foreach (ModelManifest later in versions.Where(v => v.TrainingRun == version.TrainingRun && v.Incidents == version.Incidents && (v.Id.Year, v.Id.Quarter) == (version.Id.Year, version.Id.Quarter) && v.Id > version.Id))
        {
            if (ForgottenText.Without(await models.ReadAsync(later, cancellationToken), contentHashes) is null)
            {
                return later.Version;
            }
        }

        return null;
    }

    // The samples that versions are tested with, and the archives of those that were put away: one that holds a text, or cannot be read, is deleted.
    private async Task FromFilesBesideAsync(IReadOnlySet<string> contentHashes, CancellationToken cancellationToken)
    {
        List<string> names = [];
        await foreach (StoredObject item in objects.ListAsync(ModelPaths.Root + "/", cancellationToken))
        {
            names.Add(item.Name);
        }

        foreach (string name in names)
        {
            if (name.EndsWith($"/{FrozenSample.File}", StringComparison.Ordinal))
            {
                await new FrozenSample(objects).ForgetAsync(name, contentHashes, cancellationToken);
            }
            else if (name.EndsWith(".zip", StringComparison.Ordinal) && await IsInArchiveAsync(name, contentHashes, cancellationToken))
            {
                await objects.DeleteAsync(name, cancellationToken);
            }
        }
    }

    private async Task<bool> IsInArchiveAsync(string name, IReadOnlySet<string> contentHashes, CancellationToken cancellationToken)
    {
        try
        {
            await using Stream stream = await objects.OpenReadAsync(name, cancellationToken) ?? Stream.Null;
            using MemoryStream whole = new();
            await stream.CopyToAsync(whole, cancellationToken);
            await using ZipArchive zip = await ZipArchive.CreateAsync(whole, ZipArchiveMode.Read, leaveOpen: true, entryNameEncoding: null, cancellationToken);
            ModelContent content = new(
                await SafeTensorFile.ReadAsync(new MemoryStream(await ReadAsync(zip, ModelPaths.ArraysFile, cancellationToken)), cancellationToken),
                JsonSerializer.Deserialize<ModelClusters>(await ReadAsync(zip, ModelPaths.ClustersFile, cancellationToken), PipelineJson.Indented)!,
                JsonSerializer.Deserialize<ModelMetrics>(await ReadAsync(zip, ModelPaths.MetricsFile, cancellationToken), PipelineJson.Indented)!);
            return ForgottenText.Without(content, contentHashes) is not null;
        }
        catch (Exception e) when (e is InvalidDataException or JsonException)
        {
            return true;
        }
    }

    private static async Task<byte[]> ReadAsync(ZipArchive zip, string entry, CancellationToken cancellationToken)
    {
        await using Stream stream = await (zip.GetEntry(entry) ?? throw new InvalidDataException($"The archive has no {entry}.")).OpenAsync(cancellationToken);
        using MemoryStream content = new();
        await stream.CopyToAsync(content, cancellationToken);
        return content.ToArray();
    }

    private static bool IsNewestOfQuarter(ModelManifest version, IReadOnlyList<ModelManifest> versions) =>
        !versions.Any(other => (other.Id.Year, other.Id.Quarter) == (version.Id.Year, version.Id.Quarter) && other.Id.Revision > version.Id.Revision);

    private async Task<string> PublishAsync(ModelManifest version, ModelContent content, CancellationToken cancellationToken)
    {
        for (ModelVersionId next = version.Id with { Revision = version.Id.Revision + 1 }; ; next = next with { Revision = next.Revision + 1 })
        {
            if (await models.PublishAsync(version with { Version = next.ToString(), CreatedAt = clock.GetUtcNow() }, content, cancellationToken) is ModelManifest published)
            {
                return published.Version;
            }
        }
    }
}
