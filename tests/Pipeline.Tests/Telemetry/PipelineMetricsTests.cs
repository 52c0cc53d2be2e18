using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Globalization;
using Microsoft.Extensions.AI;
using Pipeline.Classification;
using Pipeline.EmergencyStop;
using Pipeline.Incidents;
using Pipeline.Monitoring;
using Pipeline.Preprocessing;
using Pipeline.Telemetry;
using Pipeline.Tests.Support;

namespace Pipeline.Tests.Telemetry;

[TestClass]
[DoNotParallelize]
public sealed class PipelineMetricsTests
{
    private readonly ConcurrentQueue<(string Name, double Value, Dictionary<string, string> Tags)> _measured = new();

    [TestMethod]
    public async Task A_run_of_the_use_cases_measures_every_instrument_but_those_of_a_service()
    {
        using MeterListener listener = Listen();
        await using SmallCompany company = await SmallCompany.TrainedAnewAsync();
        await company.ReportAsync(SmallCompany.TechCenter, 10, problems: ["Printer on floor 3 shows a paper jam and does not print"]);
        await company.Warehouse.UpsertIncidentsAsync([new Incident { Number = "empty", CreatedOn = company.Clock.GetUtcNow(), Texts = ["<p>&nbsp;</p>"], TechCenter = SmallCompany.TechCenter }]);
        await company.Preprocess.RunAsync();
        await company.PredictAsync();
        await company.Classify().RunAsync(new ClassifyRequest(SmallCompany.TechCenter, "printer paper jam"));
        await new PipelineMonitor(company.Warehouse, company.Warehouse, company.Warehouse, company.Objects, company.Models, company.Tuned, company.Preprocess, company.Embedder, new OperatingModes(company.Objects, company.Clock), company.Clock).MeasureLagAsync();
        listener.RecordObservableInstruments();

        Dictionary<string, string> center = new(StringComparer.Ordinal) { ["tech_center"] = SmallCompany.TechCenter };
        Sum("pipeline.incidents.read", center).ShouldBe(136);
        Sum("pipeline.incidents.masked", center).ShouldBe(135);
        Sum("pipeline.incidents.rejected", center).ShouldBe(1);
        (Sum("pipeline.incidents.embedded", center) + Sum("pipeline.incidents.cached", center)).ShouldBe(135);
        Sum("pipeline.incidents.cached", center).ShouldBeGreaterThanOrEqualTo(9);
        Sum("pipeline.predictions", center).ShouldBe(135);
        Of("pipeline.predictions").Select(m => m.Tags["outcome"]).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ShouldBe(["clustered", "unclustered"]);
        Of("pipeline.prediction.confidence").ShouldAllBe(m => m.Value >= 0 && m.Value <= 1);
        Of("pipeline.noise.share").ShouldAllBe(m => m.Value >= 0 && m.Value <= 1);
        Of("pipeline.training.duration").Where(m => m.Tags["status"] is "Published").ShouldHaveSingleItem().Value.ShouldBeGreaterThan(0);
        Of("pipeline.training.problems").ShouldHaveSingleItem().Value.ShouldBeGreaterThan(1);
        Of("pipeline.training.clusters").ShouldHaveSingleItem().Value.ShouldBeGreaterThan(1);
        Of("pipeline.training.quality").ShouldHaveSingleItem().Value.ShouldBeInRange(-1, 1);
        Of("pipeline.classify.duration").ShouldHaveSingleItem();
        Of("pipeline.data.lag").Where(m => m.Tags["tech_center"] is SmallCompany.TechCenter).ShouldHaveSingleItem().Value.ShouldBeGreaterThanOrEqualTo(0);
        _measured.SelectMany(m => m.Tags.Keys).ShouldAllBe(tag => tag == "tech_center" || tag == "outcome" || tag == "status" || tag == "operation");
    }

    [TestMethod]
    public async Task A_failed_operation_is_counted_and_a_request_that_cannot_be_fulfilled_is_not()
    {
        using MeterListener listener = Listen();
        await using SmallCompany company = await SmallCompany.OpenAsync();
        await company.Warehouse.UpsertIncidentsAsync([new Incident { Number = "1", CreatedOn = company.Clock.GetUtcNow(), Texts = ["printer jam"], TechCenter = "A" }]);

        await Should.ThrowAsync<EmbedderException>(() => Preprocess(company, new Embedder(_ => throw new EmbedderException("The service is away."))).RunAsync());
        await SmallCompany.RefusedAsync(() => company.Classify().RunAsync(new ClassifyRequest("Nowhere", "text")));

        Of("pipeline.errors").ShouldHaveSingleItem().Tags["operation"].ShouldBe("preprocess");
    }

    [TestMethod]
    public async Task A_text_counts_as_embedded_when_it_is_paid_for_though_its_batch_fails_later()
    {
        await using SmallCompany company = await SmallCompany.OpenAsync();
        await company.Warehouse.UpsertIncidentsAsync(
            [.. new[] { "printer jam", "vpn down", "printer jam" }.Select((text, i) => new Incident { Number = $"{i}", CreatedOn = company.Clock.GetUtcNow(), Texts = [text], TechCenter = "Paid" })]);
        Dictionary<string, string> center = new(StringComparer.Ordinal) { ["tech_center"] = "Paid" };
        using MeterListener listener = Listen();

        await Should.ThrowAsync<EmbedderException>(() => Preprocess(company, new Embedder(text => text.Contains("vpn", StringComparison.OrdinalIgnoreCase) ? throw new EmbedderException("The service is away.") : null)).RunAsync());
        Sum("pipeline.incidents.embedded", center).ShouldBe(1);
        await Preprocess(company, new Embedder(_ => null)).RunAsync();

        Sum("pipeline.incidents.embedded", center).ShouldBe(2);
        Sum("pipeline.incidents.cached", center).ShouldBe(2);
        Sum("pipeline.incidents.read", center).ShouldBe(3);
    }

