using System.Globalization;
using System.Text;
using System.Text.Json;
using Pipeline.Adapters.Local;
using Pipeline.Classification;
using Pipeline.Clustering;
using Pipeline.Datasets;
using Pipeline.Gate;
using Pipeline.Intake;
using Pipeline.Models;
using Pipeline.Preprocessing;
using Pipeline.Requests;
using Pipeline.Runs;
using Pipeline.Tests.Fakes;
using Pipeline.Training;

namespace Pipeline.Tests.Training;

/// <summary>Records on the way of texts: imported, preprocessed, trained, predicted, trained again.</summary>
[TestClass]
public sealed class RecordTrainingTests : IDisposable
{
    // Five ways of living that differ in numbers and in categories.
    private static readonly (string Water, string Work, string Fuel, string Walls, double Size, double Income, double Land)[] Kinds =
    [
        ("river", "herding", "dung", "mud", 8, 60, 0.2), ("piped", "office", "gas", "cement", 3, 400, 0), ("well", "farming", "wood", "brick", 5, 120, 2), ("lake", "fishing", "coal", "poles", 6, 200, 0.5),
        ("vendor", "trade", "oil", "iron", 4, 260, 0.1),
    ];

    private static readonly Dataset Homes = new()
    {
        Name = "homes",
        Kind = DatasetKind.Records,
        NumberColumn = "id",
        CreatedColumn = "visited",
        Schema = JsonElement.Parse("""
            {
              "required": ["id"],
              "properties": {
                "id": { "type": "string" }, "visited": { "type": "string", "format": "date" }, "size": { "type": "number" }, "income": { "type": "number" }, "land": { "type": "number" },
                "water": { "type": "string" }, "work": { "type": "string" }, "fuel": { "type": "string" }, "walls": { "type": "string" }, "contact": { "type": "string" }, "roof": { "type": "string", "x-encoding": "none" }
              }
            }
            """),
    };

    private readonly MemoryWarehouse _warehouse = new();
    private readonly MemoryObjectStore _objects = new();
    private readonly ManualClock _clock = new();
    private readonly LexicalEmbedder _embedder = new();
    private readonly TrainingOptions _options = new() { MaxDegreeOfParallelism = 2, Layouts = 5 };

    private DatasetCatalog Catalog => new(_objects, _warehouse);

    private ModelStore Models => new(_objects);

    private PreprocessIncidents Preprocess => new(_warehouse, _warehouse, _embedder, new SummaryBuilder(new Masker(MaskingRules.Default)), new PreprocessingOptions { BatchSize = 100 }, Catalog);

    private GateOptions Limits { get; } = new();

    private ModelGate Gate => new(Models, _objects, _embedder, new SummaryBuilder(new Masker(MaskingRules.Default)), Limits, _clock);

    private TechCenterTrainer Trainer => new(new WindowReader(_warehouse, _warehouse, Preprocess.Embedder, _options, Catalog), Models, new ReleaseCandidate(Models, Gate, Limits, _clock), new TrainingRunRecorder(new RunLog(_objects), Models, _clock), new ClusterNamer(new KeywordLabeller()), _options, new TunedCenters(Models, _objects), _clock);

    public void Dispose() => _embedder.Dispose();

    [TestMethod]
    public async Task Records_are_clustered_described_and_predicted_and_new_ones_join_their_kind()
    {
        await Catalog.AddAsync(Homes);
        await ImportAsync(Homes, 0, 300);
        (await TrainAsync("homes")).Status.ShouldBe(TrainingStatus.Published);
        await ImportAsync(Homes, 300, 360);
        IReadOnlyList<PredictionOutcome> predicted = await PredictAsync();

        ModelManifest manifest = (await Models.FindServingAsync("homes"))!;
        manifest.Embedder.ShouldBe("records");
        manifest.Records!.Columns.Select(c => (c.Name, c.Encoding)).ShouldBe([("size", ColumnEncoding.Robust), ("income", ColumnEncoding.Robust), ("land", ColumnEncoding.Robust), ("water", ColumnEncoding.OneHot), ("work", ColumnEncoding.OneHot), ("fuel", ColumnEncoding.OneHot), ("walls", ColumnEncoding.OneHot), ("contact", ColumnEncoding.Constant)]);
        predicted.Single().Predicted.ShouldBe(360);
        (int[] known, int[] found) = await GroupsAsync("homes");
        PartitionAgreement.AdjustedRandIndex(known, found).ShouldBeGreaterThan(0.9);
        PartitionAgreement.AdjustedRandIndex(known.AsSpan(300), found.AsSpan(300)).ShouldBeGreaterThan(0.9);

        ModelClusters clusters = (await Models.ReadAsync(manifest)).Clusters;
        ModelProblem herders = clusters.Problems.Single(p => p.Traits!.Any(t => t.Value == "river"));
        ClusterTrait river = herders.Traits!.Single(t => t.Column == "water");
        river.Here.ShouldBeGreaterThan(0.8);
        river.Elsewhere.ShouldBeLessThan(0.1);
        river.WithFigures.ShouldStartWith("water river ");
        ClusterTrait size = herders.Traits!.Single(t => t.Column == "size");
        (size.Value, size.Here > 7, size.Elsewhere < 6, size.Effect > 0.8).ShouldBe((null, true, true, true));
        clusters.Problems.Select(p => p.Label).Distinct(StringComparer.Ordinal).Count().ShouldBe(clusters.Problems.Count);
    }

