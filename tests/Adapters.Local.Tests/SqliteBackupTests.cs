using Pipeline.Contracts.Backups;
using Pipeline.Storage;

namespace Pipeline.Adapters.Local.Tests;

[TestClass]
public sealed class SqliteBackupTests : BackupContract, IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly List<SqliteWarehouse> _made = [];

    protected override IWarehouse Create()
    {
        _made.Add(new SqliteWarehouse(_folder.File(FormattableString.Invariant($"warehouse-{_made.Count}.db"))));
        return _made[^1];
    }

    public void Dispose()
    {
        _made.ForEach(warehouse => warehouse.Dispose());
        _folder.Dispose();
    }
}
