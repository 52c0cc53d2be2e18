namespace Pipeline.Adapters.PostgreSql;

/// <content>The statements of measures and alerts.</content>
internal static partial class PostgreSqlWarehouseSql
{
    public const string InsertMeasures = """
        INSERT INTO measures (time_ticks, tech_center, version, name, value)
        SELECT * FROM unnest(@time, @techCenter, @version, @name, @value)
        """;

    public const string ReadMeasures = """
        SELECT time_ticks, tech_center, version, name, value
        FROM measures
        WHERE time_ticks >= @from AND time_ticks < @until AND (@name IS NULL OR name = @name)
        ORDER BY time_ticks, place
        """;

    public const string PurgeMeasures = "DELETE FROM measures WHERE time_ticks < @before";

    public const string ReadLags = """
        SELECT (p.predicted_ticks - i.arrived_ticks) / 1e7::double precision
        FROM incidents AS i
        JOIN incident_predictions AS p ON p.incident_id = i.number
        WHERE i.tech_center = @techCenter AND i.arrived_ticks > @after AND p.predicted_ticks >= i.arrived_ticks
        """;

    public const string FindRecentAlert = "SELECT id FROM alerts WHERE fingerprint = @fingerprint AND raised_ticks >= @since ORDER BY raised_ticks DESC LIMIT 1";

    public const string CountAlert = "UPDATE alerts SET times = times + 1, last_ticks = @last, revision = revision + 1 WHERE id = @id";

    public const string InsertAlert = """
        INSERT INTO alerts (id, fingerprint, raised_ticks, last_ticks, times, revision, is_open, record)
        VALUES (@id, @fingerprint, @raised, @last, @times, @revision, @isOpen, @record)
        """;

    public const string UpdateAlert = "UPDATE alerts SET revision = revision + 1, is_open = @isOpen, record = @record WHERE id = @id AND revision = @revision";

    public const string PurgeAlerts = "DELETE FROM alerts WHERE raised_ticks < @before AND is_open = 0";

    private const string SelectAlert = "SELECT record, last_ticks, times, revision FROM alerts";

    public const string FindAlert = SelectAlert + " WHERE id = @id";

    public const string ReadAlerts = SelectAlert + " WHERE NOT @openOnly OR is_open = 1 ORDER BY raised_ticks DESC, id DESC LIMIT @limit";
}
