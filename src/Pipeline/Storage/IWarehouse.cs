using Pipeline.Incidents;
using Pipeline.Prediction;
using Pipeline.Preprocessing;
using Pipeline.Training;

namespace Pipeline.Storage;

/// <summary>
/// The tables of the pipeline: incidents, preprocessed incidents, predictions, and what the pipeline needs for itself.
/// Every method that writes is one transaction: after a crash it has happened wholly or not at all.
/// Numbers and tech centers compare ordinally; all times are UTC.
/// </summary>
public interface IWarehouse
{
    /// <summary>Creates the tables that are missing. Safe to call at every start.</summary>
    Task InitializeAsync(CancellationToken cancellationToken = default);

    /// <summary>
    /// Stores incidents by number. A version replaces the stored one when its content differs and it is not older
    /// (<see cref="Incident.UpdatedOn"/>; without it, the later call wins). Within one call the later row of a number wins.
    /// An added or changed incident gets the next sequence; an unchanged one keeps its own.
    /// </summary>
    Task<UpsertOutcome> UpsertIncidentsAsync(IReadOnlyList<Incident> incidents, CancellationToken cancellationToken = default);

    /// <summary>The first <paramref name="limit"/> incidents changed after <paramref name="afterSequence"/>, in order of sequence.</summary>
    Task<IReadOnlyList<IncidentChange>> ReadChangesAsync(long afterSequence, int limit, CancellationToken cancellationToken = default);

    /// <summary>How many incidents changed after <paramref name="afterSequence"/>.</summary>
    Task<long> CountChangesAsync(long afterSequence, CancellationToken cancellationToken = default);

    /// <summary>The last sequence handled under <paramref name="name"/>; 0 where none was.</summary>
    Task<long> GetWatermarkAsync(string name, CancellationToken cancellationToken = default);

    /// <summary>The stored embeddings of these content hashes made by <paramref name="embedder"/>; hashes without one are absent.</summary>
    Task<IReadOnlyDictionary<string, ReadOnlyMemory<float>>> FindEmbeddingsAsync(string embedder, IReadOnlyCollection<string> contentHashes, CancellationToken cancellationToken = default);

    /// <summary>
    /// Stores preprocessed incidents and moves the watermark to <paramref name="watermark"/>, in one transaction. A watermark never goes back, and
    /// an incident that has changed after <paramref name="watermark"/> keeps what is stored of it: another run has read, or will read, its newer text.
    /// A number that is in <paramref name="incidents"/> replaces its row and leaves the dead letters; one that has moved to
    /// another tech center loses the prediction of the old one;
    /// one in <paramref name="deadLetters"/> loses its preprocessed row and its prediction.
    /// </summary>
    /// <param name="incidents">What was made of incidents.</param>
    /// <param name="deadLetters">Incidents of which nothing could be made.</param>
    /// <param name="watermarkName">The watermark to move; null where a part of a batch is stored, behind which there is more to do.</param>
    /// <param name="watermark">The last sequence of the batch that was read.</param>
    /// <param name="cancellationToken">Stops the writing, of which nothing is left then.</param>
    Task SavePreprocessedAsync(IReadOnlyList<PreprocessedIncident> incidents, IReadOnlyList<DeadLetter> deadLetters, string? watermarkName, long watermark, CancellationToken cancellationToken = default);

    /// <summary>The tech centers that have preprocessed incidents, in ordinal order.</summary>
    Task<IReadOnlyList<string>> ListTechCentersAsync(CancellationToken cancellationToken = default);

    /// <summary>
    /// A tech center's preprocessed incidents of one embedder with <paramref name="from"/> &lt;= created &lt; <paramref name="until"/>,
    /// those without a date included, in ordinal order of number.
    /// </summary>
    IAsyncEnumerable<PreprocessedIncident> ReadWindowAsync(string techCenter, string embedder, DateTimeOffset from, DateTimeOffset until, CancellationToken cancellationToken = default);

    /// <summary>
    /// Up to <paramref name="limit"/> preprocessed incidents of a tech center and embedder whose prediction is missing, of an older text,
    /// or not by <paramref name="modelVersion"/>, in ordinal order of number.
    /// </summary>
    Task<IReadOnlyList<PreprocessedIncident>> ReadUnpredictedAsync(string techCenter, string embedder, string modelVersion, int limit, CancellationToken cancellationToken = default);

    /// <summary>Stores predictions by incident, replacing older ones. One whose content hash or tech center is not the incident's present one is left out.</summary>
    Task SavePredictionsAsync(IReadOnlyList<IncidentPrediction> predictions, CancellationToken cancellationToken = default);

    /// <summary>All predictions joined with the incident's date and summary, in ordinal order of tech center and number.</summary>
    IAsyncEnumerable<PredictedIncident> ReadPredictedAsync(string? techCenter = null, CancellationToken cancellationToken = default);

    /// <summary>The unfinished training run of this year, quarter and request if there is one, otherwise a new one.</summary>
    Task<TrainingRun> OpenTrainingRunAsync(int year, int quarter, string request, CancellationToken cancellationToken = default);

    /// <summary>Records a center of a training run as done. Recording it again changes nothing.</summary>
    Task FinishTrainingCenterAsync(long runId, string techCenter, string outcomeJson, CancellationToken cancellationToken = default);

    /// <summary>Closes a training run: the next training of the same quarter is a new run.</summary>
    Task CloseTrainingRunAsync(long runId, CancellationToken cancellationToken = default);

    /// <summary>Counts and newest dates per tech center, in ordinal order.</summary>
    Task<IReadOnlyList<TechCenterStatistics>> ReadStatisticsAsync(CancellationToken cancellationToken = default);

    /// <summary>The dead letters, in ordinal order of number.</summary>
    Task<IReadOnlyList<DeadLetter>> ReadDeadLettersAsync(CancellationToken cancellationToken = default);

    /// <summary>Stores a small named value of the pipeline's own, such as the column mapping of a source.</summary>
    Task SetSettingAsync(string name, string value, CancellationToken cancellationToken = default);

    /// <summary>The value stored under <paramref name="name"/>; null where there is none.</summary>
    Task<string?> GetSettingAsync(string name, CancellationToken cancellationToken = default);
}
