namespace Pipeline.Adapters.PostgreSql;

/// <summary>Every statement of <see cref="PostgreSqlWarehouse"/>, in a file each what is asked of a table. The tables are made by the files of the folder Schema.</summary>
internal static partial class PostgreSqlWarehouseSql
{
    // A sequence is given once, also where its incident is gone. Only a transaction that excludes other writes may ask.
    private const string LastSequence = """
        GREATEST(
            (SELECT COALESCE(MAX(change_sequence), 0) FROM incidents),
            (SELECT COALESCE(MAX(change_sequence), 0) FROM removals),
            (SELECT COALESCE(MAX(sequence), 0) FROM watermarks))
        """;
}
