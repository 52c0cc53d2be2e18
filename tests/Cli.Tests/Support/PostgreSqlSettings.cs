using Pipeline.TestSupport;

namespace Pipeline.Cli.Tests.Support;

/// <summary>The settings of a warehouse on the PostgreSQL server that the tests of this process share.</summary>
[TestClass]
public static class PostgreSqlSettings
{
    [AssemblyCleanup]
    public static void StopServer() => PostgreSqlServer.Release();

    /// <summary>A schema, which is new unless it is named.</summary>
    internal static Dictionary<string, string> Of(string? schema = null) => new(StringComparer.Ordinal)
    {
        ["Warehouse__Kind"] = "PostgreSql",
        ["PostgreSql__ConnectionString"] = PostgreSqlServer.Require().Connection(),
        ["PostgreSql__Password"] = PostgreSqlServer.Password,
        ["PostgreSql__Schema"] = schema ?? PostgreSqlServer.Require().NewSchema(),
        ["PostgreSql__LeaseSeconds"] = "5",
    };
}
