using Pipeline.Alerts;
using Pipeline.Classification;
using Pipeline.Measures;
using Pipeline.Monitoring;
using Pipeline.Storage;
using Pipeline.Telemetry;
using Pipeline.Tests.Support;

namespace Pipeline.Tests.Monitoring;

[TestClass]
[DoNotParallelize]
public sealed class NoteMeasuresTests
{
    [TestMethod]
    public async Task A_prediction_is_noted_with_its_version_and_every_measure_of_the_watch()
    {
        using MeasureCollector collector = new(TimeProvider.System);
        await using SmallCompany company = await SmallCompany.OpenAsync();
        using NoteMeasures note = Note(company, collector);
        await company.ReportAsync(SmallCompany.TechCenter, 125);
        await company.TrainAsync();
        await PredictAsync(company, note);
        await company.ReportAsync(SmallCompany.TechCenter, 10, new DateTimeOffset(2026, 6, 9, 0, 0, 0, TimeSpan.Zero), ["The scanner {0} of {1} gives grey pages"]);
        company.Clock.Advance(TimeSpan.FromMinutes(20));
        await PredictAsync(company, note);

        Measure[] noted = await NotedAsync(company);
        noted.Sum(m => m.Name is "predictions" ? m.Value : 0).ShouldBe(135);
        noted.Sum(m => m.Name is "incidents.read" ? m.Value : 0).ShouldBe(135);
        string[] expected = ["confidence.p10", "confidence.p50", "confidence.p90", "likeness.p50", "noise.share", "problem.size.p50", "problem.size.max", "silhouette", "embedding.made", "clusters", "quality", "training.seconds.max"];
        expected.Except(noted.Select(m => m.Name), StringComparer.Ordinal).ShouldBeEmpty();
        noted.Where(m => m.Name is "confidence.p50" or "noise.share").ShouldAllBe(m => m.Value >= 0 && m.Value <= 1 && m.Version == "2026_q2");
        noted.ShouldAllBe(m => m.TechCenter == null || m.TechCenter == SmallCompany.TechCenter);
    }

    [TestMethod]
    public async Task The_lag_is_of_incidents_that_came_since_the_last_prediction_and_not_of_those_that_are_predicted_anew()
    {
        using MeasureCollector collector = new(TimeProvider.System);
        await using SmallCompany company = await SmallCompany.OpenAsync();
        using NoteMeasures note = Note(company, collector);
        await company.ReportAsync(SmallCompany.TechCenter, 125);
        await company.TrainAsync();
        await PredictAsync(company, note);
        (await NotedAsync(company)).ShouldNotContain(m => m.Name.StartsWith("lag.", StringComparison.Ordinal), "whether these were predicted before is not known");

        company.Clock.Advance(TimeSpan.FromMinutes(60));
        await company.ReportAsync(SmallCompany.TechCenter, 4, new DateTimeOffset(2026, 6, 9, 0, 0, 0, TimeSpan.Zero));
        company.Clock.Advance(TimeSpan.FromMinutes(20));
        await PredictAsync(company, note);

        (await NotedAsync(company)).Where(m => m.Name is "lag.seconds.p50" or "lag.seconds.max").Select(m => m.Value).ShouldBe([1200, 1200]);
    }

    [TestMethod]
    public async Task A_model_that_cannot_be_used_counts_each_incident_that_waits_and_is_an_alert()
    {
        using MeasureCollector collector = new(TimeProvider.System);
        await using SmallCompany company = await SmallCompany.TrainedAsync();
        using NoteMeasures note = Note(company, collector);
        await company.ReportAsync(SmallCompany.TechCenter, 7, new DateTimeOffset(2026, 6, 9, 0, 0, 0, TimeSpan.Zero));
        await foreach (StoredObject stored in company.Objects.ListAsync("hdbscan-models/"))
        {
            if (!stored.Name.Contains("/2026_q2/", StringComparison.Ordinal))
            {
                continue;
            }

            await company.Objects.WriteAsync(stored.Name, (stream, token) => stream.WriteAsync(new byte[] { 1, 2, 3 }, token).AsTask());
        }

        await PredictAsync(company, note);

        (await NotedAsync(company)).Where(m => m.Name is "predictions.failed").ShouldHaveSingleItem().Value.ShouldBe(7);
        Alert alert = (await company.Warehouse.ReadAlertsAsync(10)).ShouldHaveSingleItem();
        (alert.Rule, alert.TechCenter).ShouldBe((AlertRules.ModelUnusable, SmallCompany.TechCenter));
    }

