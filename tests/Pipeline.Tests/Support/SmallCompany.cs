using Pipeline.Adapters.Local;
using Pipeline.Classification;
using Pipeline.Corrections;
using Pipeline.Gate;
using Pipeline.Incidents;
using Pipeline.Models;
using Pipeline.Preprocessing;
using Pipeline.Problems;
using Pipeline.Requests;
using Pipeline.Rollout;
using Pipeline.Runs;
using Pipeline.Tests.Fakes;
using Pipeline.Training;

namespace Pipeline.Tests.Support;

/// <summary>The pipeline of a company with a handful of problems, in memory.</summary>
internal sealed class SmallCompany : IAsyncDisposable
{
    public const string TechCenter = "Office IT";

    /// <summary>The id of the problem that <see cref="JoinAsync"/> and <see cref="LoseAsync"/> make.</summary>
    public const int JoinedId = 70;

    private static readonly string[] Problems =
    [
        "Printer {0} on floor {1} shows a paper jam and does not print",
        "VPN connection drops every few minutes from {0}, tunnel {1} lost",
        "Outlook mailbox quota exceeded, cannot send mail, archive {0} full {1}",
        "Password expired and account locked after {1} attempts on {0}",
        "Laptop battery {0} swollen, device does not charge, docking {1}",
    ];

    private static readonly Lazy<Task<SmallCompany>> Trained = new(TrainedAnewAsync);

    private static readonly string[] Words = ["amber", "birch", "cedar", "dahlia", "elder", "fern", "ginger", "hazel", "iris", "juniper", "kale", "lotus"];

    public SmallCompany(MemoryObjectStore? objects = null, GateOptions? limits = null)
    {
        Warehouse = new MemoryWarehouse { Clock = Clock };
        Objects = objects ?? new MemoryObjectStore();
        Limits = limits ?? new GateOptions();
        CorrectionLog = new CorrectionLog(Objects);
        Models = new ModelStore(Objects, new CorrectionLayer(CorrectionLog, Warehouse));
        Known = new ModelDirectory(Models, Clock);
        Preprocess = new PreprocessIncidents(Warehouse, Warehouse, Embedder, Summaries, new PreprocessingOptions());
        Reader = new WindowReader(Warehouse, Warehouse, Preprocess.Embedder, Options);
        Tuned = new TunedCenters(Models, Objects);
        Gate = new ModelGate(Models, Objects, Embedder, Summaries, Limits, Clock);
        Trainer = new TechCenterTrainer(Reader, Models, new ReleaseCandidate(Models, Gate, Limits, Clock), new TrainingRunRecorder(new RunLog(Objects), Models, Clock), new ClusterNamer(new KeywordLabeller()), Options, Tuned, Clock);
        Planner = new TrainingPlanner(Warehouse, Options, Clock);
        Steps = new TrainingSteps(Warehouse, Warehouse, Warehouse, Trainer, Planner, new TrainingFanOutOptions());
    }

    public MemoryWarehouse Warehouse { get; }

    public MemoryObjectStore Objects { get; }

    public ManualClock Clock { get; } = new();

    public LexicalEmbedder Embedder { get; } = new();

    public SummaryBuilder Summaries { get; } = new(new Masker(MaskingRules.Default));

    public ModelStore Models { get; }

    public CorrectionLog CorrectionLog { get; }

    public CorrectPredictions CorrectPredictions => new(Warehouse, Warehouse, Models, Warehouse, new PredictionOptions(), Clock);

    public CorrectProblems Correct => new(CorrectionLog, Models, Known, Warehouse, new ProblemExamples(Warehouse), Clock, (center, token) => CorrectPredictions.RunAsync(center, cancellationToken: token));

    public BrowseCorrections Corrections => new(CorrectionLog, Models, Known);

    public ModelDirectory Known { get; }

    public TechCenterNames Names => new(Known, Warehouse);

    public CompanyWeeks Weeks => new(Warehouse, Clock);

    public PreprocessIncidents Preprocess { get; }

    public TrainingOptions Options { get; } = new() { MinClusterSize = 8, Dimensions = 12, MaxDegreeOfParallelism = 2 };

    public GateOptions Limits { get; }

    public ModelGate Gate { get; }

    public WindowReader Reader { get; }

    public TunedCenters Tuned { get; }

    public TechCenterTrainer Trainer { get; }

    public TrainingPlanner Planner { get; }

    public TrainingSteps Steps { get; }

    public static async Task<SmallCompany> OpenAsync(MemoryObjectStore? objects = null, GateOptions? limits = null)
    {
        SmallCompany company = new(objects, limits);
        await company.Warehouse.InitializeAsync();
        return company;
    }

    /// <summary>A company with one trained and predicted tech center: five problems, a week apart, in the first half of 2026. It is trained once for all tests, and each has a copy.</summary>
    public static async Task<SmallCompany> TrainedAsync()
    {
        SmallCompany trained = await Trained.Value;
        SmallCompany company = await OpenAsync();
        company.Warehouse.CopyFrom(trained.Warehouse);
        company.Objects.CopyFrom(trained.Objects);
        return company;
    }

    /// <summary>The same, trained for this test alone, which looks at the training as it goes on.</summary>
    public static async Task<SmallCompany> TrainedAnewAsync()
    {
        SmallCompany company = await OpenAsync();
        await company.ReportAsync(TechCenter, 125);
        await company.TrainAsync();
        await company.PredictAsync();
        return company;
    }

