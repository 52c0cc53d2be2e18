namespace Pipeline.Adapters.PostgreSql;

/// <content>The statements of the journal of training runs, and of settings.</content>
internal static partial class PostgreSqlWarehouseSql
{
    public const string FindOpenTrainingRun = "SELECT MAX(id) FROM training_runs WHERE year = @year AND quarter = @quarter AND request = @request AND closed = 0";

    // By the clock, in milliseconds: other warehouses' runs may publish into the same object store, and a run knows its versions by its id.
    public const string InsertTrainingRun = """
        INSERT INTO training_runs (id, year, quarter, request)
        VALUES (GREATEST(1 + COALESCE((SELECT MAX(id) FROM training_runs), 0), (1000 * extract(epoch FROM clock_timestamp()))::bigint), @year, @quarter, @request)
        RETURNING id
        """;

    public const string ReadFinishedCenters = "SELECT tech_center, outcome FROM training_run_centers WHERE run_id = @runId";

    public const string TrainingRunExists = "SELECT EXISTS (SELECT 1 FROM training_runs WHERE id = @runId)";

    public const string FinishTrainingCenter = """
        INSERT INTO training_run_centers (run_id, tech_center, outcome) VALUES (@runId, @techCenter, @outcome)
        ON CONFLICT (run_id, tech_center) DO NOTHING
        """;

    public const string CloseTrainingRun = "UPDATE training_runs SET closed = 1 WHERE id = @runId";

    public const string SetSetting = """
        INSERT INTO settings (name, value) VALUES (@name, @value)
        ON CONFLICT (name) DO UPDATE SET value = excluded.value
        """;

    public const string GetSetting = "SELECT value FROM settings WHERE name = @name";
}
