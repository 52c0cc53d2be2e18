using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Adapters.Azure.OpenAI;
using Pipeline.Adapters.Azure.Tests.Support;
using Pipeline.Preprocessing;

namespace Pipeline.Adapters.Azure.Tests.OpenAI;

[TestClass]
public sealed class AzureOpenAIEmbedderTests
{
    private readonly InstantTime _time = new();

    [TestMethod]
    public async Task Texts_are_embedded_through_the_v1_interface_in_their_order()
    {
        await using FakeOpenAI server = await FakeOpenAI.StartAsync();
        server.Then((context, body) => FakeOpenAI.JsonAsync(context, FakeOpenAI.Embeddings(body, FakeOpenAI.Dimensions, reversed: true).ToJsonString()));

        GeneratedEmbeddings<Embedding<float>> made = await Embedder(server.Options).GenerateAsync(["printer", "vpn down", "mail"]);

        made.Select(e => e.Vector.ToArray()).ShouldBe([FakeOpenAI.VectorOf("printer"), FakeOpenAI.VectorOf("vpn down"), FakeOpenAI.VectorOf("mail")]);
        (string path, string? authorization, var body) = server.Requests.ShouldHaveSingleItem();
        path.ShouldBe("/openai/v1/embeddings");
        authorization.ShouldBe("Bearer first-key");
        ((string)body["model"]!).ShouldBe("embed");
        ((int)body["dimensions"]!).ShouldBe(FakeOpenAI.Dimensions);
        ((string)body["encoding_format"]!).ShouldBe("base64");
    }

    [TestMethod]
    public async Task The_metadata_name_the_model_and_the_dimensions_that_tell_vectors_apart()
    {
        await using FakeOpenAI server = await FakeOpenAI.StartAsync();

        EmbeddingGeneratorMetadata metadata = (EmbeddingGeneratorMetadata)Embedder(server.Options).GetService(typeof(EmbeddingGeneratorMetadata))!;

        metadata.DefaultModelId.ShouldBe("azure-openai-text-embedding-3-small-4");
        metadata.DefaultModelDimensions.ShouldBe(4);
        new AzureOpenAIEmbedder(new AzureOpenAIConnection(server.Options with { Dimensions = null }), _time).ModelId.ShouldBe("azure-openai-text-embedding-3-small-1536");
    }

    [TestMethod]
    public async Task Batches_are_bounded_by_count_and_by_tokens()
    {
        await using FakeOpenAI server = await FakeOpenAI.StartAsync();

        await Embedder(server.Options with { TextsPerRequest = 3 }).GenerateAsync(["a", "b", "c", "d"]);
        await Embedder(server.Options with { TokensPerMinute = 8192 }).GenerateAsync([.. Enumerable.Repeat(new string('x', 6000), 5)]);

        server.Requests.Select(r => r.Body["input"]!.AsArray().Count).ShouldBe([3, 1, 2, 2, 1]);
    }

    [TestMethod]
    [DataRow("retry-after-ms", "1500", 1.5)]
    [DataRow("retry-after", "7", 7)]
    [DataRow("retry-after", "Wed, 01 Jul 2026 00:00:20 GMT", 20)]
    public async Task A_throttled_request_is_sent_again_after_the_time_that_the_service_names(string header, string value, double seconds)
    {
        await using FakeOpenAI server = await FakeOpenAI.StartAsync();
        server.ThenStatus(StatusCodes.Status429TooManyRequests, "429", (header, value));

        GeneratedEmbeddings<Embedding<float>> made = await Embedder(server.Options).GenerateAsync(["printer"]);

        made.ShouldHaveSingleItem();
        _time.Waits.ShouldBe([TimeSpan.FromSeconds(seconds)]);
    }

    [TestMethod]
    public async Task What_passes_is_tried_again_with_doubling_pauses()
    {
        await using FakeOpenAI server = await FakeOpenAI.StartAsync();
        server.ThenStatus(StatusCodes.Status500InternalServerError).ThenStatus(StatusCodes.Status503ServiceUnavailable);

        await Embedder(server.Options).GenerateAsync(["printer"]);

        _time.Waits.ShouldBe([TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(2)]);
    }