    [TestMethod]
    public async Task A_text_that_the_embedder_refuses_is_kept_aside_and_the_rest_goes_on()
    {
        await using SmallCompany company = await SmallCompany.OpenAsync();
        await company.Warehouse.UpsertIncidentsAsync(
            [.. new[] { "printer jam", "bad words", "vpn down", "bad words" }.Select((text, i) => new Incident { Number = $"{i}", CreatedOn = company.Clock.GetUtcNow(), Texts = [text], TechCenter = "A" })]);

        PreprocessOutcome outcome = await Preprocess(company, new Embedder(text => text.Contains("bad", StringComparison.OrdinalIgnoreCase) ? "The filter refuses it." : null)).RunAsync();

        outcome.ShouldBe(new PreprocessOutcome(4, 2, 2, 2));
        IReadOnlyList<DeadLetter> aside = await company.Warehouse.ReadDeadLettersAsync();
        aside.Select(d => d.Number).Order(StringComparer.Ordinal).ShouldBe(["1", "3"]);
        aside.ShouldAllBe(d => d.Reason == "The filter refuses it.");
    }

    [TestMethod]
    public async Task The_activities_of_the_use_cases_are_children_of_what_asked_for_them()
    {
        ConcurrentQueue<Activity> ended = new();
        using ActivityListener listener = new()
        {
            ShouldListenTo = source => source.Name is PipelineActivity.SourceName,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = ended.Enqueue,
        };
        ActivitySource.AddActivityListener(listener);
        const string asked = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
        using (PipelineActivity.Begin("test", ActivityKind.Internal, asked))
        {
            await using SmallCompany company = await SmallCompany.TrainedAnewAsync();
            await company.Classify().RunAsync(new ClassifyRequest(SmallCompany.TechCenter, "printer paper jam"));
        }

        string[] names = [.. ended.Where(a => a.TraceId.ToString() is "0af7651916cd43dd8448eb211c80319c").Select(a => a.OperationName).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        names.ShouldBe(["pipeline.classify", "pipeline.embed", "pipeline.predict", "pipeline.preprocess", "pipeline.train", "test"]);
        ended.Where(a => a.OperationName is "pipeline.train").ShouldAllBe(a => (string?)a.GetTagItem("tech_center") == SmallCompany.TechCenter);
    }

    private static PreprocessIncidents Preprocess(SmallCompany company, Embedder embedder) => new(company.Warehouse, company.Warehouse, embedder, company.Summaries, new PreprocessingOptions());

    private MeterListener Listen()
    {
        MeterListener listener = new()
        {
            InstrumentPublished = (instrument, l) =>
            {
                if (instrument.Meter.Name is PipelineMetrics.Name)
                {
                    l.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Add(instrument.Name, value, tags));
        listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Add(instrument.Name, value, tags));
        listener.Start();
        return listener;
    }

    private void Add(string name, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags) =>
        _measured.Enqueue((name, value, tags.ToArray().ToDictionary(t => t.Key, t => Convert.ToString(t.Value, CultureInfo.InvariantCulture)!, StringComparer.Ordinal)));

    private IEnumerable<(string Name, double Value, Dictionary<string, string> Tags)> Of(string name) => _measured.Where(m => string.Equals(m.Name, name, StringComparison.Ordinal));

    private double Sum(string name, Dictionary<string, string> tags) => Of(name).Where(m => tags.All(t => string.Equals(m.Tags.GetValueOrDefault(t.Key), t.Value, StringComparison.Ordinal))).Sum(m => m.Value);

    /// <summary>Embeds texts by their length, one a request, but for those that it refuses or fails on.</summary>
    private sealed class Embedder(Func<string, string?> refuse) : IEmbeddingGenerator<string, Embedding<float>>
    {
        public async Task<GeneratedEmbeddings<Embedding<float>>> GenerateAsync(IEnumerable<string> values, EmbeddingGenerationOptions? options = null, CancellationToken cancellationToken = default)
        {
            string[] texts = [.. values];
            Dictionary<int, string> refused = [];
            var made = new Embedding<float>?[texts.Length];
            foreach ((int place, string text) in texts.Index())
            {
                if (refuse(text) is string reason)
                {
                    refused.Add(place, reason);
                }
                else
                {
                    Embedding<float> embedding = new(new float[] { text.Length, 1 });
                    made[place] = embedding;
                    await ((IncrementalEmbeddingOptions)options!).TellAsync(new Dictionary<int, Embedding<float>> { [place] = embedding });
                }
            }

            return refused.Count > 0 ? throw new TextsRefusedException(made, refused) : new GeneratedEmbeddings<Embedding<float>>(made!);
        }

        public object? GetService(Type serviceType, object? serviceKey = null) => serviceType == typeof(EmbeddingGeneratorMetadata) ? new EmbeddingGeneratorMetadata("test", defaultModelId: "test-2") : null;

        public void Dispose()
        {
        }
    }
}
