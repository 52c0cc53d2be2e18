using Pipeline.Archive;
using Pipeline.Corrections;
using Pipeline.Datasets;
using Pipeline.Incidents;
using Pipeline.Models;
using Pipeline.Preprocessing;
using Pipeline.Requests;
using Pipeline.Storage;

namespace Pipeline.Erasure;

/// <summary>
/// Removes one incident from everywhere: models, streams, kept files, archive, corrections and warehouse, the warehouse last, since it tells what to look for. Every step may be repeated; killed at any of them,
/// the same erasure goes on. Text that other incidents have too stays in the models.
/// </summary>
public sealed class EraseIncident(IRemovals removals, IErasures erasures, EraseFromModels models, EraseFromStreams streams, EraseFromFiles files, EraseFromArchive archive, DatasetCatalog datasets, TimeProvider clock, ErasedNumbers? erased = null, CorrectionLog? corrections = null)
{
    private const int LongestNumber = 256;
    private const int MostRead = 10_000;

    /// <summary>Notes that an incident is to be erased. Nothing is removed yet.</summary>
    /// <param name="number">The incident's number.</param>
    /// <param name="requestedBy">Who asks for it.</param>
    /// <param name="cancellationToken">Stops the writing.</param>
    /// <exception cref="RequestException">The number is blank or too long.</exception>
    public async Task<ErasureRecord> BeginAsync(string? number, string requestedBy, CancellationToken cancellationToken = default)
    {
        if (string.IsNullOrWhiteSpace(number) || number.Length > LongestNumber)
        {
            throw RequestException.Invalid("number", string.IsNullOrWhiteSpace(number) ? "The number is missing. Name the incident that is to be erased." : FormattableString.Invariant($"The number has {number.Length} characters; it may have up to {LongestNumber}."));
        }

        ErasureRecord erasure = new(Guid.CreateVersion7().ToString("N"), HashOf(number), clock.GetUtcNow(), requestedBy) { Number = number };
        await erasures.RecordErasureAsync(erasure, cancellationToken);
        erased?.Renew();
        return erasure;
    }

    /// <summary>Takes up the erasure of an incident that was begun and came to no end, or notes a new one. For where no other one can be under way.</summary>
    /// <inheritdoc cref="BeginAsync"/>
    public async Task<ErasureRecord> ResumeAsync(string? number, string requestedBy, CancellationToken cancellationToken = default)
    {
        IReadOnlyList<ErasureRecord> noted = await erasures.ReadErasuresAsync(MostRead, cancellationToken);
        return noted.FirstOrDefault(e => e.Number is not null && string.Equals(e.Number, number, StringComparison.Ordinal)) ?? await BeginAsync(number, requestedBy, cancellationToken);
    }

    /// <summary>Does what was noted, or what is left of it.</summary>
    /// <exception cref="ArgumentException">There is no such erasure.</exception>
    /// <exception cref="WarehouseException">The warehouse failed; try again.</exception>
    /// <exception cref="ObjectStoreException">The object store failed; try again.</exception>
    /// <exception cref="ModelException">A model version cannot be read.</exception>
    public async Task<ErasureRecord> RunAsync(string id, CancellationToken cancellationToken = default)
    {
        ErasureRecord erasure = await erasures.FindErasureAsync(id, cancellationToken) ?? throw new ArgumentException($"There is no erasure '{id}'.", nameof(id));
        if (erasure.Number is not { } number)
        {
            return erasure;
        }

        string dataset = EraseFromFiles.OwnerOf(number, await datasets.ListAsync(cancellationToken)).Name;
        IReadOnlyList<string> texts = await TextsAsync(dataset, number, cancellationToken);
        erasure = await FromModelsAsync(erasure, texts, cancellationToken);
        erasure = await FromStreamsAsync(erasure, number, texts, cancellationToken);
        HashSet<string> lookedAt = new(StringComparer.Ordinal);
        erasure = await FromFilesAsync(erasure, number, lookedAt, cancellationToken);
        int archived = await archive.RunAsync(dataset, number, cancellationToken);
        erasure = await NoteAsync(erasure, r => r with { ArchivedRows = r.ArchivedRows + archived }, cancellationToken);
        int corrected = corrections is null ? 0 : await corrections.EraseAsync(number, cancellationToken);
        erasure = await NoteAsync(erasure, r => r with { Corrections = r.Corrections + corrected }, cancellationToken);
        RemovedRows gone = await removals.EraseAsync(number, cancellationToken);
        erasure = await NoteAsync(
            erasure,
            r => r with { Incidents = r.Incidents + gone.Incidents, Preprocessed = r.Preprocessed + gone.Preprocessed, Predictions = r.Predictions + gone.Predictions, DeadLetters = r.DeadLetters + gone.DeadLetters },
            cancellationToken);

        // A training, a prediction, an import or an archiving that was under way may have ended meanwhile.
        erasure = await FromModelsAsync(erasure, texts, cancellationToken);
        erasure = await FromFilesAsync(erasure, number, lookedAt, cancellationToken);
        erasure = await FromStreamsAsync(erasure, number, texts, cancellationToken);
        int late = await archive.RunAsync(dataset, number, cancellationToken);
        erasure = erasure with { Number = null, FinishedAt = clock.GetUtcNow(), Problem = null };
        return await NoteAsync(erasure, r => r with { ArchivedRows = r.ArchivedRows + late }, cancellationToken);
    }