    [TestMethod]
    public async Task A_service_that_stays_away_is_an_error_that_names_it_and_quotes_no_text()
    {
        await using FakeOpenAI server = await FakeOpenAI.StartAsync();
        server.Otherwise = (context, _) => FakeOpenAI.StatusAsync(context, StatusCodes.Status502BadGateway, "bad_gateway");

        EmbedderException e = await Should.ThrowAsync<EmbedderException>(() => Embedder(server.Options).GenerateAsync(["the secret text"]));

        e.Message.ShouldBe("The deployment 'embed' at 127.0.0.1 does not answer, tried 3 times: status 502 (bad_gateway). Try again later.");
        e.ToString().ShouldNotContain("ClientResultException", customMessage: "what the service says may quote what was sent");
        server.Requests.Count.ShouldBe(3);
    }

    [TestMethod]
    public async Task A_service_that_cannot_be_reached_is_an_error_that_says_why()
    {
        await using FakeOpenAI server = await FakeOpenAI.StartAsync();

        EmbedderException e = await Should.ThrowAsync<EmbedderException>(() => Embedder(server.Options with { Endpoint = "http://127.0.0.1:1/" }).GenerateAsync(["printer"]));

        e.Message.ShouldContain("does not answer, tried 3 times: ");
        e.Message.ShouldContain("refused", Case.Insensitive);
    }

    [TestMethod]
    public async Task A_request_without_an_answer_in_time_is_tried_again()
    {
        await using FakeOpenAI server = await FakeOpenAI.StartAsync();
        server.Then((context, _) => Task.Delay(Timeout.Infinite, context.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default));

        // On a busy machine a good answer may be late as well.
        GeneratedEmbeddings<Embedding<float>> made = await Embedder(server.Options with { TimeoutSeconds = 2, Attempts = 20 }).GenerateAsync(["printer"]);

        made.ShouldHaveSingleItem().Vector.ToArray().ShouldBe(FakeOpenAI.VectorOf("printer"));
        server.Requests.Count.ShouldBeGreaterThanOrEqualTo(2);
    }

    [TestMethod]
    public async Task A_dropped_connection_and_an_answer_without_sense_are_tried_again()
    {
        await using FakeOpenAI server = await FakeOpenAI.StartAsync();
        AzureOpenAIOptions options = server.Options with { Attempts = 6 };
        server
            .Then(async (context, _) =>
            {
                context.Response.ContentLength = 5000;
                await context.Response.WriteAsync("""{"object":"list","data":[{"object":"emb""");
                await context.Response.Body.FlushAsync();
                context.Abort();
            })
            .ThenBody("<html>not today</html>")
            .ThenBody("""{"object":"list","data":[{"object":"embedding","index":0,"embedding":"§§§"}],"model":"m","usage":{"prompt_tokens":1,"total_tokens":1}}""")
            .ThenBody("""{"object":"list","data":[],"model":"m","usage":{"prompt_tokens":1,"total_tokens":1}}""")
            .Then((context, body) =>
            {
                var answer = FakeOpenAI.Embeddings(body, FakeOpenAI.Dimensions);
                answer["data"]![0]!["index"] = 7;
                return FakeOpenAI.JsonAsync(context, answer.ToJsonString());
            });

        GeneratedEmbeddings<Embedding<float>> made = await Embedder(options).GenerateAsync(["printer"]);

        made.ShouldHaveSingleItem().Vector.ToArray().ShouldBe(FakeOpenAI.VectorOf("printer"));
        server.Requests.Count.ShouldBe(6);
    }

    [TestMethod]
    public async Task Vectors_of_another_length_are_refused_with_the_settings_to_look_at()
    {
        await using FakeOpenAI server = await FakeOpenAI.StartAsync();
        server.Then((context, body) => FakeOpenAI.JsonAsync(context, FakeOpenAI.Embeddings(body, 6).ToJsonString()));

        EmbedderException e = await Should.ThrowAsync<EmbedderException>(() => Embedder(server.Options).GenerateAsync(["printer"]));

        e.Message.ShouldContain("6 dimensions, 4 are expected");
        e.Message.ShouldContain("AzureOpenAI:Dimensions");
        server.Requests.ShouldHaveSingleItem();
    }

