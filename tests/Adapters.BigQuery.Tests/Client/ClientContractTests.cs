using Pipeline.Contracts;
using Pipeline.Storage;

namespace Pipeline.Adapters.BigQuery.Tests;

/// <summary>The contract through Google's client, over HTTP on this machine.</summary>
[TestClass]
public sealed class ClientContractTests : WarehouseContract, IAsyncDisposable
{
    private readonly Dataset _dataset = new();
    private readonly LoopbackBigQuery _server;
    private BigQueryWarehouse? _warehouse;

    public ClientContractTests() => _server = new LoopbackBigQuery(_dataset.Faults);

    protected override IWarehouse Create() => _warehouse = new BigQueryWarehouse(Dataset.Options with { Endpoint = _server.Address }, () => null, GoogleBigQuery.Connect);

    public async ValueTask DisposeAsync()
    {
        _warehouse?.Dispose();
        await _server.DisposeAsync();
        _dataset.Dispose();
    }
}
