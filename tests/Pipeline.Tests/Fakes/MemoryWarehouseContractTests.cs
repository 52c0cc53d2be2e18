using Pipeline.Contracts;
using Pipeline.Storage;

namespace Pipeline.Tests.Fakes;

/// <summary>The fake that the other tests stand on promises what the real warehouses promise.</summary>
[TestClass]
public sealed class MemoryWarehouseContractTests : WarehouseContract
{
    protected override IWarehouse Create() => new MemoryWarehouse();
}
