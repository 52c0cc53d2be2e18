using Pipeline.Recovery;

namespace Pipeline.Adapters.BigQuery;

/// <summary>
/// A table as backups hold it, and the statements that they need: made of its columns, so that a new one is not forgotten. Every reading is of one moment (<c>FOR SYSTEM_TIME AS OF</c>).
/// </summary>
/// <param name="Name">The table.</param>
/// <param name="Order">The columns that order its rows, wherever these are stored.</param>
internal sealed record KeptTable(string Name, string Order)
{
    // Rows of the dataset that are nobody's data: the version of its own tables, and whether its own index is whole.
    private const string NotOwn = "name NOT IN ('warehouse.schema', 'search.index')";

    /// <summary>The tables, but for what is made again of their rows, and the lock.</summary>
    public static IReadOnlyList<KeptTable> All { get; } =
    [
        new("alerts", "id"),
        new("dead_letters", "number"),
        new("erasures", "id"),
        new("incident_arrivals", "arrived_at, number") { Day = "arrived_at", Mark = "CAST(MAX(UNIX_MICROS(arrived_at)) AS STRING)" },
        new("incident_predictions", "incident_id")
        {
            Day = "prediction_timestamp",
            Mark = "CAST(BIT_XOR(FARM_FINGERPRINT(CONCAT(incident_id, ' ', CAST(COALESCE(predicted_ticks, 0) AS STRING), ' ', CAST(COALESCE(predicted_problem_id, 0) AS STRING), ' ', CAST(predicted_cluster_id AS STRING), ' ', model_table_used))) AS STRING)",
        },
        new("incidents", "number") { Day = "sys_created_on", Mark = "CONCAT(CAST(COUNT(change_sequence) AS STRING), ' ', CAST(COALESCE(MAX(change_sequence), 0) AS STRING))" },
        new("ingestions", "id"),
        new("measures", "time, name, tech_center, version, value") { Day = "time", Mark = "CAST(MAX(UNIX_MICROS(time)) AS STRING)" },
        new("preprocessed_incidents", "number")
        {
            Day = "sys_created_on",
            Mark = "CAST(BIT_XOR(FARM_FINGERPRINT(CONCAT(number, ' ', COALESCE(content_hash, ''), ' ', COALESCE(embedder, ''), ' ', tech_center))) AS STRING)",
        },
        new("removals", "number_hash"),
        new("settings", "name") { Own = NotOwn },
        new("training_run_centers", "run_id, tech_center"),
        new("training_runs", "id"),
        new("watermarks", "name"),
    ];

    /// <summary>The column by whose days the table is partitioned; null for a table that is read whole.</summary>
    public string? Day { get; init; }

    /// <summary>
    /// What tells by a few narrow columns that the rows of a day are others than they were, beside their number. It sees every change of the program's own: a change of an incident has the highest sequence of
    /// all, arrivals and measures are added and removed and never changed, and the others are told apart by what they were made from.
    /// </summary>
    public string Mark { get; init; } = "";

    /// <summary>Which rows belong to it; null for all.</summary>
    public string? Own { get; init; }

    /// <summary>Its columns.</summary>
    public IReadOnlyList<StagedColumn> Columns => BigQueryTables.All[Name];

    /// <summary>The shape of its rows in a backup: arrays are texts of JSON, times are microseconds since 1970.</summary>
    public IReadOnlyList<TableColumn> Shape => [.. Columns.Select(column => new TableColumn(column.Name, column.Type switch
    {
        "INT64" or "TIMESTAMP" => CellKind.Whole,
        "FLOAT64" => CellKind.Real,
        "BYTES" => CellKind.Bytes,
        _ => CellKind.Text,
    }))];

    /// <summary>How many rows each of the tables has. It reads none of them, but for the settings' names.</summary>
    public static BigQueryScript Count { get; } = new(
        "count-rows", string.Join("\nUNION ALL\n", All.Select(table => $"SELECT '{table.Name}' AS table_name, COUNT(*) AS row_count FROM {table.Name}{table.Where()}")) + ";");

    /// <summary>The days on which a table has rows, how many, and the mark of each. A day without a date is NULL.</summary>
    public BigQueryScript Days => new("read-kept-days", $"""
        SELECT TIMESTAMP_TRUNC({Day}, DAY) AS optional_day, COUNT(*) AS row_count, {Mark} AS mark
        FROM {Name} FOR SYSTEM_TIME AS OF @at
        GROUP BY 1;
        """);

    /// <summary>The rows of some days, in the order of these.</summary>
    public BigQueryScript RowsOfDays => Rows($" WHERE TIMESTAMP_TRUNC({Day}, DAY) IN UNNEST(@days)", $"TIMESTAMP_TRUNC({Day}, DAY), {Order}");

    /// <summary>The rows without a day; of a table that has none all rows.</summary>
    public BigQueryScript RowsWithoutDay => Rows(Day is null ? Where() : $" WHERE {Day} IS NULL", Order);

    /// <summary>Takes all rows of some tables out, and what was made of them.</summary>
    public static BigQueryScript Clear(IEnumerable<KeptTable> tables) => BigQuerySql.InTransaction("clear-tables", string.Join('\n', tables.SelectMany(table => table.Own is null
        ? table.Derived.Prepend(table.Name).Select(name => $"TRUNCATE TABLE {name};")
        : [$"DELETE FROM {table.Name}{table.Where()};"])));

    /// <summary>Adds staged rows, and what a search reads of them.</summary>
    /// <param name="columns">The columns that they have.</param>
    public BigQueryScript Add(IEnumerable<string> columns)
    {
        string names = string.Join(", ", columns);
        string entries = string.Join(", ", BigQueryTables.All[BigQueryTables.Entries].Select(column => column.Name));
        return BigQuerySql.InTransaction("add-rows", string.Join('\n', Derived.Select(name => Insert(name, entries, " WHERE staged.word_count IS NOT NULL")).Prepend(Insert(Name, names, ""))));
    }

    // What is made of its rows lies in tables of its own.
    private IEnumerable<string> Derived => string.Equals(Name, BigQueryTables.Embeddings, StringComparison.Ordinal) ? [BigQueryTables.Entries] : [];

    private static string Insert(string table, string names, string where) => $"INSERT INTO {table} ({names})\nSELECT {names}\nFROM staging AS staged{where};";

    private BigQueryScript Rows(string where, string order) => new("read-kept-rows", $"""
        SELECT {string.Join(", ", Columns.Select(Read))}
        FROM {Name} FOR SYSTEM_TIME AS OF @at{where}
        ORDER BY {order};
        """);

    // The array is the bytes once more, wherever these are there.
    private string Read(StagedColumn column) => string.Equals(Name, BigQueryTables.Embeddings, StringComparison.Ordinal) && string.Equals(column.Name, BigQueryTables.Embedding, StringComparison.Ordinal)
        ? $"CASE WHEN {BigQueryTables.EmbeddingBytes} IS NULL THEN {column.Name} END AS {column.Name}"
        : column.Name;

    private string Where() => Own is null ? "" : $" WHERE {Own}";
}
