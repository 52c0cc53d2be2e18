using System.Globalization;
using Pipeline.Datasets;
using Pipeline.Incidents;
using Pipeline.Storage;
using Pipeline.Telemetry;

namespace Pipeline.Intake;

/// <summary>
/// Stores the pages that one step of a feed reads, by the rules of files, and keeps the step's ingestion true after each: how much was read, accepted and rejected, and the rejected rows as they came.
/// A row that cannot be used never stops a feed; it would stop it for good.
/// </summary>
public sealed class FeedIngestion : IDisposable
{
    private readonly FeedStores _stores;
    private readonly IntakeOptions _reading;
    private readonly RejectedRows _rejects = new();
    private readonly long _start;
    private Ingestion _ingestion;

    /// <summary>Begins the ingestion of a step; nothing is recorded before its first page.</summary>
    /// <param name="stores">Where incidents, ingestions and rejected rows go.</param>
    /// <param name="feed">The feed's name.</param>
    /// <param name="reading">How the pages are to be read.</param>
    public FeedIngestion(FeedStores stores, string feed, IntakeOptions reading)
    {
        ArgumentNullException.ThrowIfNull(stores);
        ArgumentNullException.ThrowIfNull(reading);
        _stores = stores;
        _reading = reading with { AllowRejects = true };
        _start = stores.Clock.GetTimestamp();
        _ingestion = new Ingestion(stores.Clock.GetUtcNow(), 0, "pulled", feed, "", 0, null, 0, 0, 0, new Dictionary<RejectKind, int>(), 0, 0, null) { Dataset = Dataset.Incidents };
    }

    /// <summary>What was done so far.</summary>
    public Ingestion Ingestion => _ingestion;

    /// <summary>Stores a page, and records it.</summary>
    /// <param name="json">A JSON array of flat objects.</param>
    /// <param name="rows">How many there are, at least 1.</param>
    /// <param name="cancellationToken">Stops between batches.</param>
    /// <exception cref="FeedException">The page's columns are not those that the settings name.</exception>
    /// <exception cref="WarehouseException">The warehouse failed.</exception>
    /// <exception cref="ObjectStoreException">The rejected rows could not be kept.</exception>
    public async Task TakeAsync(byte[] json, int rows, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(json);
        int rejectsBefore = _rejects.Count;
        _rejects.RowsBefore = _ingestion.Rows;
        Ingestion page = await ImportAsync(json, rows, rejectsBefore, cancellationToken);
        _ingestion = Sum(_ingestion, page) with { Bytes = _ingestion.Bytes + json.Length, Seconds = Math.Round(_stores.Clock.GetElapsedTime(_start).TotalSeconds, 3) };
        if (_rejects.Count > rejectsBefore)
        {
            await _stores.Objects.WriteAsync(IncomingFiles.RejectsOf(_ingestion), _rejects.CopyToAsync, cancellationToken: cancellationToken);
        }

        await _stores.Log.RecordIngestionAsync(_ingestion, cancellationToken);
    }

    /// <inheritdoc/>
    public void Dispose() => _rejects.Dispose();

    private async Task<Ingestion> ImportAsync(byte[] json, int rows, int rejectsBefore, CancellationToken cancellationToken)
    {
        try
        {
            using MemoryStream content = new(json);
            using SourceFile file = SourceFile.Of(content, _ingestion.File);
            return _ingestion.With(await ImportIncidents.ImportAsync(file, _reading, _stores.Incidents, rejectsPath: null, clock: _stores.Clock, kept: _rejects, erased: _stores.Erased, cancellationToken: cancellationToken));
        }
        catch (IntakeException) when (_rejects.Count - rejectsBefore == rows)
        {
            // No row of the page can be used: they are kept aside, and the next page may be sound.
            PipelineMetrics.Rejected.Add(rows);
            return _ingestion with { Rows = rows, Accepted = 0, Rejected = rows, Added = 0, Changed = 0 };
        }
        catch (IntakeException e)
        {
            throw new FeedException(string.Create(CultureInfo.InvariantCulture, $"A page of '{_ingestion.File}' cannot be read as incidents: {e.Message}"), e);
        }
    }

    private Ingestion Sum(Ingestion before, Ingestion page) => page with
    {
        Rows = before.Rows + page.Rows,
        Accepted = before.Accepted + page.Accepted,
        Rejected = before.Rejected + page.Rejected,
        Added = before.Added + page.Added,
        Changed = before.Changed + page.Changed,
        RejectReasons = new Dictionary<RejectKind, int>(_rejects.Kinds),
    };
}

/// <summary>Where a feed's incidents, ingestions, rejected rows and watermark go.</summary>
/// <param name="Incidents">Takes the incidents.</param>
/// <param name="Log">Takes the ingestions.</param>
/// <param name="Objects">Takes the rejected rows.</param>
/// <param name="Settings">Keeps the watermark.</param>
/// <param name="Clock">The time.</param>
/// <param name="Erased">The numbers that may not come back; null for none.</param>
public sealed record FeedStores(IIncidents Incidents, IIngestionLog Log, IObjectStore Objects, ISettingsTable Settings, TimeProvider Clock, ErasedNumbers? Erased = null);
