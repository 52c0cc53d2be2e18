using Pipeline.Contracts;
using Pipeline.Storage;

namespace Pipeline.Adapters.PostgreSql.Tests;

[TestClass]
public sealed class PostgreSqlWarehouseContractTests : WarehouseContract, IDisposable
{
    public void Dispose() => (Warehouse as PostgreSqlWarehouse)?.Dispose();

    protected override IWarehouse Create() => TestWarehouses.New();
}
