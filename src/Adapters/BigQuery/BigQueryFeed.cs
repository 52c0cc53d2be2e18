using System.Globalization;
using Pipeline.Datasets;
using Pipeline.Incidents;
using Pipeline.Intake;
using Pipeline.Storage;

namespace Pipeline.Adapters.BigQuery;

/// <summary>Pulls what is new in the user's own table into the warehouse beside it: one script within BigQuery, which stores the rows and moves the watermark in one transaction.</summary>
/// <param name="source">The table.</param>
/// <param name="stores">Where the watermark is read, and ingestions are recorded.</param>
/// <param name="run">Runs the script with its parameters.</param>
internal sealed class BigQueryFeed(BigQuerySource source, FeedStores stores, Func<SourceQuestion, CancellationToken, Task<SourceCounts>> run) : IIncidentFeed
{
    private static readonly string Kind = nameof(BigQuery);

    /// <inheritdoc/>
    public string Name => $"{Kind} {source.SourceTable}";

    /// <inheritdoc/>
    public bool IsInWarehouse => true;

    private string WatermarkName => $"feed:bigquery:{source.SourceTable}";

    /// <inheritdoc/>
    public async Task<PullOutcome> PullAsync(CancellationToken cancellationToken = default)
    {
        DateTimeOffset begun = stores.Clock.GetUtcNow();
        long start = stores.Clock.GetTimestamp();
        string? reached = await stores.Settings.GetSettingAsync(WatermarkName, cancellationToken);
        DateTimeOffset since = reached is null
            ? begun.AddDays(-source.SourceSinceDays)
            : new DateTimeOffset(long.Parse(reached, CultureInfo.InvariantCulture), TimeSpan.Zero).AddMinutes(-source.SourceOverlapMinutes);
        SourceCounts counts = await RunAsync(new SourceQuestion(source.Script(), since, NewestDate.Latest(stores.Clock), WatermarkName), cancellationToken);
        Ingestion ingestion = new(begun, Math.Round(stores.Clock.GetElapsedTime(start).TotalSeconds, 3), "pulled", Name, "", 0, Kind, counts.Rows, counts.Rows - counts.Rejected, counts.Rejected, counts.Reasons, counts.Added, counts.Changed, null)
        {
            Dataset = Dataset.Incidents,
        };
        bool isNews = counts.Added + counts.Changed + counts.Rejected > 0;
        if (isNews)
        {
            await stores.Log.RecordIngestionAsync(ingestion, cancellationToken);
        }

        return new PullOutcome(Name, counts.Rows, counts.Rejected, counts.Added, counts.Changed, counts.ReachedTicks is { } ticks ? new DateTimeOffset(ticks, TimeSpan.Zero) : null) { IngestionId = isNews ? ingestion.Id : null };
    }

    // A source that cannot be read must not stop what the warehouse can do without it.
    private async Task<SourceCounts> RunAsync(SourceQuestion question, CancellationToken cancellationToken)
    {
        try
        {
            return await run(question, cancellationToken);
        }
        catch (WarehouseException e)
        {
            throw new FeedException($"What is new in '{source.SourceTable}' could not be taken over, and nothing of it was. {e.Message} Check BigQuery:SourceTable and the columns that the settings BigQuery:Source... name; the identity needs BigQuery Data Viewer on that table.", e);
        }
    }
}

/// <summary>A pull as the warehouse runs it.</summary>
/// <param name="Script">The statements.</param>
/// <param name="Since">Rows that were changed at this time or later.</param>
/// <param name="Latest">No time can be later than this.</param>
/// <param name="WatermarkName">The setting that holds the watermark.</param>
internal sealed record SourceQuestion(BigQueryScript Script, DateTimeOffset Since, DateTimeOffset Latest, string WatermarkName);

/// <summary>What a pull found and did.</summary>
/// <param name="Rows">Rows read.</param>
/// <param name="Reasons">Those that could not be used, by kind of fault; kinds without one are left out.</param>
/// <param name="Added">Incidents that were new.</param>
/// <param name="Changed">Incidents that replaced another version.</param>
/// <param name="ReachedTicks">The newest change that has been read so far, in ticks; null where there is none.</param>
internal sealed record SourceCounts(int Rows, IReadOnlyDictionary<RejectKind, int> Reasons, int Added, int Changed, long? ReachedTicks)
{
    /// <summary>Rows that could not be used.</summary>
    public int Rejected => Reasons.Values.Sum();
}
