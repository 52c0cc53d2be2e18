using Pipeline.Contracts;
using Pipeline.Storage;

namespace Pipeline.Adapters.Local.Tests;

[TestClass]
public sealed class SqliteWarehouseContractTests : WarehouseContract, IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose()
    {
        (Warehouse as SqliteWarehouse)?.Dispose();
        _folder.Dispose();
    }

    protected override IWarehouse Create() => new SqliteWarehouse(_folder.File("warehouse.db"));
}
