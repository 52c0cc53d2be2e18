using System.Globalization;
using System.Runtime.CompilerServices;
using Pipeline.Datasets;
using Pipeline.Incidents;
using Pipeline.Storage;

namespace Pipeline.Archive;

/// <summary>
/// Moves the rows of a data set that are old enough from the warehouse into the archive, day by day. Whenever it ends, each incident is in the warehouse, in the archive, or for a moment in both, in the same version:
/// a day's rows are taken out of the warehouse only after they were read back from the archive and compared, and only in the version that was compared. Doing it again goes on where it was.
/// Memory: a row group of 5,000 incidents, and the numbers of a day.
/// </summary>
public sealed class ArchiveIncidents(ITechCenters techCenters, IRemovals removals, IObjectStore objects, DatasetCatalog datasets, ArchiveOptions options, int windowMonths, TimeProvider clock)
{
    /// <summary>The stage that progress is told of.</summary>
    public const string Stage = "Archiving";

    private const int BatchSize = 1000;

    /// <summary>The names of the data sets there are.</summary>
    /// <exception cref="ObjectStoreException">The object store failed; try again.</exception>
    public async Task<IReadOnlyList<string>> DatasetsAsync(CancellationToken cancellationToken = default) => [.. (await datasets.ListAsync(cancellationToken)).Select(dataset => dataset.Name)];

    /// <summary>Archives all that is old enough.</summary>
    /// <param name="dataset">The data set.</param>
    /// <param name="olderThanMonths">Months before the newest row, at least those of the training's window; null for the data set's retention, or where it has none for those of the settings.</param>
    /// <param name="mostDays">Days to look at at most; null for all.</param>
    /// <param name="progress">Told how many days are done.</param>
    /// <param name="cancellationToken">Stops the work; what was archived stays so.</param>
    /// <exception cref="Requests.RequestException">There is no such data set.</exception>
    /// <exception cref="ArgumentException">The months are too few.</exception>
    /// <exception cref="WarehouseException">The warehouse failed; try again.</exception>
    /// <exception cref="ObjectStoreException">The object store failed, or holds something else than was written; try again.</exception>
    public async Task<ArchiveOutcome> RunAsync(string dataset = Dataset.Incidents, int? olderThanMonths = null, int? mostDays = null, IProgress<PipelineProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        Dataset asked = await datasets.FindAsync(dataset, cancellationToken);
        IReadOnlyList<Dataset> all = await datasets.ListAsync(cancellationToken);
        bool IsOwn(string techCenter) => string.Equals(DatasetCatalog.OwnerOf(techCenter, all).Name, asked.Name, StringComparison.Ordinal);
        DateTimeOffset? before = await BeforeAsync(asked, IsOwn, olderThanMonths, cancellationToken);
        ArchiveOutcome outcome = new(asked.Name, before, 0, 0, 0, IsComplete: true);
        if (before is not { } until || await removals.FindOldestAsync(NewestDate.Earliest, until, cancellationToken) is not { } oldest)
        {
            return outcome;
        }

        ArchiveFolder folder = new(objects, asked.Name);
        DateTimeOffset first = DayOf(oldest);
        int looked = 0;
        for (DateTimeOffset? day = first; day is { } now; day = await NextAsync(now, until, cancellationToken))
        {
            if (looked++ == mostDays)
            {
                return outcome with { IsComplete = false };
            }

            progress?.Report(new PipelineProgress(Stage, (now - first).Days, (until - first).Days, now.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)));
            (int rows, bool wrote) = await ArchiveDayAsync(folder, now, IsOwn, cancellationToken);
            outcome = outcome with { Days = outcome.Days + (rows > 0 ? 1 : 0), Incidents = outcome.Incidents + rows, Files = outcome.Files + (wrote ? 1 : 0) };
        }

