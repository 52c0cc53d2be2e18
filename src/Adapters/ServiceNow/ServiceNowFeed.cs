using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Pipeline.Intake;

namespace Pipeline.Adapters.ServiceNow;

/// <summary>
/// Pulls what is new or changed in a table of ServiceNow. The watermark is the place of the last row that is stored, and is written after each page; a pull that has come to the end begins the next one
/// <see cref="ServiceNowOptions.OverlapMinutes"/> before it. One that ended in between goes on behind its last row.
/// </summary>
public sealed class ServiceNowFeed : IIncidentFeed, IDisposable
{
    private static readonly string[] Standard =
    [
        "sys_id", "sys_updated_on", "sys_created_on", "number", "opened_at", "short_description", "description", "assignment_group", "priority", "state", "resolved_at", "close_notes", "reopen_count", "location", "cmdb_ci",
    ];

    private readonly ServiceNowOptions _options;
    private readonly IntakeOptions _reading;
    private readonly FeedStores _stores;
    private readonly HttpClient _http;
    private readonly TableApi _api;
    private readonly string[] _fields;

    /// <summary>Names the table; nothing is asked yet.</summary>
    /// <param name="options">Which table, and how it is read.</param>
    /// <param name="secrets">How to sign in; asked for before each request, so that a changed secret is used at once.</param>
    /// <param name="reading">Which field means what.</param>
    /// <param name="stores">Where incidents, ingestions and the watermark go.</param>
    /// <exception cref="SettingException">An option is missing or malformed.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    public ServiceNowFeed(ServiceNowOptions options, Func<ServiceNowSecrets> secrets, IntakeOptions reading, FeedStores stores)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(secrets);
        ArgumentNullException.ThrowIfNull(reading);
        ArgumentNullException.ThrowIfNull(stores);
        options.Validate();
        _options = options;
        _stores = stores;
        _fields = [.. Standard.Concat(options.Fields.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)).Distinct(StringComparer.Ordinal)];

        // The times of the Table API have one form, and are UTC.
        _reading = reading with { DateFormat = "yyyy-MM-dd HH:mm:ss", DayFirst = null, TimeZone = null, Encoding = null };
        _http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, AutomaticDecompression = System.Net.DecompressionMethods.All, PooledConnectionLifetime = TimeSpan.FromMinutes(10) })
        {
            Timeout = TimeSpan.FromSeconds(options.TimeoutSeconds),
            MaxResponseContentBufferSize = 512 * 1024 * 1024,
        };
        _api = new TableApi(_http, options, secrets, stores.Clock);
    }

    /// <inheritdoc/>
    public string Name => $"ServiceNow {_options.Table}";

    /// <inheritdoc/>
    public bool IsInWarehouse => false;

    // Another instance, table or query is another order of rows.
    private string WatermarkName
    {
        get
        {
            string table = $"{new Uri(_options.Instance).Authority}/{_options.Table}";
            string filter = _options.Query.Length == 0 ? "" : $"?{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(_options.Query)))[..8]}";
            return $"feed:servicenow:{table}{filter}";
        }
    }

    /// <inheritdoc/>
    public async Task<PullOutcome> PullAsync(CancellationToken cancellationToken = default)
    {
        TablePlace? reached = await ReadWatermarkAsync(cancellationToken);
        TableCursor cursor = Begin(reached);
        using FeedIngestion ingestion = new(_stores, Name, _reading);
        bool hasMore = true;
        for (int pages = 0; hasMore && pages < _options.PagesAtOnce; pages++)
        {
            (TablePage page, int asked) = await _api.ReadAsync(cursor.Query(_options.Query), _fields, cursor.Offset, cancellationToken);
            if (page.Rows.Count > 0)
            {
                await ingestion.TakeAsync(page.ToJson(_fields), page.Rows.Count, cancellationToken);
            }

            hasMore = cursor.Advance(page, asked);
            if (page.Rows.Count > 0 || !hasMore)
            {
                await WriteWatermarkAsync(hasMore ? cursor.Place : End(reached, cursor.Place), cancellationToken);
            }
        }

        Ingestion done = ingestion.Ingestion;
        return new PullOutcome(Name, done.Rows, done.Rejected, done.Added, done.Changed, cursor.Place.UpdatedOn) { HasMore = hasMore, IngestionId = done.Rows > 0 ? done.Id : null };
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    private TableCursor Begin(TablePlace? reached) => reached switch
    {
        null => TableCursor.From(_stores.Clock.GetUtcNow().AddDays(-_options.SinceDays)),
        { Id: null } => TableCursor.From(reached.UpdatedOn.AddMinutes(-_options.OverlapMinutes)),
        _ => TableCursor.Behind(reached),
    };

    // Where the rows before the watermark that are read again are gone meanwhile, it stays.
    private static TablePlace End(TablePlace? reached, TablePlace last) => (reached is not null && reached.UpdatedOn > last.UpdatedOn ? reached : last) with { Id = null };

    private async Task<TablePlace?> ReadWatermarkAsync(CancellationToken cancellationToken) =>
        await _stores.Settings.GetSettingAsync(WatermarkName, cancellationToken) is { } text ? JsonSerializer.Deserialize<TablePlace>(text, PipelineJson.Compact) : null;

    private Task WriteWatermarkAsync(TablePlace place, CancellationToken cancellationToken) =>
        _stores.Settings.SetSettingAsync(WatermarkName, JsonSerializer.Serialize(place, PipelineJson.Compact), cancellationToken);
}
