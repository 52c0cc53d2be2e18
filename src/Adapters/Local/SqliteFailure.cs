using Microsoft.Data.Sqlite;

namespace Pipeline.Adapters.Local;

/// <summary>Says what a failure of SQLite means for the user.</summary>
internal static class SqliteFailure
{
    // Primary result codes of SQLite.
    private const int Permission = 3;
    private const int Busy = 5;
    private const int Locked = 6;
    private const int ReadOnly = 8;
    private const int InputOutput = 10;
    private const int Corrupt = 11;
    private const int Full = 13;
    private const int CannotOpen = 14;
    private const int NotADatabase = 26;

    // Extended result code: the shared memory file beside the database could not grow.
    private const int SharedMemorySize = 4874;

    // The columns that identify rows.
    private static readonly string[] Keys = ["number", "incident_id", "name", "id", "run_id"];

    /// <summary>What happened to which file, and how to mend it.</summary>
    public static string Explain(SqliteFileKind kind, string path, SqliteException exception) => $"{Describe(kind, path, exception)} (SQLite: {exception.Message})";

    /// <summary>Where a reader stands: the table, and the row by the column that identifies it.</summary>
    public static string Place(SqliteDataReader reader)
    {
        string? table = null;
        for (int column = 0; column < reader.FieldCount; column++)
        {
            table ??= SQLitePCL.raw.sqlite3_column_table_name(reader.Handle, column).utf8_to_string();
            if (Keys.Contains(SQLitePCL.raw.sqlite3_column_origin_name(reader.Handle, column).utf8_to_string(), StringComparer.Ordinal))
            {
                return $"table {SQLitePCL.raw.sqlite3_column_table_name(reader.Handle, column).utf8_to_string()}, row '{reader.GetValue(column)}'";
            }
        }

        return table is null ? "in a query that reads no table" : $"table {table}";
    }

    private static string Describe(SqliteFileKind kind, string path, SqliteException exception) => exception.SqliteErrorCode switch
    {
        InputOutput when exception.SqliteExtendedErrorCode == SharedMemorySize => DescribeFull(kind, path),
        Full => DescribeFull(kind, path),
        ReadOnly or Permission => $"The {kind.Name} '{path}' cannot be written: the file or its folder is read-only. Give this user the right to write both, or name another file.",
        CannotOpen when Directory.Exists(path) => $"The {kind.Name} '{path}' is a folder. Name a file.",
        CannotOpen => $"The {kind.Name} '{path}' cannot be opened or made. Check the path, and that this user may write to its folder.",
        Busy or Locked => $"The {kind.Name} '{path}' is locked by another program. Wait until that has finished, or stop it, and run this step again.",
        NotADatabase => $"'{path}' is not a {kind.Name}: the file is not an SQLite database or its beginning is damaged. Restore it from a backup, or name another file.",
        Corrupt => $"The {kind.Name} '{path}' is damaged. Restore it from a backup, or remove it with its -wal and -shm files and {kind.StartAgain}.",
        InputOutput => $"The {kind.Name} '{path}' could not be read or written: the disk reported an error. Check the disk and the space on it.",
        _ => $"The {kind.Name} '{path}' refused a step.",
    };

    private static string DescribeFull(SqliteFileKind kind, string path) => $"The disk that holds the {kind.Name} '{path}' is full. Nothing of what was being written is stored; what was before, is kept. Free some space and run it again.";
}
