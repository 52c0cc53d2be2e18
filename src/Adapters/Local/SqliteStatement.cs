using Microsoft.Data.Sqlite;

namespace Pipeline.Adapters.Local;

/// <summary>A prepared statement with its parameters in a fixed order, for running many times in one transaction.</summary>
internal sealed class SqliteStatement : IDisposable
{
    private readonly SqliteCommand _command;

    /// <summary>Prepares <paramref name="sql"/>, whose parameters are called <paramref name="parameterNames"/>.</summary>
    public SqliteStatement(SqliteConnection connection, SqliteTransaction? transaction, string sql, params ReadOnlySpan<string> parameterNames)
    {
        _command = connection.CreateCommand();
        _command.Transaction = transaction;
        // Every caller passes a constant of SqliteWarehouseSql; values travel as parameters.
#pragma warning disable CA2100
        _command.CommandText = sql;
#pragma warning restore CA2100
        foreach (string name in parameterNames)
        {
            _command.Parameters.Add(new SqliteParameter { ParameterName = name });
        }
    }

    /// <summary>Runs the statement with these values in the order of the names; returns the number of rows it changed.</summary>
    public int Execute(params ReadOnlySpan<object?> values)
    {
        Bind(values);
        return _command.ExecuteNonQuery();
    }

    /// <summary>Runs the query with these values in the order of the names.</summary>
    public SqliteDataReader Query(params ReadOnlySpan<object?> values)
    {
        Bind(values);
        return _command.ExecuteReader();
    }

    /// <inheritdoc/>
    public void Dispose() => _command.Dispose();

    private void Bind(ReadOnlySpan<object?> values)
    {
        for (int i = 0; i < values.Length; i++)
        {
            _command.Parameters[i].Value = values[i] ?? DBNull.Value;
        }
    }
}