    [TestMethod]
    public async Task A_wrong_key_is_not_tried_again()
    {
        await using FakeOpenAI server = await FakeOpenAI.StartAsync();
        server.ThenStatus(StatusCodes.Status401Unauthorized, "401");

        EmbedderException e = await Should.ThrowAsync<EmbedderException>(() => Embedder(server.Options).GenerateAsync(["printer"]));

        e.Message.ShouldContain("status 401 (401)");
        e.Message.ShouldContain("Cognitive Services OpenAI User");
        server.Requests.ShouldHaveSingleItem();
    }

    [TestMethod]
    public async Task A_refused_text_is_isolated_and_the_rest_goes_on()
    {
        await using FakeOpenAI server = await FakeOpenAI.StartAsync();
        RefuseTextsWith(server, "bad");
        string[] texts = [.. Enumerable.Range(0, 16).Select(i => i is 3 or 12 ? $"bad {i}" : $"text {i}"), ""];

        TextsRefusedException e = await Should.ThrowAsync<TextsRefusedException>(() => Embedder(server.Options).GenerateAsync(texts));

        e.Refused.Keys.Order().ShouldBe([3, 12, 16]);
        e.Refused[3].ShouldContain("content_filter");
        e.Message.ShouldNotContain("bad 3");
        for (int i = 0; i < 16; i++)
        {
            e.Made[i]?.Vector.ToArray().ShouldBe(e.Refused.ContainsKey(i) ? null : FakeOpenAI.VectorOf(texts[i]));
        }
    }

    [TestMethod]
    public async Task Refusals_of_everything_are_no_fault_of_the_texts()
    {
        await using FakeOpenAI server = await FakeOpenAI.StartAsync();
        RefuseTextsWith(server, "text");

        EmbedderException e = await Should.ThrowAsync<EmbedderException>(() => Embedder(server.Options).GenerateAsync([.. Enumerable.Range(0, 500).Select(i => $"text {i}")]));

        e.ShouldNotBeOfType<TextsRefusedException>();
        e.Message.ShouldContain("the request itself must be wrong");
        server.Requests.Count.ShouldBeLessThan(40);
    }

    [TestMethod]
    public async Task A_text_over_the_limit_is_cut_and_cut_again_where_the_model_counts_more_tokens_than_expected()
    {
        await using FakeOpenAI server = await FakeOpenAI.StartAsync();
        server.Otherwise = (context, body) => body["input"]!.AsArray().Any(t => Encoding.UTF8.GetByteCount((string)t!) > 8191)
            ? FakeOpenAI.StatusAsync(context, StatusCodes.Status400BadRequest, "context_length_exceeded")
            : FakeOpenAI.AnswerAsync(context, body);

        GeneratedEmbeddings<Embedding<float>> made = await Embedder(server.Options).GenerateAsync(["short", new string('ü', 30_000)]);

        made.Count.ShouldBe(2);
        server.Requests.Max(r => r.Body["input"]!.AsArray().Max(t => Encoding.UTF8.GetByteCount((string)t!))).ShouldBe(16_382);
        made[1].Vector.Span[0].ShouldBe(4095);
    }

    [TestMethod]
    public async Task The_budget_of_a_minute_is_kept_and_what_was_charged_counts()
    {
        await using FakeOpenAI server = await FakeOpenAI.StartAsync();
        AzureOpenAIEmbedder embedder = Embedder(server.Options with { TextsPerRequest = 1, RequestsPerMinute = 2 });

        await embedder.GenerateAsync(["a", "b", "c", "d", "e"]);

        _time.Waits.ShouldBe([TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(1)]);
        server.Requests.Count.ShouldBe(5);
    }

    [TestMethod]
    public async Task Each_answer_is_told_before_the_next_request_so_that_a_later_failure_loses_none()
    {
        await using FakeOpenAI server = await FakeOpenAI.StartAsync();
        server.Otherwise = (context, body) => body["input"]!.AsArray().Any(t => (string)t! == "last")
            ? FakeOpenAI.StatusAsync(context, StatusCodes.Status503ServiceUnavailable, "unavailable")
            : body["input"]!.AsArray().Any(t => (string)t! == "bad")
                ? FakeOpenAI.StatusAsync(context, StatusCodes.Status400BadRequest, "content_filter")
                : FakeOpenAI.AnswerAsync(context, body);
        List<(int Requests, string Places)> told = [];
        Dictionary<int, float[]> vectors = [];
        IncrementalEmbeddingOptions options = new(made =>
        {
            told.Add((server.Requests.Count, string.Join(' ', made.Keys.Order())));
            made.ToList().ForEach(m => vectors.Add(m.Key, m.Value.Vector.ToArray()));
            return Task.CompletedTask;
        });

        await Should.ThrowAsync<EmbedderException>(() => Embedder(server.Options with { TextsPerRequest = 2 }).GenerateAsync(["printer", "vpn down", "bad", "mail", "last"], options));

        told.ShouldBe([(1, "0 1"), (4, "3")]);
        vectors[1].ShouldBe(FakeOpenAI.VectorOf("vpn down"));
        vectors[3].ShouldBe(FakeOpenAI.VectorOf("mail"));
    }

