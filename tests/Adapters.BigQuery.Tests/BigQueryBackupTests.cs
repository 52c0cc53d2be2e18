using Pipeline.Contracts.Backups;
using Pipeline.Storage;

namespace Pipeline.Adapters.BigQuery.Tests;

/// <summary>The contract of backups over the adapter's own statements.</summary>
[TestClass]
public sealed class BigQueryBackupTests : BackupContract, IDisposable
{
    private readonly List<(Dataset Dataset, BigQueryWarehouse Warehouse)> _made = [];

    protected override IWarehouse Create()
    {
        Dataset dataset = new();
        BigQueryWarehouse warehouse = dataset.Warehouse();
        _made.Add((dataset, warehouse));
        return warehouse;
    }

    public void Dispose()
    {
        foreach ((Dataset dataset, BigQueryWarehouse warehouse) in _made)
        {
            warehouse.Dispose();
            dataset.Dispose();
        }
    }
}
