using System.Globalization;
using Pipeline.Incidents;
using Pipeline.Preprocessing;
using Pipeline.Storage;

namespace Pipeline.Training;

/// <summary>
/// Lets a scheduled training wait for the incidents that are still to be preprocessed: what it learns from part of them - of a first import, or after a change of
/// the embedder or the masking rules - would answer for half a year.
/// </summary>
public sealed class PreprocessingBacklog(ITechCenters techCenters, PreprocessIncidents preprocess, TimeProvider clock)
{
    // Incidents keep coming: up to one in so many may be missing.
    private const long Enough = 100;

    private static readonly TimeSpan Pause = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(90);

    /// <summary>Waits until nearly all incidents are preprocessed, 90 minutes at most.</summary>
    /// <exception cref="TrainingFailedException">Too many still wait; the message says what to do.</exception>
    /// <exception cref="WarehouseException">The warehouse cannot be read.</exception>
    public async Task AwaitAsync(CancellationToken cancellationToken = default)
    {
        DateTimeOffset end = clock.GetUtcNow() + Patience;
        while (await preprocess.CountWaitingAsync(cancellationToken) is > 0 and long waiting && waiting * Enough > await CountPreprocessedAsync(cancellationToken))
        {
            if (clock.GetUtcNow() >= end)
            {
                throw new TrainingFailedException(string.Create(
                    CultureInfo.InvariantCulture,
                    $"The training was not started: {waiting} incidents still wait for preprocessing. Start it with POST /api/train when the status shows that they are done."));
            }

            await Task.Delay(Pause, clock, cancellationToken);
        }
    }

    private async Task<long> CountPreprocessedAsync(CancellationToken cancellationToken) => (await techCenters.ReadStatisticsAsync(cancellationToken)).Sum(s => s.Preprocessed);
}
