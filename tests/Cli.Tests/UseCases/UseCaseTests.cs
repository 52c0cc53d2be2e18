using Pipeline.Classification;
using Pipeline.Cli.Demo;
using Pipeline.Cli.Tests.Support;
using Pipeline.Incidents;
using Pipeline.LocalHost;
using Pipeline.Models;
using Pipeline.Preprocessing;
using Pipeline.TestSupport;
using Pipeline.Training;

namespace Pipeline.Cli.Tests.UseCases;

/// <summary>The use cases on the embedded adapters, in this process.</summary>
[TestClass]
public sealed class UseCaseTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [TestMethod]
    public async Task Equal_texts_are_embedded_once_and_never_again()
    {
        await using LocalPipeline pipeline = await OpenAsync();
        await pipeline.Incidents.UpsertIncidentsAsync([Incident("1", "The printer jams"), Incident("2", "The printer jams"), Incident("3", "VPN is down")]);
        (await pipeline.Preprocess.RunAsync()).ShouldBe(new PreprocessOutcome(3, 3, 2, 0));

        await pipeline.Incidents.UpsertIncidentsAsync([Incident("4", "VPN is down"), Incident("1", "The printer jams")]);
        (await pipeline.Preprocess.RunAsync()).ShouldBe(new PreprocessOutcome(1, 1, 0, 0), "the first is unchanged and the fourth's text is known");
    }

    [TestMethod]
    public async Task A_limit_stops_early_and_the_next_run_goes_on()
    {
        await using LocalPipeline pipeline = await OpenAsync();
        await pipeline.Incidents.UpsertIncidentsAsync([.. Enumerable.Range(1, 10).Select(i => Incident($"{i}", $"Disk {i} is full"))]);

        (await pipeline.Preprocess.RunAsync(limit: 4)).Read.ShouldBe(4);
        (await pipeline.Preprocess.CountWaitingAsync()).ShouldBe(6);
        (await pipeline.Preprocess.RunAsync()).Read.ShouldBe(6);
        await Should.ThrowAsync<ArgumentOutOfRangeException>(() => pipeline.Preprocess.RunAsync(limit: 0));
    }

    [TestMethod]
    public async Task An_incident_whose_text_is_nothing_but_markup_is_kept_aside_and_heals_when_it_changes()
    {
        await using LocalPipeline pipeline = await OpenAsync();
        await pipeline.Incidents.UpsertIncidentsAsync([Incident("1", "<p>&nbsp;</p>")]);
        (await pipeline.Preprocess.RunAsync()).DeadLetters.ShouldBe(1);
        (await pipeline.Preprocessed.ReadDeadLettersAsync()).Single().Number.ShouldBe("1");

        await pipeline.Incidents.UpsertIncidentsAsync([Incident("1", "The scanner is dead")]);
        await pipeline.Preprocess.RunAsync();

        (await pipeline.Preprocessed.ReadDeadLettersAsync()).ShouldBeEmpty();
    }

    [TestMethod]
    public async Task Nothing_personal_reaches_the_preprocessed_table()
    {
        await using LocalPipeline pipeline = await OpenAsync();
        await pipeline.Incidents.UpsertIncidentsAsync([Incident("1", "user: jsmith cannot log in from 10.20.30.40, call +49 171 2345678 or mail john.smith@example.com, card 4111 1111 1111 1111")]);
        await pipeline.Preprocess.RunAsync();

        string summary = (await WindowAsync(pipeline)).Single().Summary;

        foreach (string datum in new[] { "jsmith", "10.20.30.40", "2345678", "john.smith", "4111" })
        {
            summary.ShouldNotContain(datum);
        }

        summary.ShouldContain("cannot log in");
    }

    [TestMethod]
    public async Task Too_few_incidents_are_a_clear_outcome_and_the_version_before_stays()
    {
        await using (LocalPipeline first = await OpenAsync())
        {
            await LoadDemoAsync(first, 600);
            (await first.TrainAsync(new TrainingRequest(2025, 4))).TechCenters.Single().Status.ShouldBe(TrainingStatus.Published);
        }

        await using LocalPipeline pipeline = await OpenAsync(minClusterSize: 400);
        TrainingOutcome outcome = (await pipeline.TrainAsync(new TrainingRequest(2026, 2))).TechCenters.Single();

        outcome.Status.ShouldBe(TrainingStatus.TooFewIncidents);
        outcome.Detail.ShouldBe("The window holds too few incidents: 600, at least 800 are needed.");
        (await pipeline.Models.FindServingAsync("default"))!.Version.ShouldBe("2025_q4");
    }

    [TestMethod]
    public async Task Clusters_keep_their_ids_across_quarters_and_fresh_ids_are_never_reused()
    {
        await using LocalPipeline pipeline = await OpenAsync();
        await LoadDemoAsync(pipeline, 1_500);
        await pipeline.TrainAsync(new TrainingRequest(2025, 4));
        await pipeline.TrainAsync(new TrainingRequest(2026, 2));

        IReadOnlyList<ModelManifest> versions = await pipeline.Models.ListAsync("default");
        ModelClusters before = await pipeline.Models.ReadClustersAsync(versions[0]);
        ModelClusters after = await pipeline.Models.ReadClustersAsync(versions[1]);
        int[] earlier = [.. before.Clusters.Select(c => c.Id)];
        int[] kept = [.. after.Clusters.Select(c => c.Id).Intersect(earlier)];

        kept.Length.ShouldBeGreaterThan(earlier.Length / 2);
        after.Clusters.Where(c => !earlier.Contains(c.Id)).ShouldAllBe(c => c.Id >= versions[0].NextClusterId);
        after.Gone.Select(g => g.Id).ShouldBeSubsetOf(earlier);
        after.Gone.Select(g => g.Id).Intersect(kept).ShouldBeEmpty();
        versions[1].PreviousVersion.ShouldBe("2025_q4");

        int[] earlierProblems = [.. before.Problems.Select(p => p.Id)];
        after.Problems.Select(p => p.Id).Intersect(earlierProblems).Count().ShouldBeGreaterThan(earlierProblems.Length / 2);
        after.Problems.Where(p => !earlierProblems.Contains(p.Id)).ShouldAllBe(p => p.Id >= versions[0].NextProblemId);
        after.GoneProblems.Select(g => g.Id).ShouldBe(earlierProblems.Except(after.Problems.Select(p => p.Id)), ignoreOrder: true);
        after.Problems.Select(p => p.Label).ShouldBeUnique(StringComparer.Ordinal);
    }

    [TestMethod]
    public async Task A_new_text_joins_its_problem_and_one_like_nothing_else_stays_unclustered()
    {
        await using LocalPipeline pipeline = await OpenAsync(minClusterSize: 15);
        await pipeline.Incidents.UpsertIncidentsAsync([.. Problem("printer", "The office printer {0} jams when printing page {1}"), .. Problem("vpn", "VPN tunnel {0} drops the home office connection after {1} minutes"), .. Problem("mail", "Outlook mailbox {0} cannot send mail with {1} attachments")]);
        await pipeline.Preprocess.RunAsync();
        await pipeline.TrainAsync(new TrainingRequest(2026, 2));
        await pipeline.Predict.RunAsync();

        await pipeline.Incidents.UpsertIncidentsAsync([Incident("new", "Printer in the office jams when printing the last page"), Incident("odd", "Zebra crossing quarrel about marmalade")]);
        await pipeline.Preprocess.RunAsync();
        (await pipeline.Predict.RunAsync()).Sum(o => o.Predicted).ShouldBe(2, "the others have their predictions already");

        Dictionary<string, IncidentPrediction> predictions = await PredictionsAsync(pipeline);
        predictions["new"].ClusterId.ShouldBe(predictions["printer-7"].ClusterId);
        (predictions["new"].ProblemId, predictions["new"].ProblemLabel).ShouldBe((predictions["printer-7"].ProblemId, predictions["printer-7"].ProblemLabel));
        predictions["new"].Confidence.ShouldBeInRange(0.01, 1);
        predictions["odd"].ShouldSatisfyAllConditions(
            p => p.ProblemId.ShouldBe(IncidentPrediction.Unclustered),
            p => p.ProblemLabel.ShouldBe("unclustered"),
            p => p.ClusterId.ShouldBe(IncidentPrediction.Unclustered),
            p => p.ClusterLabel.ShouldBe("unclustered"),
            p => p.Confidence.ShouldBeInRange(0.6, 1));
    }

    [TestMethod]
    public async Task A_changed_incident_is_predicted_anew()
    {
        await using LocalPipeline pipeline = await OpenAsync(minClusterSize: 15);
        await pipeline.Incidents.UpsertIncidentsAsync([.. Problem("printer", "The office printer {0} jams when printing page {1}"), .. Problem("vpn", "VPN tunnel {0} drops the home office connection after {1} minutes")]);
        await pipeline.Preprocess.RunAsync();
        await pipeline.TrainAsync(new TrainingRequest(2026, 2));
        await pipeline.Predict.RunAsync();
        int vpn = (await PredictionsAsync(pipeline))["vpn-3"].ClusterId;
        (await PredictionsAsync(pipeline))["printer-3"].ClusterId.ShouldNotBe(vpn);

        await pipeline.Incidents.UpsertIncidentsAsync([Incident("printer-3", "VPN tunnel 3 drops the home office connection after 13 minutes") with { UpdatedOn = DateTimeOffset.UnixEpoch }]);
        await pipeline.Preprocess.RunAsync();
        await pipeline.Predict.RunAsync();

        (await PredictionsAsync(pipeline))["printer-3"].ClusterId.ShouldBe(vpn);
    }

    [TestMethod]
    public async Task Another_seed_or_size_is_another_training_and_the_same_one_is_equal_to_the_bit()
    {
        await using LocalPipeline pipeline = await OpenAsync();
        await LoadDemoAsync(pipeline, 600);
        await pipeline.TrainAsync(new TrainingRequest(2026, 2));
        await pipeline.TrainAsync(new TrainingRequest(2026, 2));

        IReadOnlyList<ModelManifest> versions = await pipeline.Models.ListAsync("default");

        versions.Select(v => v.Version).ShouldBe(["2026_q2", "2026_q2_r2"]);
        versions[1].Files.Single(f => f.Name == ModelPaths.ArraysFile).Sha256.ShouldBe(versions[0].Files.Single(f => f.Name == ModelPaths.ArraysFile).Sha256);
    }

    private Task<LocalPipeline> OpenAsync(int? minClusterSize = null) =>
        LocalPipeline.OpenAsync(_folder["data"], new PipelineSettings().With(minClusterSize), CancellationToken.None);

    private static Incident Incident(string number, string text) => new()
    {
        Number = number,
        CreatedOn = new DateTimeOffset(2026, 5, 4, 3, 2, 1, TimeSpan.Zero),
        Texts = [text],
        TechCenter = "default",
    };

    private static IEnumerable<Incident> Problem(string name, string template) =>
        Enumerable.Range(0, 30).Select(i => Incident($"{name}-{i}", string.Format(System.Globalization.CultureInfo.InvariantCulture, template, (char)('a' + (i % 7)), 10 + i)));

    private static async Task LoadDemoAsync(LocalPipeline pipeline, int count)
    {
        await pipeline.Incidents.UpsertIncidentsAsync([.. DemoIncidents.Generate(count).Select(i => i with { TechCenter = "default" })]);
        await pipeline.Preprocess.RunAsync();
    }

    private static async Task<List<PreprocessedIncident>> WindowAsync(LocalPipeline pipeline)
    {
        List<PreprocessedIncident> rows = [];
        await foreach (PreprocessedIncident row in pipeline.Preprocessed.ReadWindowAsync("default", pipeline.Preprocess.Embedder, DateTimeOffset.MinValue, DateTimeOffset.MaxValue))
        {
            rows.Add(row);
        }

        return rows;
    }

    private static async Task<Dictionary<string, IncidentPrediction>> PredictionsAsync(LocalPipeline pipeline)
    {
        Dictionary<string, IncidentPrediction> predictions = new(StringComparer.Ordinal);
        await foreach (PredictedIncident row in pipeline.Predictions.ReadPredictedAsync())
        {
            predictions.Add(row.Prediction.IncidentId, row.Prediction);
        }

        return predictions;
    }
}
