using Pipeline.Alerts;
using Pipeline.Classification;
using Pipeline.Incidents;
using Pipeline.Measures;
using Pipeline.Preprocessing;
using Pipeline.Storage;
using Pipeline.Training;
using static Pipeline.Contracts.Rows;

namespace Pipeline.Contracts;

/// <summary>What every warehouse promises. Derive a test class to run it against one.</summary>
public abstract partial class WarehouseContract
{
    /// <summary>An empty, initialized warehouse that this test has to itself.</summary>
    protected IWarehouse Warehouse { get; private set; } = null!;

    protected IIncidents Incidents => (IIncidents)Warehouse;

    protected ITechCenters TechCenters => (ITechCenters)Warehouse;

    protected IPreprocessedIncidents Preprocessed => (IPreprocessedIncidents)Warehouse;

    protected IPredictions Predictions => (IPredictions)Warehouse;

    protected ITrainingJournal Journal => (ITrainingJournal)Warehouse;

    protected ISettingsTable Settings => (ISettingsTable)Warehouse;

    protected IMeasures Measures => (IMeasures)Warehouse;

    protected IAlertLog Alerts => (IAlertLog)Warehouse;

    protected abstract IWarehouse Create();

    [TestInitialize]
    public async Task Initialize()
    {
        Warehouse = Create();
        await Warehouse.InitializeAsync();
    }

    [TestMethod]
    public async Task Initializing_again_keeps_what_is_stored()
    {
        await Incidents.UpsertIncidentsAsync([Incident("A")]);
        await Warehouse.InitializeAsync();
        (await Incidents.CountChangesAsync(0)).ShouldBe(1);
    }

    [TestMethod]
    public async Task An_empty_call_changes_nothing()
    {
        (await Incidents.UpsertIncidentsAsync([])).ShouldBe(new UpsertOutcome(0, 0, 0));
        await Predictions.SavePredictionsAsync([]);
        (await Incidents.ReadChangesAsync(0, 10)).ShouldBeEmpty();
        (await Preprocessed.FindEmbeddingsAsync("e", [])).ShouldBeEmpty();
        (await TechCenters.ReadStatisticsAsync()).ShouldBeEmpty();
    }

    private Task<List<PreprocessedIncident>> Window(DateTimeOffset? from = null, DateTimeOffset? until = null, string techCenter = "network") =>
        ToListAsync(Preprocessed.ReadWindowAsync(techCenter, "e", from ?? Day(1), until ?? Day(31)));

    private Task<List<PredictedIncident>> Predicted(string? techCenter = null) => ToListAsync(Predictions.ReadPredictedAsync(techCenter));

    private async Task<IEnumerable<string>> Unpredicted(int limit, string? trial = null) =>
        (await Predictions.ReadUnpredictedAsync("network", "e", "network/2026_q2", trial, limit)).Select(incident => incident.Number);

    // As the prediction asks: behind the last one that it has had, and from the first again where none is there.
    private async Task<List<string>> UnpredictedInBatches(int limit)
    {
        List<string> read = [];
        PreprocessedIncident? last = null;
        while (await Predictions.ReadUnpredictedAsync("network", "e", "network/2026_q2", null, limit, last) is var batch && (batch.Count > 0 || last is not null))
        {
            read.AddRange(batch.Select(row => row.Number));
            await Predictions.SavePredictionsAsync([.. batch.Select(row => Answer(row.Number))]);
            last = batch is [.., var newest] ? newest : null;
        }

        return read;
    }

    private static async Task<List<T>> ToListAsync<T>(IAsyncEnumerable<T> rows)
    {
        var list = new List<T>();
        await foreach (T row in rows)
        {
            list.Add(row);
        }

        return list;
    }
}
