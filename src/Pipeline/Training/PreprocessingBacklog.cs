using Pipeline.Incidents;
using Pipeline.Preprocessing;
using Pipeline.Storage;

namespace Pipeline.Training;

/// <summary>
/// What a scheduled training waits for, the incidents that are still to be preprocessed: what it learns from part of them - of a first import, or after a change of
/// the embedder or the masking rules - would answer for half a year.
/// </summary>
public sealed class PreprocessingBacklog(ITechCenters techCenters, PreprocessIncidents preprocess)
{
    // Incidents keep coming: up to one in so many may be missing.
    private const long Enough = 100;

    /// <summary>How many incidents to wait for; 0 where nearly all are preprocessed.</summary>
    /// <exception cref="WarehouseException">The warehouse cannot be read.</exception>
    public async Task<long> CountAsync(CancellationToken cancellationToken = default) =>
        await preprocess.CountWaitingAsync(cancellationToken) is > 0 and long waiting && waiting * Enough > await CountPreprocessedAsync(cancellationToken) ? waiting : 0;

    private async Task<long> CountPreprocessedAsync(CancellationToken cancellationToken) => (await techCenters.ReadStatisticsAsync(cancellationToken)).Sum(s => s.Preprocessed);
}