    [TestMethod]
    public async Task Texts_of_records_are_masked_and_columns_that_are_not_learned_from_go_no_further()
    {
        await Catalog.AddAsync(Homes);
        await ImportAsync(Homes, 0, 3);

        PreprocessedIncident row = (await RowsAsync("homes"))[0];

        row.Summary.ShouldBe("""{"size":8,"income":60,"land":0.2,"water":"river","work":"herding","fuel":"dung","walls":"mud","contact":"<email>"}""");
        (row.Number, row.TechCenter, row.Embedder).ShouldBe(("homes/0000", "homes", "records"));
        (await _warehouse.ReadChangesAsync(0, 10))[0].Incident.Texts.Single().ShouldContain("\"roof\":\"tin\"");
    }

    [TestMethod]
    public async Task Each_part_of_a_divided_data_set_has_a_model_of_its_own_and_incidents_beside_it_stay_texts()
    {
        Dataset divided = Homes with { PartitionColumn = "region" };
        await Catalog.AddAsync(divided);
        await ImportAsync(divided, 0, 200, region: "North");
        await ImportAsync(divided, 200, 400, region: "South");
        await ImportAsync(new Dataset { Name = Dataset.Incidents }, "number,opened_at,short_description,assignment_group\nINC1,2026-05-01,Printer jams,homes of printers\n");

        (await _warehouse.ListTechCentersAsync()).ShouldBe(["homes of printers", "homes/North", "homes/South"]);
        foreach (string center in new[] { "homes/North", "homes/South" })
        {
            TrainingOutcome trained = await TrainAsync(center);
            (trained.Status, trained.Incidents).ShouldBe((TrainingStatus.Published, 200), trained.Detail);
        }

        (await PredictAsync()).Select(p => (p.TechCenter, p.Predicted)).ShouldBe([("homes of printers", 0), ("homes/North", 200), ("homes/South", 200)]);
        (await Models.FindServingAsync("homes/North"))!.Path.ShouldStartWith("hdbscan-models/homes-north/");
    }

    [TestMethod]
    public async Task A_group_keeps_its_id_when_it_is_trained_again_also_with_a_column_more()
    {
        await Catalog.AddAsync(Homes with { Schema = Without("income") });
        await ImportAsync(Homes, 0, 300);
        await TrainAsync("homes");
        Dictionary<string, int> before = await IdsAsync();

        await Catalog.PutAsync(Homes);
        await Preprocess.RunAsync();
        await TrainAsync("homes", trainingRun: 2);

        (await RowsAsync("homes")).ShouldAllBe(row => row.Summary.Contains("income", StringComparison.Ordinal));
        (await Models.FindServingAsync("homes"))!.Version.ShouldEndWith("_r2");
        (await IdsAsync()).ShouldBe(before, ignoreOrder: true);
    }

    [TestMethod]
    public async Task Classifying_takes_a_record_as_json_and_refuses_what_is_none()
    {
        await Catalog.AddAsync(Homes);
        await ImportAsync(Homes, 0, 300);
        await TrainAsync("homes");
        ModelDirectory directory = new(Models, _clock);
        ModelCache cache = new(Models, new ExampleIndexer(_warehouse, _embedder), new ModelCacheOptions(), _clock, 2);
        ClassifyTexts classify = new(directory, cache, Preprocess.Summaries, _embedder, Preprocess.Embedder);

        ClassifiedText answer = (await classify.RunAsync(new ClassifyRequest("homes", """{"size": 9, "income": 55, "water": "river", "work": "herding", "fuel": "dung", "walls": "mud", "unknown": 1}"""))).Texts.Single();

        answer.ClusterId.ShouldNotBe(IncidentPrediction.Unclustered);
        answer.Summary.ShouldBe("""{"size":9,"income":55,"water":"river","work":"herding","fuel":"dung","walls":"mud"}""");
        answer.Nearest[0].Text.ShouldContain("river");
        (await Should.ThrowAsync<RequestException>(() => classify.RunAsync(new ClassifyRequest("homes", "no network")))).Message.ShouldContain("JSON object");
    }

