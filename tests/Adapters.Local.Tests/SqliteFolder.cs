using Microsoft.Data.Sqlite;

namespace Pipeline.Adapters.Local.Tests;

/// <summary>A warehouse in a folder of the test's own.</summary>
internal sealed class SqliteFolder : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public string DatabasePath => _folder.File("data/warehouse.db");

    public string File(string name) => _folder.File(name);

    public void Dispose() => _folder.Dispose();

    public async Task<SqliteWarehouse> OpenAsync()
    {
        var warehouse = new SqliteWarehouse(DatabasePath);
        await warehouse.InitializeAsync();
        return warehouse;
    }

    public static void Execute(string path, string sql)
    {
        using var connection = new SqliteConnection($"Data Source={path};Pooling=False");
        connection.Open();
        using SqliteCommand command = connection.CreateCommand();
#pragma warning disable CA2100
        command.CommandText = sql;
#pragma warning restore CA2100
        command.ExecuteNonQuery();
    }
}
