using Pipeline.Storage;

namespace Pipeline.Adapters.PostgreSql;

/// <content>Who of several processes writes: a row with an end, which the holder moves on. It holds across a restart of the server and behind a pool of connections, where a lock of a session does not.</content>
public sealed partial class PostgreSqlWarehouse
{
    private const string Renew = """
        INSERT INTO writer_lease AS l (name, holder, acquired_at, expires_at) VALUES ('writer', @holder, clock_timestamp(), clock_timestamp() + @seconds * interval '1 second')
        ON CONFLICT (name) DO UPDATE SET
            holder = excluded.holder,
            acquired_at = CASE WHEN l.holder = excluded.holder AND l.expires_at > clock_timestamp() THEN l.acquired_at ELSE excluded.acquired_at END,
            expires_at = excluded.expires_at
        WHERE l.holder = excluded.holder OR l.expires_at <= clock_timestamp()
        """;

    private const string ReadHolder = "SELECT holder, acquired_at FROM writer_lease WHERE name = 'writer'";
    private const string Release = "UPDATE writer_lease SET expires_at = clock_timestamp() WHERE name = 'writer' AND holder = @holder";

    private const string Claim = """
        INSERT INTO writer_lease (name, holder, acquired_at, expires_at) VALUES ('objects', @id, clock_timestamp(), clock_timestamp()) ON CONFLICT (name) DO NOTHING
        """;

    private const string ReadClaim = "SELECT holder FROM writer_lease WHERE name = 'objects'";

    /// <inheritdoc/>
    TimeSpan IWriterLease.Duration => TimeSpan.FromSeconds(_options.LeaseSeconds);

    /// <inheritdoc/>
    public Task<WriterTurn> TryAcquireAsync(string holder, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(holder);
        // One statement, which does not wait for those that write for long.
        return _database.ReadAsync(
            async session =>
            {
                bool isHeld = await session.RunAsync(Renew, SqlValue.Text("holder", holder), SqlValue.Whole("seconds", _options.LeaseSeconds)) == 1;
                return (await session.ListAsync(ReadHolder, reader => new WriterTurn(isHeld, reader.GetString(0), new DateTimeOffset(reader.GetDateTime(1)))))[0];
            },
            cancellationToken);
    }

    /// <inheritdoc/>
    public Task ReleaseAsync(string holder, CancellationToken cancellationToken = default) =>
        _database.ReadAsync(session => session.RunAsync(Release, SqlValue.Text("holder", holder)), cancellationToken);

    /// <inheritdoc/>
    public Task<string> ClaimStoreAsync(string id, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(id);
        return _database.ReadAsync(
            async session =>
            {
                await session.RunAsync(Claim, SqlValue.Text("id", id));
                return (await session.ListAsync(ReadClaim, reader => reader.GetString(0)))[0];
            },
            cancellationToken);
    }
}