    [TestMethod]
    public async Task A_row_of_a_tech_center_that_only_looks_like_a_data_set_of_records_is_kept_aside_with_the_reason()
    {
        await Catalog.AddAsync(Homes);
        await ImportAsync(new Dataset { Name = Dataset.Incidents }, "number,opened_at,short_description,assignment_group\nINC1,2026-05-01,Printer jams,homes/North\n");

        (await _warehouse.ReadDeadLettersAsync()).Single().Reason.ShouldContain("'homes'");
    }

    private async Task<Dictionary<string, int>> IdsAsync()
    {
        ModelManifest manifest = (await Models.FindServingAsync("homes"))!;
        return (await Models.ReadAsync(manifest)).Clusters.Problems.ToDictionary(p => p.Traits!.Single(t => t.Column == "water").Value!, p => p.Id, StringComparer.Ordinal);
    }

    private static JsonElement Without(string column)
    {
        var schema = System.Text.Json.Nodes.JsonNode.Parse(Homes.Schema!.Value.GetRawText())!;
        schema["properties"]![column]!["x-encoding"] = "none";
        return JsonElement.Parse(schema.ToJsonString());
    }

    private async Task ImportAsync(Dataset dataset, int from, int until, string region = "")
    {
        StringBuilder file = new("id,visited,region,size,income,land,water,work,fuel,walls,contact,roof\n");
        Random random = new(from);
        for (int i = from; i < until; i++)
        {
            var kind = Kinds[i % Kinds.Length];
            var other = i < Kinds.Length ? kind : Kinds[random.Next(Kinds.Length)];
            double Noise() => i < Kinds.Length ? 0 : (random.NextDouble() + random.NextDouble() + random.NextDouble() - 1.5) / 1.5;
            string Told(string own, string others) => random.NextDouble() < 0.88 ? own : others;
            file.AppendLine(CultureInfo.InvariantCulture, $"{i:0000},2026-05-{1 + (i % 28):00},{region},{Math.Round(kind.Size + Noise(), 2)},{Math.Round(kind.Income * (1 + (0.3 * Noise())), 1)},{Math.Round(kind.Land * (1 + (0.4 * Noise())), 2)},{Told(kind.Water, other.Water)},{Told(kind.Work, other.Work)},{Told(kind.Fuel, other.Fuel)},{Told(kind.Walls, other.Walls)},mira@example.org,tin");
        }

        await ImportAsync(dataset, file.ToString());
    }

    private async Task ImportAsync(Dataset dataset, string text)
    {
        using MemoryStream content = new(Encoding.UTF8.GetBytes(text));
        using SourceFile file = SourceFile.Of(content, "rows.csv");
        await ImportIncidents.ImportAsync(file, new IntakeOptions(), _warehouse, rejectsPath: null, clock: _clock, dataset: dataset);
        await Preprocess.RunAsync();
    }

    private Task<TrainingOutcome> TrainAsync(string center, long trainingRun = 1) => Trainer.TrainAsync(center, 2026, 2, TrainingWindow.Ending(2026, 2, 24), trainingRun);

    private Task<IReadOnlyList<PredictionOutcome>> PredictAsync() => new PredictIncidents(_warehouse, _warehouse, Models, Preprocess.Embedder, new PredictionOptions(), _clock, Catalog).RunAsync();

    private async Task<List<PreprocessedIncident>> RowsAsync(string center)
    {
        List<PreprocessedIncident> rows = [];
        await foreach (PreprocessedIncident row in _warehouse.ReadWindowAsync(center, "records", DateTimeOffset.MinValue, DateTimeOffset.MaxValue))
        {
            rows.Add(row);
        }

        return rows;
    }

    private async Task<(int[] Known, int[] Found)> GroupsAsync(string center)
    {
        ModelClusters clusters = (await Models.ReadAsync((await Models.FindServingAsync(center))!)).Clusters;
        Dictionary<int, int> problems = clusters.Clusters.ToDictionary(c => c.Id, c => c.ProblemId!.Value);
        List<(int, int)> groups = [];
        await foreach (PredictedIncident row in _warehouse.ReadPredictedAsync(center))
        {
            groups.Add((int.Parse(row.Prediction.IncidentId.Split('/')[1], CultureInfo.InvariantCulture) % Kinds.Length, problems.GetValueOrDefault(row.Prediction.ClusterId, -1)));
        }

        return ([.. groups.Select(g => g.Item1)], [.. groups.Select(g => g.Item2)]);
    }
}