    [TestMethod]
    public void Answers_count_as_slow_only_when_there_are_twenty_of_the_last_quarter_of_an_hour()
    {
        Fakes.ManualClock clock = new();
        using MeasureCollector collector = new(clock);
        Answer(19, 0.1);
        collector.Drain().ShouldNotContain(m => m.Name == "classify.seconds.p95");
        clock.Advance(TimeSpan.FromMinutes(5));
        Answer(1, 3);
        IReadOnlyList<Measure> measures = collector.Drain();
        Value("classify.seconds.p50").ShouldBe(0.1);
        Value("classify.seconds.p99").ShouldBe(3);
        Value("classify.requests").ShouldBe(1);
        Value("requests").ShouldBe(1);
        clock.Advance(TimeSpan.FromMinutes(16));
        Answer(1, 0.1);
        collector.Drain().ShouldNotContain(m => m.Name == "classify.seconds.p95");

        double Value(string name) => measures.Where(m => m.Name == name).ShouldHaveSingleItem().Value;

        static void Answer(int count, double seconds)
        {
            for (int i = 0; i < count; i++)
            {
                PipelineMetrics.RequestDuration.Record(seconds, new("method", "POST"), new("route", "classify"), new("status", 200));
            }
        }
    }

    [TestMethod]
    public void The_quantiles_of_a_hundred_thousand_values_are_close_to_those_of_all()
    {
        ValueSample sample = new();
        for (int i = 0; i < 100_000; i++)
        {
            sample.Add(i * 7919 % 100_000);
        }

        sample.Count.ShouldBe(100_000);
        sample.Max.ShouldBe(99_999);
        sample.Quantile(0.5).ShouldBe(50_000, 2_000);
        sample.Quantile(0.95).ShouldBe(95_000, 2_000);
        new ValueSample().Quantile(0.5).ShouldBe(double.NaN);
    }

    [TestMethod]
    public async Task What_the_warehouse_does_not_take_is_written_the_next_time()
    {
        using MeasureCollector collector = new(TimeProvider.System);
        await using SmallCompany company = await SmallCompany.OpenAsync();
        FailingMeasures table = new(company.Warehouse);
        using NoteMeasures note = new(table, company.Warehouse, collector, new RaiseAlert(company.Warehouse, new AlertOptions(), company.Clock));
        PipelineMetrics.NoiseShare.Record(0.5, PipelineMetrics.TechCenter("late"));

        (await note.RunAsync()).ShouldBe(0);
        table.Fails = false;
        (await note.RunAsync()).ShouldBeGreaterThan(0);
        (await company.Warehouse.ReadMeasuresAsync(DateTimeOffset.MinValue, DateTimeOffset.MaxValue).ToListAsync()).ShouldContain(m => m.TechCenter == "late" && m.Value == 0.5);
    }

    private static NoteMeasures Note(SmallCompany company, MeasureCollector collector) => new(company.Warehouse, company.Warehouse, collector, new RaiseAlert(company.Warehouse, new AlertOptions(), company.Clock));

    private static async Task PredictAsync(SmallCompany company, NoteMeasures note)
    {
        DateTimeOffset begunAt = company.Clock.GetUtcNow();
        PredictIncidents predict = new(company.Warehouse, company.Warehouse, company.Models, company.Preprocess.Embedder, new PredictionOptions(), company.Clock);
        await note.AfterPredictionAsync(await predict.RunAsync(), begunAt);
    }

    private static async Task<Measure[]> NotedAsync(SmallCompany company) =>
        [.. (await company.Warehouse.ReadMeasuresAsync(DateTimeOffset.MinValue, DateTimeOffset.MaxValue).ToListAsync()).Where(m => m.TechCenter is null or SmallCompany.TechCenter)];

    private sealed class FailingMeasures(IMeasures table) : IMeasures
    {
        public bool Fails { get; set; } = true;

        public Task SaveMeasuresAsync(IReadOnlyList<Measure> measures, CancellationToken cancellationToken = default) => Fails ? throw new WarehouseException("The disk is full.") : table.SaveMeasuresAsync(measures, cancellationToken);

        public IAsyncEnumerable<Measure> ReadMeasuresAsync(DateTimeOffset from, DateTimeOffset until, string? name = null, CancellationToken cancellationToken = default) => table.ReadMeasuresAsync(from, until, name, cancellationToken);

        public Task<long> PurgeMeasuresAsync(DateTimeOffset before, CancellationToken cancellationToken = default) => table.PurgeMeasuresAsync(before, cancellationToken);

        public Task<IReadOnlyList<double>> ReadLagsAsync(string techCenter, DateTimeOffset arrivedAfter, CancellationToken cancellationToken = default) => table.ReadLagsAsync(techCenter, arrivedAfter, cancellationToken);
    }
}