    public ManageVersions Versions => new(Known, Models, Gate, Cache(refreshSeconds: 0), Limits, Clock);

    /// <summary>The stages as they are.</summary>
    public Task<CenterStages> StagesAsync(string techCenter = TechCenter) => Models.Stages.ReadAsync(techCenter);

    public ModelCache Cache(int megabytes = 100, int refreshSeconds = 30) =>
        new(Models, new ExampleIndexer(Warehouse, Embedder), new ModelCacheOptions { Megabytes = megabytes, RefreshSeconds = refreshSeconds }, Clock, 2);

    public ClassifyTexts Classify(ModelCache? cache = null) => new(Known, cache ?? Cache(), Summaries, Embedder, Preprocess.Embedder);

    /// <summary>New incidents, in turn of every problem, a day apart from <paramref name="from"/>, preprocessed.</summary>
    public async Task ReportAsync(string techCenter, int count, DateTimeOffset? from = null, IReadOnlyList<string>? problems = null)
    {
        await ImportAsync(techCenter, count, from, problems);
        await Preprocess.RunAsync();
    }

    /// <summary>The same, not preprocessed yet.</summary>
    public async Task ImportAsync(string techCenter, int count, DateTimeOffset? from = null, IReadOnlyList<string>? problems = null)
    {
        DateTimeOffset first = from ?? new DateTimeOffset(2026, 2, 2, 9, 0, 0, TimeSpan.Zero);
        IReadOnlyList<string> kinds = problems ?? Problems;
        await Warehouse.UpsertIncidentsAsync(
        [
            .. Enumerable.Range(0, count).Select(i => new Incident
            {
                Number = $"{techCenter}-{first:yyyyMMdd}-{i}",
                CreatedOn = first.AddDays(i),
                Texts = [string.Format(System.Globalization.CultureInfo.InvariantCulture, kinds[i % kinds.Count], Words[i * 7 % Words.Length], Words[i * 5 % Words.Length])],
                TechCenter = techCenter,
            }),
        ]);
    }

    public async Task<TrainingRecord> TrainAsync(TrainingRequest? request = null)
    {
        TrainingRecord record = await Steps.RunAsync(await Planner.PlanAsync(request ?? new TrainingRequest()));
        await Steps.CloseAsync(record);
        return record;
    }

    /// <summary>Puts a version into production, whatever the gate says of it.</summary>
    public Task PromoteAsync(string version, string techCenter = TechCenter) =>
        Models.Stages.ChangeAsync(techCenter, stages => stages.Promote(version, new StageReason(Clock.GetUtcNow(), "test", "The test wants it.", Forced: true)));

    /// <summary>Publishes the version in production once more, as one in which the two largest clusters are variants of one problem, and promotes it.</summary>
    public async Task<ModelClusters> JoinAsync()
    {
        ModelManifest newest = (await Models.FindServingAsync(TechCenter))!;
        ModelContent content = await Models.ReadAsync(newest);
        ModelCluster[] clusters = [.. content.Clusters.Clusters];
        ModelProblem[] alone = [.. content.Clusters.Problems.Where(p => p.Variants[0] != clusters[0].Id && p.Variants[0] != clusters[1].Id)];
        ModelProblem joined = new(JoinedId, "Two of a kind", ["kind"], clusters[0].Size + clusters[1].Size, [clusters[0].Id, clusters[1].Id], ClusterChangeKind.New, 0, []);
        clusters[1] = clusters[1] with { DomainId = clusters[0].DomainId };
        return await PublishAgainAsync(newest, content, content.Clusters with { Clusters = clusters, Problems = [joined, .. alone] });
    }

    /// <summary>Publishes the version in production once more, as one that found the clusters of a problem to be another one, and promotes it.</summary>
    public async Task<ModelClusters> LoseAsync(int problem)
    {
        ModelManifest newest = (await Models.FindServingAsync(TechCenter))!;
        ModelContent content = await Models.ReadAsync(newest);
        ModelProblem lost = content.Clusters.Problems.Single(p => p.Id == problem);
        return await PublishAgainAsync(newest, content, content.Clusters with
        {
            Clusters = [.. content.Clusters.Clusters.Select(c => c.ProblemId == problem ? c with { ProblemId = JoinedId } : c)],
            Problems = [.. content.Clusters.Problems.Select(p => p.Id == problem ? p with { Id = JoinedId } : p)],
            GoneProblems = [new GoneProblem(problem, lost.Label, lost.Size, MergedInto: null)],
        });
    }

    private async Task<ModelClusters> PublishAgainAsync(ModelManifest newest, ModelContent content, ModelClusters changed)
    {
        ModelManifest next = newest with { Version = $"{newest.Version}_r2", PreviousVersion = newest.Version, Problems = changed.Problems.Count, NextProblemId = JoinedId + 1 };
        (await Models.PublishAsync(next, content with { Clusters = changed })).ShouldNotBeNull();
        await PromoteAsync(next.Version);
        return changed;
    }

    public Task PredictAsync() => new PredictIncidents(Warehouse, Warehouse, Models, Preprocess.Embedder, new PredictionOptions(), Clock, corrections: CorrectPredictions).RunAsync();

    public ValueTask DisposeAsync()
    {
        Embedder.Dispose();
        return ValueTask.CompletedTask;
    }

    public static async Task<RequestException> RefusedAsync(Func<Task> request) => await Should.ThrowAsync<RequestException>(request);
}
