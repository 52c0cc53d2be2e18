using Npgsql;

namespace Pipeline.Adapters.PostgreSql;

/// <summary>A connection for some statements that belong together.</summary>
/// <param name="database">The database.</param>
/// <param name="connection">The connection, which is disposed of with the session where that is.</param>
/// <param name="cancellationToken">Stops the statements.</param>
internal sealed class PostgreSqlSession(PostgreSqlDatabase database, NpgsqlConnection connection, CancellationToken cancellationToken) : IAsyncDisposable
{
    private NpgsqlCommand? _open;

    /// <summary>Stops the statements.</summary>
    public CancellationToken CancellationToken { get; } = cancellationToken;

    /// <summary>The transaction that ends with the session; null where it is another's.</summary>
    public NpgsqlTransaction? Transaction { get; init; }

    /// <summary>The reader of <see cref="OpenAsync"/>.</summary>
    public NpgsqlDataReader? Reader { get; private set; }

    /// <summary>Runs statements; returns the number of rows that they changed.</summary>
    public async Task<int> RunAsync(string sql, params NpgsqlParameter[] parameters)
    {
        await using NpgsqlCommand command = Command(sql, parameters);
        return await command.ExecuteNonQueryAsync(CancellationToken);
    }

    /// <summary>The first column of the first row; null where there is none.</summary>
    public async Task<T?> OneAsync<T>(string sql, params NpgsqlParameter[] parameters)
    {
        await using NpgsqlCommand command = Command(sql, parameters);
        return await command.ExecuteScalarAsync(CancellationToken) is T value ? value : default;
    }

    /// <summary>The rows of a query.</summary>
    public async Task<List<T>> ListAsync<T>(string sql, Func<NpgsqlDataReader, T> read, params NpgsqlParameter[] parameters)
    {
        List<T> rows = [];
        await foreach (T row in EachAsync(sql, read, parameters))
        {
            rows.Add(row);
        }

        return rows;
    }

    /// <summary>The rows of a query, one by one.</summary>
    public async IAsyncEnumerable<T> EachAsync<T>(string sql, Func<NpgsqlDataReader, T> read, params NpgsqlParameter[] parameters)
    {
        await using NpgsqlCommand command = Command(sql, parameters);
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(CancellationToken);
        while (await reader.ReadAsync(CancellationToken))
        {
            yield return database.Row(reader, read);
        }
    }

    /// <summary>Begins a query whose rows <see cref="Reader"/> reads.</summary>
    public async Task OpenAsync(string sql, NpgsqlParameter[] parameters)
    {
        _open = Command(sql, parameters);
        Reader = await _open.ExecuteReaderAsync(CancellationToken);
    }

    /// <summary>Tells the server to send no more of what <see cref="OpenAsync"/> asked for.</summary>
    public void Stop() => _open?.Cancel();

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        try
        {
            await (Reader?.DisposeAsync() ?? ValueTask.CompletedTask);
            await (_open?.DisposeAsync() ?? ValueTask.CompletedTask);
            await (Transaction?.DisposeAsync() ?? ValueTask.CompletedTask);
        }
        catch (Exception e) when (PostgreSqlFailure.IsOfTheDatabase(e))
        {
            // What is read no more may end in any way.
        }

        await connection.DisposeAsync();
    }

    private NpgsqlCommand Command(string sql, NpgsqlParameter[] parameters)
    {
        // Every caller passes a constant, or names of tables that the server gave; values travel as parameters.
#pragma warning disable CA2100
        NpgsqlCommand command = new(sql, connection);
#pragma warning restore CA2100
        foreach (NpgsqlParameter parameter in parameters)
        {
            // A parameter belongs to one command, and a step may be tried again.
            command.Parameters.Add(parameter.Clone());
        }

        return command;
    }
}
