using System.Reflection;
using System.Text.Json;
using Microsoft.Kiota.Abstractions;
using Pipeline.Access;
using Pipeline.Client;
using Pipeline.Client.Models;
using Pipeline.LocalHost.Hosting.Tokens;
using Pipeline.RouteContract;
using Pipeline.TestSupport;
using Sent = Pipeline.Client.V1.Incidents.Incidents;

namespace Pipeline.LocalHost.Tests.Functions;

/// <summary>What a .NET program does with the generated client, asked of a host in this process.</summary>
[TestClass]
public sealed class TypedClientTests
{
    private static Api _api = null!;
    private static PipelineClient _client = null!;

    [ClassInitialize]
    public static async Task Start(TestContext _)
    {
        _api = await Api.StartAsync(new Dictionary<string, string?>(StringComparer.Ordinal) { ["Training:Layouts"] = "3" });
        _client = PipelineClient.WithKey(Address, Api.Key);
        await _api.ReportAsync("Network", 300);
        await _api.PreprocessAsync();
        await _api.WorkAsync("/api/train", new { });
        await _api.WorkAsync("/api/predict", new { });
    }

    [ClassCleanup]
    public static async Task Stop() => await _api.DisposeAsync();

    private static Uri Address => new(_api.Client.BaseAddress!, "api/");

    [TestMethod]
    public void Every_operation_of_the_description_has_a_method()
    {
        string[] operations =
        [
            .. from path in OpenApi.Document["paths"]!.AsObject()
               from operation in path.Value!.AsObject()
               where operation.Key is "get" or "post" or "put" or "delete"
               select $"{operation.Key}Async",
        ];
        string[] methods =
        [
            .. from builder in typeof(PipelineClient).Assembly.GetExportedTypes()
               where builder.IsSubclassOf(typeof(BaseRequestBuilder))
               from method in builder.GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly)
               where method.Name is "GetAsync" or "PostAsync" or "PutAsync" or "DeleteAsync"
               select method.Name,
        ];

