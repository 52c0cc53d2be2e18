namespace Pipeline.Adapters.BigQuery.Tests;

/// <summary>A dataset in memory and the warehouses over it, without pauses to speak of.</summary>
internal sealed class Dataset : IDisposable
{
    public static readonly BigQueryOptions Options = new()
    {
        ProjectId = "a-project",
        Attempts = 4,
        FirstRetry = TimeSpan.FromMilliseconds(1),
        FirstLook = TimeSpan.FromMilliseconds(1),
        Endpoint = "http://localhost:1",
    };

    public Dataset(DuckBigQuery? duck = null)
    {
        Duck = duck ?? new DuckBigQuery();
        Faults = new FaultyBigQuery(Duck);
    }

    public DuckBigQuery Duck { get; }

    /// <summary>What goes wrong on the way there.</summary>
    public FaultyBigQuery Faults { get; }

    public BigQueryWarehouse Warehouse(BigQueryOptions? options = null) => new(options ?? Options, () => null, (_, _) => Faults);

    public void Dispose() => Duck.Close();
}
