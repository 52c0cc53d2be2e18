using Pipeline.Contracts.Backups;
using Pipeline.Storage;

namespace Pipeline.Adapters.PostgreSql.Tests;

[TestClass]
public sealed class PostgreSqlBackupTests : BackupContract, IDisposable
{
    private readonly List<PostgreSqlWarehouse> _made = [];

    protected override IWarehouse Create()
    {
        _made.Add(TestWarehouses.New());
        return _made[^1];
    }

    public void Dispose() => _made.ForEach(warehouse => warehouse.Dispose());
}