        methods.Order(StringComparer.OrdinalIgnoreCase).ShouldBe(operations.Order(StringComparer.OrdinalIgnoreCase), Case.Insensitive);
    }

    [TestMethod]
    public async Task The_status_is_that_of_the_host()
    {
        Status status = (await _client.Status.GetAsync()).ShouldNotBeNull();

        TechCenterStatus center = status.TechCenters.ShouldHaveSingleItem();
        (center.Name, center.Incidents, center.Predicted).ShouldBe(("Network", 300, 300));
        center.NewestIncident.ShouldNotBeNull();
        status.Mode!.State.ShouldBe(Mode_state.Running);
    }

    [TestMethod]
    public async Task From_the_ranking_one_comes_to_the_tickets_and_to_the_story_of_one()
    {
        Ranking ranking = (await _client.Ranking.GetAsync()).ShouldNotBeNull();
        RankedProblem first = ranking.Biggest!.First();
        RankedProblem_places place = first.Places!.First();
        JsonElement raw = await _api.GetAsync("/api/ranking");
        first.Label.ShouldBe(raw.GetProperty("biggest")[0].GetProperty("label").GetString());

        ShownIncidents tickets = (await _client.Problems[place.TechCenter!][place.Id!.Value].Incidents.GetAsync(request => request.QueryParameters.PageSize = 3)).ShouldNotBeNull();
        tickets.Incidents!.Count.ShouldBe(3);
        tickets.Total.ShouldBe(first.Size);

        string number = tickets.Incidents[0].Number!;
        IncidentStory story = (await _client.Incidents[number].GetAsync()).ShouldNotBeNull();
        (story.Incident!.Number, story.TechCenter, story.Problem!.Id).ShouldBe((number, "Network", place.Id));
        (await _client.Incidents[number].Similar.GetAsync(request => request.QueryParameters.Top = 2))!.Incidents!.Count.ShouldBe(2);
    }

    [TestMethod]
    public async Task A_search_finds_the_ticket_whose_text_it_is_given()
    {
        ShownIncident ticket = await AnyTicketAsync();

        SearchResult found = (await _client.Search.PostAsync(new SearchRequest { Text = ticket.Text, TechCenters = ["Network"], Top = 5 })).ShouldNotBeNull();

        found.Incidents!.Count.ShouldBe(5);
        found.Incidents.ShouldContain(incident => incident.Text == ticket.Text);
        found.Facets!.TechCenters.ShouldNotBeNull().ShouldNotBeEmpty();
    }

    [TestMethod]
    public async Task Texts_are_classified()
    {
        ShownIncident ticket = await AnyTicketAsync();

        ClassifyResult answer = (await _client.Classify.PostAsync(new ClassifyRequest { TechCenter = "Network", Texts = [ticket.Text!, "Nothing that anyone has ever seen"] })).ShouldNotBeNull();

        answer.Texts!.Count.ShouldBe(2);
        answer.Texts[0].ProblemId.ShouldNotBeNull().ShouldBeGreaterThanOrEqualTo(0);
        answer.Texts[0].Confidence.ShouldNotBeNull().ShouldBeInRange(0, 1);
    }

    [TestMethod]
    public async Task Incidents_are_sent_and_their_ingestion_is_asked_for()
    {
        SentIncidents sent = (await _client.V1.Incidents.PostAsync([Incident("TYPED1", "VPN drops every hour"), Incident("TYPED2", " ")])).ShouldNotBeNull();

        (sent.Ingestion!.Accepted, sent.Ingestion.Rejected).ShouldBe((1, 1));
        RejectedRow rejected = sent.Rejects.ShouldHaveSingleItem();
        (rejected.Row, rejected.Field, rejected.Kind).ShouldBe((2, "short_description", RejectedRow_kind.EmptyText));
        (await _client.V1.Uploads[sent.Ingestion.Id!].GetAsync())!.Added.ShouldBe(1);
    }

    [TestMethod]
    public async Task A_file_is_uploaded_and_asked_for_until_it_is_in()
    {
        using MemoryStream file = new("number,opened_at,short_description,assignment_group\nUP1,2026-05-01 08:00:00,Printer jams,Print\nUP2,2026-05-02 08:00:00,Printer jams again,Print\n"u8.ToArray());

        Upload upload = (await _client.V1.Uploads["incidents"].PostAsync(file, request => request.QueryParameters.Name = "two.csv")).ShouldNotBeNull();

        using CancellationTokenSource patience = new(TimeSpan.FromMinutes(3));
        while (upload.State is Upload_state.Received or Upload_state.Validating)
        {
            await Task.Delay(50, patience.Token);
            upload = (await _client.V1.Uploads[upload.Id!].GetAsync(cancellationToken: patience.Token)).ShouldNotBeNull();
        }

        (upload.State, upload.Accepted).ShouldBe((Upload_state.Accepted, 2));
    }

    [TestMethod]
    public async Task What_is_wrong_comes_as_an_exception_with_what_the_host_says_of_it()
    {
        Problem missing = await Should.ThrowAsync<Problem>(() => _client.Problems["Network"][123_456].GetAsync());
        (missing.Status, missing.ResponseStatusCode).ShouldBe((404, 404));
        missing.Detail.ShouldNotBeNullOrEmpty();
        missing.Message.ShouldBe(missing.Detail);

        Problem invalid = await Should.ThrowAsync<Problem>(() => _client.Search.PostAsync(new SearchRequest { Text = "VPN", Top = 101 }));
        (invalid.Status, invalid.Type).ShouldBe((400, "urn:problem-type:pipeline:invalid-request"));
        invalid.Errors!.AdditionalData.ShouldContainKey("top");
    }

    [TestMethod]
    public async Task A_token_says_who_asks_as_a_key_does_and_its_role_is_kept()
    {
        OwnTokens own = new(_api.Tokens, TimeProvider.System);
        string token = (await own.IssueAsync(Role.Reader, "Jane", 1, CancellationToken.None)).Token;
        PipelineClient reader = PipelineClient.WithToken(Address, _ => Task.FromResult(token));

        (await reader.Status.GetAsync())!.TechCenters.ShouldNotBeNull().ShouldNotBeEmpty();
        Problem refused = await Should.ThrowAsync<Problem>(() => reader.Train.PostAsync(new TrainRequest()));
        (refused.Status, refused.Type).ShouldBe((403, "urn:problem-type:pipeline:role-missing"));

        ApiException unknown = await Should.ThrowAsync<ApiException>(() => PipelineClient.WithKey(Address, "not-a-key").Status.GetAsync());
        unknown.ResponseStatusCode.ShouldBe(401);
        (await PipelineClient.Anonymous(Address).Health.GetAsync())!.Status.ShouldNotBeNull();
    }

    [TestMethod]
    public async Task The_sample_goes_from_what_to_fix_first_to_how_it_was_resolved()
    {
        ToolProcess sample = await RunSampleAsync(Api.Key);
        sample.ExitCode.ShouldBe(0, sample.Errors);
        sample.Output.ShouldContain(", in Network");
        sample.Output.ShouldContain("found: ");

        ToolProcess refused = await RunSampleAsync("not-a-key");
        (refused.ExitCode, refused.Errors.Trim()).ShouldBe((2, "The key is not valid, or one is needed: set PIPELINE_KEY."));
    }

    [TestMethod]
    public void What_the_packages_README_shows_is_in_the_sample() => ReadmeExamples.NotIn("src/Client/README.md", "samples/Client").ShouldBeEmpty();

    [TestMethod]
    public async Task The_package_has_the_client_its_documentation_a_README_an_icon_and_the_licence()
    {
        using PackedProject packed = await PackedProject.PackAsync("src/Client");

        packed.Files.ShouldBe(
            [
                "Pipeline.Client.nuspec", "lib/net10.0/Pipeline.Client.dll", "lib/net10.0/Pipeline.Client.xml", "lib/netstandard2.0/Pipeline.Client.dll", "lib/netstandard2.0/Pipeline.Client.xml",
                "README.md", "icon.png", "LICENSE",
            ],
            ignoreOrder: true);
        packed.Symbols.ShouldContain(name => name == "lib/net10.0/Pipeline.Client.pdb");
        packed.Metadata.Descendants("dependency").Select(dependency => dependency.Attribute("id")!.Value).Distinct(StringComparer.Ordinal).ShouldAllBe(id => id.StartsWith("Microsoft.Kiota.", StringComparison.Ordinal));
    }

    [TestMethod]
    public void An_address_that_is_not_whole_and_an_empty_key_are_refused()
    {
        Should.Throw<ArgumentException>(() => PipelineClient.Anonymous(new Uri("/api", UriKind.Relative))).Message.ShouldContain("give all of it");
        Should.Throw<ArgumentException>(() => PipelineClient.WithKey(Address, " ")).Message.ShouldContain("The key is empty");
    }

    private static Task<ToolProcess> RunSampleAsync(string key) => ToolProcess.RunAsync(
        "dotnet", [Path.Combine(AppContext.BaseDirectory, "Pipeline.Samples.Client.dll"), Address.ToString()], AppContext.BaseDirectory, environment: new Dictionary<string, string?>(StringComparer.Ordinal) { ["PIPELINE_KEY"] = key });

    private static async Task<ShownIncident> AnyTicketAsync()
    {
        RankedProblem_places place = (await _client.Ranking.GetAsync())!.Biggest![0].Places![0];
        return (await _client.Problems[place.TechCenter!][place.Id!.Value].Incidents.GetAsync(request => request.QueryParameters.PageSize = 1))!.Incidents![0];
    }

    private static Sent Incident(string number, string text) => new()
    {
        AdditionalData = new Dictionary<string, object>(StringComparer.Ordinal)
        {
            ["number"] = number,
            ["opened_at"] = "2026-05-31 08:00:00",
            ["short_description"] = text,
            ["assignment_group"] = "Network",
        },
    };
}