    [TestMethod]
    public async Task Cancelling_stops_a_request_under_way()
    {
        await using FakeOpenAI server = await FakeOpenAI.StartAsync();
        using CancellationTokenSource stop = new();
        server.Then(async (context, _) =>
        {
            await stop.CancelAsync();
            await Task.Delay(Timeout.Infinite, context.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
        });

        await Should.ThrowAsync<OperationCanceledException>(() => Embedder(server.Options).GenerateAsync(["printer"], cancellationToken: stop.Token));

        server.Requests.ShouldHaveSingleItem();
    }

    [TestMethod]
    public async Task A_key_that_changes_in_the_settings_is_used_from_the_next_request_on()
    {
        await using FakeOpenAI server = await FakeOpenAI.StartAsync();
        IConfigurationRoot settings = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["AzureOpenAI:Endpoint"] = server.Options.Endpoint,
            ["AzureOpenAI:ApiKey"] = "first-key",
            ["AzureOpenAI:EmbeddingDeployment"] = "embed",
            ["AzureOpenAI:Dimensions"] = "4",
        }).Build();
        await using ServiceProvider services = new ServiceCollection().AddAzureOpenAIEmbedder(settings).BuildServiceProvider();
        IEmbeddingGenerator<string, Embedding<float>> embedder = services.GetRequiredService<IEmbeddingGenerator<string, Embedding<float>>>();
        await embedder.GenerateAsync(["printer"]);

        settings["AzureOpenAI:ApiKey"] = "second-key";
        settings.Reload();
        await embedder.GenerateAsync(["printer"]);

        server.Requests.Select(r => r.Authorization).ShouldBe(["Bearer first-key", "Bearer second-key"]);
    }

    [TestMethod]
    [DataRow("Endpoint", "", "AzureOpenAI:Endpoint")]
    [DataRow("Endpoint", "http://example.org", "https address")]
    [DataRow("Endpoint", "https://name.openai.azure.com/openai/v1/", "leave out")]
    [DataRow("EmbeddingDeployment", "", "AzureOpenAI:EmbeddingDeployment")]
    [DataRow("EmbeddingDeployment", "mine", "AzureOpenAI:EmbeddingModel")]
    [DataRow("Dimensions", "0", "AzureOpenAI:Dimensions is 0")]
    [DataRow("Dimensions", "many", "AzureOpenAI")]
    [DataRow("TextsPerRequest", "2049", "from 1 to 2048")]
    [DataRow("Attempts", "0", "AzureOpenAI:Attempts is 0")]
    public void A_wrong_setting_is_refused_at_once_by_its_name(string name, string value, string named)
    {
        IConfigurationRoot settings = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["AzureOpenAI:Endpoint"] = "https://name.openai.azure.com/",
            ["AzureOpenAI:EmbeddingDeployment"] = "text-embedding-3-large",
            [$"AzureOpenAI:{name}"] = value,
        }).Build();

        Should.Throw<SettingException>(() => new ServiceCollection().AddAzureOpenAIEmbedder(settings)).Message.ShouldContain(named);
    }

    private static void RefuseTextsWith(FakeOpenAI server, string word) =>
        server.Otherwise = (context, body) => body["input"]!.AsArray().Any(t => ((string)t!).Contains(word, StringComparison.Ordinal))
            ? FakeOpenAI.StatusAsync(context, StatusCodes.Status400BadRequest, "content_filter")
            : FakeOpenAI.AnswerAsync(context, body);

    private AzureOpenAIEmbedder Embedder(AzureOpenAIOptions options) => new(new AzureOpenAIConnection(options), _time);
}
