using Pipeline.Contracts;
using Pipeline.Storage;

namespace Pipeline.Adapters.Local.Tests;

[TestClass]
public sealed class SqliteSearchContractTests : SearchContract, IDisposable
{
    private readonly TemporaryFolder _folder = new();

    protected override IWarehouse Open() => new SqliteWarehouse(_folder.File("data/warehouse.db"));

    [TestCleanup]
    public async Task Close() => await DisposeAsync(Warehouse);

    public void Dispose() => _folder.Dispose();
}
