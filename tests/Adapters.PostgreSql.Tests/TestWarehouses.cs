using Pipeline.TestSupport;

namespace Pipeline.Adapters.PostgreSql.Tests;

/// <summary>Warehouses on the server that the tests share, each in a schema of its own unless one is named.</summary>
[TestClass]
public static class TestWarehouses
{
    [AssemblyCleanup]
    public static void StopServer() => PostgreSqlServer.Release();

    internal static PostgreSqlWarehouse New(string? schema = null) => On(PostgreSqlServer.Require(), schema);

    internal static PostgreSqlWarehouse On(PostgreSqlServer server, string? schema = null, int? port = null, int attempts = 8) => new(
        new PostgreSqlOptions { ConnectionString = server.Connection(port: port), Schema = schema ?? server.NewSchema(), Attempts = attempts, FirstRetry = TimeSpan.FromMilliseconds(50), LeaseSeconds = 5 },
        () => PostgreSqlServer.Password);
}
