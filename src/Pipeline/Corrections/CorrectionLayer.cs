using Pipeline.Models;
using Pipeline.Preprocessing;

namespace Pipeline.Corrections;

/// <summary>Lays what people decided over every version that answers.</summary>
public sealed class CorrectionLayer(CorrectionLog log, IPreprocessedIncidents preprocessed) : IProblemCorrections
{
    /// <inheritdoc/>
    public Task<string> RevisionAsync(string techCenter, CancellationToken cancellationToken = default) => log.RevisionAsync(techCenter, cancellationToken);

    /// <inheritdoc/>
    public async Task<ModelCorrections> ReadAsync(ModelManifest manifest, ModelClusters clusters, bool withTickets, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(manifest);
        (CenterCorrections decided, string revision) = await log.ReadTaggedAsync(manifest.TechCenter, cancellationToken);
        if (decided.Entries.Count == 0)
        {
            return new ModelCorrections(revision, clusters, [], []);
        }

        CorrectedProblems corrected = CorrectedProblems.Of(clusters, decided);
        if (!withTickets)
        {
            return new ModelCorrections(revision, corrected.Clusters, [], []);
        }

        // The tickets that stand for a merged problem count only where the version does not have it.
        HashSet<int> known = [.. clusters.Problems.Select(p => p.Id)];
        HashSet<MovedTicket> holding = [.. corrected.Tickets.Select(t => new MovedTicket(t.Number, t.ContentHash))];
        TicketLabel[] undone = [.. decided.Entries.Where(e => e.Kind != CorrectionKind.Merge || e.Problem is not int merged || !known.Contains(merged)).SelectMany(e => e.Tickets ?? []).Distinct().Where(t => !holding.Contains(t)).Select(t => new TicketLabel(t.Number, t.ContentHash, ClusterAssignment.Unclustered, IsNot: true))];
        return new ModelCorrections(revision, corrected.Clusters, await EmbeddedAsync(manifest, corrected.Tickets, cancellationToken), await EmbeddedAsync(manifest, undone, cancellationToken));
    }

    // What is stored of a text is found by its hash. Of records the model makes vectors of its own, and a text counts by its hash alone.
    private async Task<IReadOnlyList<TicketLabel>> EmbeddedAsync(ModelManifest manifest, IReadOnlyList<TicketLabel> labels, CancellationToken cancellationToken)
    {
        string[] hashes = [.. labels.Select(l => l.ContentHash).OfType<string>().Distinct(StringComparer.Ordinal)];
        if (hashes.Length == 0 || manifest.Records is not null)
        {
            return labels;
        }

        IReadOnlyDictionary<string, ReadOnlyMemory<float>> known = await preprocessed.FindEmbeddingsAsync(manifest.Embedder, hashes, cancellationToken);
        return [.. labels.Select(l => l.ContentHash is string hash && known.TryGetValue(hash, out ReadOnlyMemory<float> vector) ? l with { Vector = vector } : l)];
    }
}
