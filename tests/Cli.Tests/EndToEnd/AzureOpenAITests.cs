using Microsoft.Extensions.Configuration;
using Pipeline.Adapters.Azure.OpenAI;
using Pipeline.Adapters.Azure.Tests.Support;
using Pipeline.Adapters.Local;
using Pipeline.Classification;
using Pipeline.Cli.Demo;
using Pipeline.Cli.Tests.Support;
using Pipeline.LocalHost;
using Pipeline.Models;
using Pipeline.Preprocessing;
using Pipeline.TestSupport;
using Pipeline.Training;

namespace Pipeline.Cli.Tests.EndToEnd;

/// <summary>LocalHost with the embedder and the labeller of Azure OpenAI, as the settings choose them.</summary>
[TestClass]
public sealed class AzureOpenAITests : IDisposable
{
    private const int Dimensions = 128;

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [TestMethod]
    public async Task Incidents_are_embedded_once_clustered_named_and_predicted()
    {
        using LexicalEmbedder vectors = new(Dimensions);
        await using FakeOpenAI server = await FakeOpenAI.StartAsync();
        server.Otherwise = (context, body) => body["input"] is null
            ? FakeOpenAI.JsonAsync(context, FakeOpenAI.Chat(string.Join(',', FakeOpenAI.Groups(body).Select(g => $$"""{"id":{{g.Id}},"name":"Problem with {{g.Keyword}}","domain":"Office"}"""))))
            : FakeOpenAI.JsonAsync(context, FakeOpenAI.Embeddings(body, vectors.Embed).ToJsonString());
        await using LocalPipeline pipeline = await LocalPipeline.OpenAsync(_folder["data"], Settings(server.Options), CancellationToken.None);
        await pipeline.Incidents.UpsertIncidentsAsync([.. DemoIncidents.Generate(400).Select(i => i with { TechCenter = "Network" })]);

        PreprocessOutcome preprocessed = await pipeline.Preprocess.RunAsync();
        int embedded = Texts(server);
        TrainingRecord trained = await pipeline.TrainAsync(new TrainingRequest());
        PredictionOutcome predicted = (await pipeline.Predict.RunAsync()).ShouldHaveSingleItem();

        pipeline.Preprocess.Embedder.ShouldBe("azure-openai-text-embedding-3-small-128");
        embedded.ShouldBe((int)preprocessed.Embedded);
        (Texts(server) - embedded).ShouldBeInRange(1, 220, "the gate asks the embedder for its sample of 200 texts and a few odd ones, and nothing else");
        trained.TechCenters.ShouldHaveSingleItem().Status.ShouldBe(TrainingStatus.Published);
        predicted.Predicted.ShouldBe((int)preprocessed.Stored);
        ModelManifest version = (await pipeline.Models.FindServingAsync("Network"))!;
        ModelClusters clusters = (await pipeline.Models.ReadAsync(version)).Clusters;
        clusters.Clusters.Count(c => c.Label.StartsWith("Problem with ", StringComparison.Ordinal)).ShouldBeGreaterThan(clusters.Clusters.Count / 2);
        clusters.Domains.ShouldContain(d => d.Name == "Office");
    }

    [TestMethod]
    public async Task A_missing_setting_is_told_before_anything_starts()
    {
        CommandResult result = await CommandLine.RunAsync(
            ["demo", "--data", _folder["data"]], new Dictionary<string, string>(StringComparer.Ordinal) { ["Embedder__Kind"] = "AzureOpenAI" });

        result.ExitCode.ShouldBe(2, result.ToString());
        result.Errors.ShouldContain("AzureOpenAI:Endpoint is missing");
    }

    private static int Texts(FakeOpenAI server) => server.Requests.Where(r => r.Body["input"] is not null).Sum(r => r.Body["input"]!.AsArray().Count);

    private static PipelineSettings Settings(AzureOpenAIOptions options) => new()
    {
        Configuration = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["Training:MaxDegreeOfParallelism"] = "2",
            ["Embedder:Kind"] = "AzureOpenAI",
            ["Labeller:Kind"] = "AzureOpenAI",
            ["AzureOpenAI:Endpoint"] = options.Endpoint,
            ["AzureOpenAI:ApiKey"] = "key",
            ["AzureOpenAI:EmbeddingDeployment"] = options.EmbeddingDeployment,
            ["AzureOpenAI:EmbeddingModel"] = options.EmbeddingModel,
            ["AzureOpenAI:Dimensions"] = "128",
            ["AzureOpenAI:ChatDeployment"] = options.ChatDeployment,
        }).Build(),
    };
}