        return outcome;
    }

    /// <summary>The first day that stays, counted back from the newest row that counts, or from now where that is earlier; null where no row has a date.</summary>
    private async Task<DateTimeOffset?> BeforeAsync(Dataset dataset, Func<string, bool> isOwn, int? olderThanMonths, CancellationToken cancellationToken)
    {
        int months = olderThanMonths ?? options.Months(windowMonths);
        if (months < windowMonths)
        {
            throw new ArgumentOutOfRangeException(nameof(olderThanMonths), months, string.Create(CultureInfo.InvariantCulture, $"A training looks back {windowMonths} months, so incidents can be archived from {windowMonths} months on, not from {months}."));
        }

        DateTimeOffset? newest = (await techCenters.ReadStatisticsAsync(cancellationToken)).Where(center => isOwn(center.TechCenter)).Max(center => center.NewestIncident);
        DateTimeOffset now = clock.GetUtcNow();
        if (newest is not { } date)
        {
            return null;
        }

        DateTimeOffset from = date < now ? date : now;
        return DayOf(olderThanMonths is null && dataset.RetentionDays is { } days ? from.AddDays(-days) : from.AddMonths(-months));
    }

    private async Task<DateTimeOffset?> NextAsync(DateTimeOffset day, DateTimeOffset until, CancellationToken cancellationToken) =>
        await removals.FindOldestAsync(day.AddDays(1), until, cancellationToken) is { } next ? DayOf(next) : null;

    private async Task<(int Rows, bool Wrote)> ArchiveDayAsync(ArchiveFolder folder, DateTimeOffset day, Func<string, bool> isOwn, CancellationToken cancellationToken)
    {
        IReadOnlyList<string> files = await folder.FilesAsync(folder.Of(day), cancellationToken);
        Dictionary<string, ArchivedPlace> there = await folder.IndexAsync(files, cancellationToken);
        await using ArchiveFile file = new();
        List<IncidentVersion> versions = [];
        bool isNew = files.Count > 1;
        await foreach (StoredIncident incident in ReadDayAsync(day, cancellationToken))
        {
            if (!isOwn(incident.Incident.TechCenter))
            {
                continue;
            }

            ArchivedRow row = ArchivedRow.Of(incident);
            versions.Add(incident.Version);
            isNew |= !there.TryGetValue(row.Number, out ArchivedPlace? place) || place.Hash != row.Hash();
            await file.AddAsync(row, cancellationToken);
        }

        if (isNew)
        {
            // What the warehouse has of a number is newer than what the archive has.
            await folder.CopyAsync(files, there, file, cancellationToken);
            string name = await file.PublishAsync(objects, folder.Of(day), cancellationToken);
            await folder.RemoveAsync(files, keep: name, cancellationToken);
        }

        foreach (IncidentVersion[] batch in versions.Chunk(BatchSize))
        {
            await removals.RemoveAsync(batch, cancellationToken);
        }

        return (versions.Count, isNew);
    }

    private async IAsyncEnumerable<StoredIncident> ReadDayAsync(DateTimeOffset day, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        string? last = null;
        while (await removals.ReadOpenedAsync(day, day.AddDays(1), last, BatchSize, cancellationToken) is { Count: > 0 } batch)
        {
            foreach (StoredIncident incident in batch)
            {
                yield return incident;
            }

            last = batch[^1].Incident.Number;
        }
    }

    private static DateTimeOffset DayOf(DateTimeOffset date) => new(date.UtcDateTime.Date, TimeSpan.Zero);
}

/// <summary>What was archived.</summary>
/// <param name="Dataset">The data set.</param>
/// <param name="Before">The first day, in UTC, whose incidents stay in the warehouse; null where no incident has a date.</param>
/// <param name="Days">Days that had incidents to archive.</param>
/// <param name="Incidents">Incidents that were moved.</param>
/// <param name="Files">Files that were written.</param>
/// <param name="IsComplete">Whether nothing is left that is old enough.</param>
public sealed record ArchiveOutcome(string Dataset, DateTimeOffset? Before, int Days, int Incidents, int Files, bool IsComplete);
