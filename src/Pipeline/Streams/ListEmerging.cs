using Pipeline.Models;
using Pipeline.Storage;

namespace Pipeline.Streams;

/// <summary>The use case of listing the problems that emerge in any tech center and that no model knows yet, as the streams told of them. No stream is opened for it.</summary>
public sealed class ListEmerging(EmergingProblems problems, ModelStore models, ModelDirectory directory)
{
    private const int MostShown = 50;

    /// <summary>The problems, the one that something came to last first.</summary>
    /// <exception cref="ObjectStoreException">The object store cannot be read.</exception>
    public async Task<IReadOnlyList<EmergingShown>> RunAsync(CancellationToken cancellationToken = default)
    {
        List<EmergingShown> shown = [];
        foreach (string center in await directory.ListAsync(cancellationToken))
        {
            if (await ServingAsync(center, cancellationToken) is not (string folder, HashSet<int> known))
            {
                continue;
            }

            shown.AddRange((await problems.ListAsync(folder, cancellationToken)).Where(r => !known.Contains(r.ProblemId)).Select(r => new EmergingShown(center, StreamPaths.Emerging + folder, r.ProblemId, r.Event)));
        }

        return [.. shown.OrderByDescending(s => s.Event.LastSeen).ThenBy(s => s.TechCenter, StringComparer.Ordinal).ThenBy(s => s.ProblemId).Take(MostShown)];
    }

    private async Task<(string Folder, HashSet<int> Known)?> ServingAsync(string center, CancellationToken cancellationToken)
    {
        try
        {
            return await models.LoadServingAsync(center, models.ReadClustersAsync, cancellationToken) is { Manifest: ModelManifest manifest, Loaded: ModelClusters clusters }
                ? (manifest.Folder, [.. clusters.Problems.Select(p => p.Id)])
                : null;
        }
        catch (ModelException)
        {
            // What is damaged is told of in the status.
            return null;
        }
    }
}

/// <summary>A problem that emerges.</summary>
/// <param name="TechCenter">The tech center.</param>
/// <param name="Stream">The stream that tells of it.</param>
/// <param name="ProblemId">The id that it will keep when a training takes it over.</param>
/// <param name="Event">What the stream told.</param>
public sealed record EmergingShown(string TechCenter, string Stream, int ProblemId, StreamEvent Event);
