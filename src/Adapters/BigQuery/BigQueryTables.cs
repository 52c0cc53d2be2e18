using System.Text.RegularExpressions;
using Pipeline.Storage;

namespace Pipeline.Adapters.BigQuery;

/// <summary>
/// The tables as <c>create-tables.sql</c> makes them, beside those that are there: what is missing is added, what is stricter than the program needs is loosened,
/// and what differs otherwise is named.
/// </summary>
internal static partial class BigQueryTables
{
    /// <summary>The table whose one row every write raises first.</summary>
    public const string Lock = "write_lock";

    /// <summary>The table of the summaries and their embeddings.</summary>
    public const string Embeddings = "preprocessed_incidents";

    /// <summary>The table of what a search reads of them.</summary>
    public const string Entries = "search_entries";

    /// <summary>The column of an embedding with which SQL computes.</summary>
    public const string Embedding = "embedding";

    /// <summary>The column of an embedding that the program reads.</summary>
    public const string EmbeddingBytes = "embedding_bytes";

    private const string Bytes = "BYTES";
    private const string ArrayOf = "ARRAY<";

    /// <summary>The columns of each table, with the types of GoogleSQL.</summary>
    public static IReadOnlyDictionary<string, IReadOnlyList<StagedColumn>> All { get; } = TablePattern().Matches(BigQuerySql.Get("create-tables")).ToDictionary(
        table => table.Groups["name"].Value,
        table => (IReadOnlyList<StagedColumn>)[.. ColumnPattern().Matches(table.Groups["columns"].Value).Select(Column)],
        StringComparer.Ordinal);

    /// <summary>Whether the bytes of embeddings still have the name that is the array's: so it was until version 2.</summary>
    public static bool HasOldEmbedding(string table, TableState state) =>
        string.Equals(table, Embeddings, StringComparison.Ordinal) && state.Columns.Any(column => string.Equals(column.Name, Embedding, StringComparison.OrdinalIgnoreCase) && string.Equals(TypeOf(column), Bytes, StringComparison.Ordinal));

    /// <summary>The statement that makes a table what the program needs; null where it is already.</summary>
    /// <param name="where">The dataset, for the message.</param>
    /// <param name="table">The table's name.</param>
    /// <param name="state">The table as it is.</param>
    /// <exception cref="WarehouseException">A column has another type, or one that the program does not know must be filled.</exception>
    public static string? Completion(string where, string table, TableState state)
    {
        Dictionary<string, StagedColumn> there = state.Columns.ToDictionary(column => column.Name, StringComparer.OrdinalIgnoreCase);
        List<string> changes = [];
        foreach (StagedColumn needed in All[table])
        {
            if (!there.Remove(needed.Name, out StagedColumn? found))
            {
                changes.Add($"ADD COLUMN IF NOT EXISTS {needed.Name} {needed.Type}");
            }
            else if (!string.Equals(TypeOf(found), needed.Type, StringComparison.Ordinal))
            {
                throw new WarehouseException($"The column {table}.{needed.Name} of {where} is {TypeOf(found)}; it must be {needed.Type}. Give the column another name, or the table, or name another dataset in BigQuery:Dataset.");
            }
            else if (IsRequired(found) && !IsRequired(needed))
            {
                changes.Add($"ALTER COLUMN {needed.Name} DROP NOT NULL");
            }
        }

        return there.Values.FirstOrDefault(IsRequired) is { } unknown
            ? throw new WarehouseException($"The column {table}.{unknown.Name} of {where} must be filled, and the program does not know it. Let it be NULL: ALTER TABLE {table} ALTER COLUMN {unknown.Name} DROP NOT NULL.")
            : changes.Count == 0 ? null : string.Concat(changes.GroupBy(change => change[..3], StringComparer.Ordinal).Select(kind => $"ALTER TABLE {table}\n    {string.Join(",\n    ", kind)};\n"));
    }

    private static bool IsRequired(StagedColumn column) => string.Equals(column.Mode, StagedColumn.Required, StringComparison.OrdinalIgnoreCase);

    // Schemas have other names for the types than statements.
    private static string TypeOf(StagedColumn column)
    {
        string type = column.Type.ToUpperInvariant() switch
        {
            "INTEGER" => "INT64",
            "FLOAT" => "FLOAT64",
            "BOOLEAN" => "BOOL",
            "RECORD" => "STRUCT",
            string other => other,
        };
        return string.Equals(column.Mode, StagedColumn.Repeated, StringComparison.OrdinalIgnoreCase) ? $"{ArrayOf}{type}>" : type;
    }

    private static StagedColumn Column(Match column) => new(
        column.Groups["name"].Value,
        column.Groups["type"].Value,
        column.Groups["required"].Success ? StagedColumn.Required : column.Groups["type"].Value.StartsWith(ArrayOf, StringComparison.Ordinal) ? StagedColumn.Repeated : StagedColumn.Nullable);

    [GeneratedRegex(@"CREATE TABLE IF NOT EXISTS (?<name>[a-z_]+) \((?<columns>[^()]+)\)", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex TablePattern();

    [GeneratedRegex(@"\n    (?<name>[a-z0-9_]+) (?<type>[A-Z0-9<>]+)(?<required> NOT NULL)?", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex ColumnPattern();
}
