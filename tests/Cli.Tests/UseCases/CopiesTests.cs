using Pipeline.Cli.Tests.Support;
using Pipeline.Incidents;
using Pipeline.Intake;
using Pipeline.LocalHost;
using Pipeline.Models;
using Pipeline.TestSupport;
using Pipeline.Training;

namespace Pipeline.Cli.Tests.UseCases;

/// <summary>However often one text was reported, others are measured by what different texts have in common.</summary>
[TestClass]
public sealed class CopiesTests : IDisposable
{
    private const string Alert = "Disk space alert on drive C of the file server";

    // No text of the training, so that the answer is computed.
    private static readonly string Unknown = new('f', 64);

    private static readonly string[] Gibberish = ["打印机卡纸", "Принтер не печатает", "qwertz asdfgh", "lunch menu for friday: soup and bread", "the and of"];

    private static readonly string[][] Problems =
    [
        ["The printer on floor {0} jams", "Paper jam in the printer, room {0}", "Printer {0} pulls two sheets and stops"],
        ["VPN drops every {0} minutes", "Lost the VPN tunnel at home, attempt {0}", "VPN client {0} disconnects"],
        ["Outlook mailbox full, {0} MB over", "Mailbox quota of {0} reached in Outlook", "Cannot send mail, mailbox {0} is full"],
        ["Password expired for account {0}", "Account {0} locked, reset the password", "Password reset needed, user {0}"],
    ];

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [TestMethod]
    [DataRow(20)]
    [DataRow(100)]
    [DataRow(270)]
    [DataRow(600)]
    public async Task A_stack_of_equal_alerts_makes_no_unrelated_text_a_member_of_something(int copies)
    {
        await using LocalPipeline pipeline = await LocalPipeline.OpenAsync(_folder["data"], PipelineSettings.Load().With(threads: 2), CancellationToken.None);
        IEnumerable<string> others = Enumerable.Range(0, 96).Select(i => string.Format(System.Globalization.CultureInfo.InvariantCulture, Problems[i % 4][i / 4 % 3], (char)('a' + (i % 23))));
        await ImportAsync(pipeline, [.. Enumerable.Repeat(Alert, copies), .. others]);

        (ClusterAssignment alert, ClusterAssignment[] gibberish) = await ClassifyAsync(pipeline, "Disk space alert on drive D of the file server");

        (await pipeline.Models.FindServingAsync("default"))!.Clusters.ShouldBeGreaterThan(1);
        alert.ClusterId.ShouldBe((await ClassifyAsync(pipeline, Alert)).Answer.ClusterId);
        alert.ClusterId.ShouldBeGreaterThanOrEqualTo(0);
        gibberish.Select(g => g.ClusterId).ShouldAllBe(id => id == -1);
    }

    [TestMethod]
    public async Task The_file_of_alerts_and_their_variants_answers_a_new_variant_and_nothing_else()
    {
        string file = SharedFiles.Require("cases/new-text-gets-a-far-cluster/input.csv");
        await using LocalPipeline pipeline = await LocalPipeline.OpenAsync(_folder["data"], PipelineSettings.Load().With(threads: 2), CancellationToken.None);
        await ImportIncidents.ImportAsync(file, new IntakeOptions(), pipeline.Incidents, rejectsPath: null, progress: null, CancellationToken.None);
        await TrainAsync(pipeline);

        (ClusterAssignment alert, ClusterAssignment[] gibberish) = await ClassifyAsync(pipeline, "Disk space alert on drive D of the file server");

        alert.ClusterId.ShouldBe(0, "the largest cluster is that of the alerts");
        gibberish.Select(g => g.ClusterId).ShouldAllBe(id => id == -1);
    }

    private static async Task ImportAsync(LocalPipeline pipeline, string[] texts)
    {
        await pipeline.Incidents.UpsertIncidentsAsync([.. texts.Select((text, i) => new Incident
        {
            Number = $"INC{i}",
            CreatedOn = new DateTimeOffset(2026, 1, 5, 8, 0, 0, TimeSpan.Zero).AddHours(i),
            Texts = [text],
            TechCenter = "default",
        })]);
        await TrainAsync(pipeline);
    }

    private static async Task TrainAsync(LocalPipeline pipeline)
    {
        await pipeline.Preprocess.RunAsync();
        (await pipeline.TrainAsync(new TrainingRequest())).TechCenters.Single().Status.ShouldBe(TrainingStatus.Published);
    }

    private static async Task<(ClusterAssignment Answer, ClusterAssignment[] Gibberish)> ClassifyAsync(LocalPipeline pipeline, string text)
    {
        ModelManifest manifest = (await pipeline.Models.FindServingAsync("default"))!;
        FittedModel model = FittedModel.Load(manifest, await pipeline.Models.ReadAsync(manifest), 2);
        string[] summaries = [.. new[] { text }.Concat(Gibberish).Select(t => pipeline.Preprocess.Summaries.Build([t]))];
        var embeddings = await pipeline.Embedder.GenerateAsync(summaries);
        IReadOnlyList<ClusterAssignment> answers = model.Classify([.. summaries.Zip(embeddings, (summary, e) => (Unknown, e.Vector))]);
        return (answers[0], [.. answers.Skip(1)]);
    }
}