    /// <summary>Notes that rows were taken out of rejects outside the stores as well.</summary>
    public Task<ErasureRecord> AddRejectsAsync(ErasureRecord erasure, int rows, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(erasure);
        return NoteAsync(erasure, removed => removed with { RejectedRows = removed.RejectedRows + rows }, cancellationToken);
    }

    /// <summary>Notes that an erasure could not be brought to its end. It can be begun again.</summary>
    public async Task GiveUpAsync(string id, string problem, CancellationToken cancellationToken = default)
    {
        if (await erasures.FindErasureAsync(id, cancellationToken) is { FinishedAt: null } erasure)
        {
            await erasures.RecordErasureAsync(erasure with { Number = null, Problem = problem }, cancellationToken);
        }
    }

    /// <summary>The hash of an incident's number that the record keeps.</summary>
    public static string HashOf(string number) => ErasedNumbers.HashOf(number);

    /// <summary>The masked texts that are known of an incident, and that no other one in the warehouse has.</summary>
    private async Task<IReadOnlyList<string>> TextsAsync(string dataset, string number, CancellationToken cancellationToken)
    {
        StoredIncident? stored = await removals.FindIncidentAsync(number, cancellationToken);
        IEnumerable<string?> known = (await archive.FindAsync(dataset, number, cancellationToken)).Select(row => row.Summary).Prepend(stored?.Summary);
        List<string> own = [];
        foreach (string text in known.OfType<string>().Distinct(StringComparer.Ordinal))
        {
            if (await removals.CountOthersOfTextAsync(TextHash.Of(text), number, cancellationToken) == 0)
            {
                own.Add(text);
            }
        }

        return own;
    }

    private async Task<ErasureRecord> FromModelsAsync(ErasureRecord erasure, IReadOnlyList<string> texts, CancellationToken cancellationToken)
    {
        if (texts.Count == 0)
        {
            return erasure;
        }

        (int published, int deleted) = await models.RunAsync(texts.Select(TextHash.Of).ToHashSet(StringComparer.Ordinal), cancellationToken);
        return await NoteAsync(erasure, r => r with { NewRevisions = r.NewRevisions + published, DeletedVersions = r.DeletedVersions + deleted }, cancellationToken);
    }

    private async Task<ErasureRecord> FromFilesAsync(ErasureRecord erasure, string number, HashSet<string> lookedAt, CancellationToken cancellationToken)
    {
        (int rows, int rejects, int deleted) = await files.RunAsync(number, lookedAt, cancellationToken);
        return await NoteAsync(erasure, r => r with { KeptRows = r.KeptRows + rows, RejectedRows = r.RejectedRows + rejects, DeletedFiles = r.DeletedFiles + deleted }, cancellationToken);
    }

    private async Task<ErasureRecord> FromStreamsAsync(ErasureRecord erasure, string number, IReadOnlyList<string> texts, CancellationToken cancellationToken)
    {
        int found = await streams.RunAsync(number, texts, cancellationToken);
        return await NoteAsync(erasure, r => r with { StreamObjects = r.StreamObjects + found }, cancellationToken);
    }

    private async Task<ErasureRecord> NoteAsync(ErasureRecord erasure, Func<ErasureCounts, ErasureCounts> add, CancellationToken cancellationToken)
    {
        erasure = erasure with { Removed = add(erasure.Removed) };
        await erasures.RecordErasureAsync(erasure, cancellationToken);
        return erasure;
    }
}
