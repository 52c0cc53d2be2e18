using Dapper;
using Microsoft.Data.Sqlite;

namespace Pipeline.Adapters.Local;

/// <content>A state of the file that is read while others write.</content>
public sealed partial class SqliteFile
{
    /// <summary>Opens a transaction that sees the file as it is now, until it is disposed of with its connection. The log grows meanwhile, since what it holds cannot be moved into the file.</summary>
    internal async Task<SqliteTransaction> OpenSnapshotAsync(CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        await OpenAsync(cancellationToken);
        return await Task.Run(
            () => Guard(() =>
            {
                SqliteConnection connection = OpenReader();
                try
                {
                    // The state is taken at the transaction's first read.
                    SqliteTransaction transaction = connection.BeginTransaction(deferred: true);
                    connection.ExecuteScalar<long>("SELECT COUNT(*) FROM sqlite_master", transaction: transaction);
                    return transaction;
                }
                catch
                {
                    connection.Dispose();
                    throw;
                }
            }),
            cancellationToken);
    }

    /// <summary>Does one step of reading; a failure of the database says what happened to which file.</summary>
    internal T Try<T>(Func<T> step) => Guard(step);
}
