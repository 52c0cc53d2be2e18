using System.Diagnostics;
using Npgsql;
using Pipeline.Storage;
using Pipeline.TestSupport;

namespace Pipeline.Adapters.PostgreSql.Tests;

/// <summary>A server that takes nothing but TLS, with a certificate that was made for it.</summary>
[TestClass]
public sealed class TlsTests
{
    private const string Name = "localhost";

    [TestMethod]
    public async Task A_server_whose_certificate_and_name_are_verified_is_written_and_read_and_any_other_is_refused()
    {
        using PostgreSqlServer server = new();
        string issuer = server.UseTls(Name);
        await UntilItSpeaksTlsAsync(server, issuer);
        string schema = server.NewSchema();

        await using (PostgreSqlWarehouse warehouse = Open(server, schema, Name, issuer))
        {
            await warehouse.InitializeAsync();
            await warehouse.SetSettingAsync("a", "1");
            (await warehouse.GetSettingAsync("a")).ShouldBe("1");
        }

        using PostgreSqlServer other = new();
        string foreign = other.UseTls(Name);
        foreach ((string host, string trusted, string mode) in new[] { (Name, foreign, "VerifyFull"), ("127.0.0.1", issuer, "VerifyFull") })
        {
            await using PostgreSqlWarehouse refused = Open(server, schema, host, trusted, mode);
            (await Should.ThrowAsync<WarehouseException>(() => refused.GetSettingAsync("a"))).Message.ShouldContain("cannot be reached over TLS");
        }

        await using PostgreSqlWarehouse plain = Open(server, schema, Name, issuer, "Disable");
        await Should.ThrowAsync<WarehouseException>(() => plain.GetSettingAsync("a"));
    }

    private static PostgreSqlWarehouse Open(PostgreSqlServer server, string schema, string host, string issuer, string mode = "VerifyFull") => new(
        new PostgreSqlOptions { ConnectionString = Connection(server, host, issuer, mode), Schema = schema, Attempts = 2, FirstRetry = TimeSpan.FromMilliseconds(50) },
        () => PostgreSqlServer.Password);

    private static string Connection(PostgreSqlServer server, string host, string issuer, string mode) =>
        $"{server.Connection().Replace("Host=127.0.0.1", $"Host={host}", StringComparison.Ordinal)};SSL Mode={mode};Root Certificate={issuer}";

    // It takes the certificate up a moment after it was told to.
    private static async Task UntilItSpeaksTlsAsync(PostgreSqlServer server, string issuer)
    {
        Stopwatch clock = Stopwatch.StartNew();
        while (true)
        {
            try
            {
                await using NpgsqlConnection connection = new($"{Connection(server, Name, issuer, "VerifyFull")};Password={PostgreSqlServer.Password};Pooling=false");
                await connection.OpenAsync();
                await using NpgsqlCommand asked = new("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()", connection);
                ((bool)(await asked.ExecuteScalarAsync())!).ShouldBeTrue();
                return;
            }
            catch (NpgsqlException) when (clock.Elapsed < TimeSpan.FromMinutes(4))
            {
                await Task.Delay(50);
            }
        }
    }
}
