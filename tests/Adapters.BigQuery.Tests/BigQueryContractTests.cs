using Pipeline.Contracts;
using Pipeline.Storage;

namespace Pipeline.Adapters.BigQuery.Tests;

/// <summary>The contract over the adapter's own statements, in the build that everyone makes.</summary>
[TestClass]
public sealed class BigQueryContractTests : WarehouseContract, IDisposable
{
    private readonly Dataset _dataset = new();
    private BigQueryWarehouse? _warehouse;

    protected override IWarehouse Create() => _warehouse = _dataset.Warehouse();

    public void Dispose()
    {
        _warehouse?.Dispose();
        _dataset.Dispose();
    }
}
