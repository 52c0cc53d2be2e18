using System.Net.Sockets;
using System.Security.Authentication;
using Npgsql;

namespace Pipeline.Adapters.PostgreSql;

/// <summary>Says what a failure of the database means for the user, and whether the step is worth another try.</summary>
internal static class PostgreSqlFailure
{
    /// <summary>Whether an exception is a failure of the database, or of the way there.</summary>
    public static bool IsOfTheDatabase(Exception exception) => exception is NpgsqlException or SocketException or IOException or TimeoutException or AuthenticationException;

    /// <summary>Whether the server took the step back because of another, or is away for a while: nothing of the step has happened, or it can be asked whether it has.</summary>
    public static bool MayPass(Exception exception) => exception is PostgresException answer
        ? answer.SqlState is PostgresErrorCodes.SerializationFailure or PostgresErrorCodes.DeadlockDetected or PostgresErrorCodes.LockNotAvailable or PostgresErrorCodes.TooManyConnections || IsOut(answer)
        : IsConnection(exception) && !IsTimeout(exception) && exception.GetBaseException() is not AuthenticationException;

    /// <summary>Whether the connection is gone, or never came about.</summary>
    public static bool IsConnection(Exception exception) => exception is PostgresException answer ? IsOut(answer) : IsOfTheDatabase(exception);

    /// <summary>What happened where, and how to mend it.</summary>
    public static string Explain(string where, Exception exception) => exception switch
    {
        PostgresException answer => $"{Sentence(where)} {Why(answer)} (PostgreSQL: {answer.SqlState} {FirstLine(answer.MessageText)})",
        _ when exception.GetBaseException() is AuthenticationException => $"{Sentence(where)} cannot be reached over TLS: {FirstLine(exception.GetBaseException().Message)} Check SSL Mode and Root Certificate in PostgreSql:ConnectionString.",
        _ when IsTimeout(exception) => $"{Sentence(where)} did not answer in time. It is too busy, another process writes for long, or the network is in between. Nothing of this step is lost; run it again, or give it more time with Command Timeout in PostgreSql:ConnectionString.",
        _ when FirstLine(exception.Message).Contains("assword", StringComparison.Ordinal) => $"{Sentence(where)} asks for a password and none is set. Set PostgreSql:Password in the environment or in the Key Vault.",
        _ => $"{Sentence(where)} cannot be reached. {FirstLine(exception.GetBaseException().Message)} Start the server, or check Host and Port in PostgreSql:ConnectionString and the network. What was acknowledged is kept; run this step again.",
    };

    private static string Why(PostgresException answer) => answer.SqlState switch
    {
        PostgresErrorCodes.InvalidPassword or PostgresErrorCodes.InvalidAuthorizationSpecification => "refuses the user or the password. Check Username in PostgreSql:ConnectionString, PostgreSql:Password, and the server's pg_hba.conf.",
        PostgresErrorCodes.InvalidCatalogName => "is not there. Make it (docs/postgresql.md has the commands), or name another with Database in PostgreSql:ConnectionString.",
        PostgresErrorCodes.InsufficientPrivilege or PostgresErrorCodes.InvalidSchemaName => "denies a right. Give the user the schema, as docs/postgresql.md says: CREATE SCHEMA ... AUTHORIZATION, or ALTER TABLE ... OWNER TO.",
        PostgresErrorCodes.UndefinedTable or PostgresErrorCodes.UndefinedColumn or PostgresErrorCodes.UndefinedFunction => "lacks a part of the tables: something else has changed them. Restore them from a backup, or name an empty schema with PostgreSql:Schema.",
        PostgresErrorCodes.DiskFull => "is on a disk that is full. Nothing of what was being written is stored; what was before, is kept. Free some space and run it again.",
        PostgresErrorCodes.OutOfMemory => "has no memory left. Nothing of what was being written is stored; what was before, is kept. Run it again when the server is less busy.",
        PostgresErrorCodes.TooManyConnections => "has no connection left, also after all attempts. Raise max_connections, or lower Maximum Pool Size in PostgreSql:ConnectionString.",
        PostgresErrorCodes.ReadOnlySqlTransaction => "takes no writes: it is a standby, or set to read only. Name the primary, or all of them with Target Session Attributes=read-write in PostgreSql:ConnectionString.",
        PostgresErrorCodes.ProgramLimitExceeded => "refuses a row: an incident's number or its tech center is longer than the 2,700 bytes that an index takes. Shorten it in the source.",
        PostgresErrorCodes.SerializationFailure or PostgresErrorCodes.DeadlockDetected or PostgresErrorCodes.LockNotAvailable => "was changed by something else at the same moment, also after all attempts. Nothing of this step was stored; run it again.",
        _ when IsOut(answer) => "is stopping or starting, also after all attempts. What was acknowledged is kept; run this step again when the server is up.",
        _ => "refused a step.",
    };

    private static bool IsOut(PostgresException answer) => answer.SqlState is PostgresErrorCodes.AdminShutdown or PostgresErrorCodes.CrashShutdown or PostgresErrorCodes.CannotConnectNow
        || answer.SqlState.StartsWith("08", StringComparison.Ordinal);

    private static bool IsTimeout(Exception exception) => exception is TimeoutException || exception.InnerException is TimeoutException;

    private static string Sentence(string where) => char.ToUpperInvariant(where[0]) + where[1..];

    private static string FirstLine(string message) => message.Split('\n')[0].Trim().TrimEnd('.') + ".";
}
