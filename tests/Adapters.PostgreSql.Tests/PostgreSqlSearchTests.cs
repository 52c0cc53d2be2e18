using Pipeline.Contracts;
using Pipeline.Storage;
using Pipeline.TestSupport;

namespace Pipeline.Adapters.PostgreSql.Tests;

[TestClass]
public sealed class PostgreSqlSearchTests : SearchContract
{
    private string? _schema;

    protected override IWarehouse Open() => TestWarehouses.New(_schema ??= PostgreSqlServer.Require().NewSchema());

    [TestCleanup]
    public async Task Close() => await DisposeAsync(Warehouse);
}
