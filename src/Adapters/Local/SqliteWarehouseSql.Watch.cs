namespace Pipeline.Adapters.Local;

/// <content>The statements of measures and alerts.</content>
internal static partial class SqliteWarehouseSql
{
    public const string InsertMeasure = "INSERT INTO measures (time, tech_center, version, name, value) VALUES (@time, @techCenter, @version, @name, @value)";

    public const string ReadMeasures = """
        SELECT time, tech_center, version, name, value
        FROM measures
        WHERE time >= @from AND time < @until AND (@name IS NULL OR name = @name)
        ORDER BY time
        """;

    public const string PurgeMeasures = "DELETE FROM measures WHERE time < @before";

    public const string ReadLags = """
        SELECT i.arrived_at, p.prediction_timestamp
        FROM incidents AS i
        JOIN incident_predictions AS p ON p.incident_id = i.number
        WHERE i.tech_center = @techCenter AND i.arrived_at > @after AND p.prediction_timestamp >= i.arrived_at
        """;

    public const string FindRecentAlert = "SELECT id FROM alerts WHERE fingerprint = @fingerprint AND raised_at >= @since ORDER BY raised_at DESC LIMIT 1";

    public const string CountAlert = "UPDATE alerts SET times = times + 1, last_at = @lastAt, revision = revision + 1 WHERE id = @id";

    public const string InsertAlert = """
        INSERT INTO alerts (id, fingerprint, raised_at, last_at, times, revision, is_open, record)
        VALUES (@id, @fingerprint, @raisedAt, @lastAt, @times, @revision, @isOpen, @record)
        """;

    public const string UpdateAlert = "UPDATE alerts SET revision = revision + 1, is_open = @isOpen, record = @record WHERE id = @id AND revision = @revision";

    public const string PurgeAlerts = "DELETE FROM alerts WHERE raised_at < @before AND is_open = 0";

    private const string SelectAlert = "SELECT record, last_at, times, revision FROM alerts";

    public const string FindAlert = SelectAlert + " WHERE id = @id";

    public const string ReadAlerts = SelectAlert + " WHERE @openOnly = 0 OR is_open = 1 ORDER BY raised_at DESC, id DESC LIMIT @limit";
}
