using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;
using Pipeline.Adapters.Azure.OpenAI;
using Pipeline.Adapters.Azure.Tests.Support;
using Pipeline.Clustering;
using Pipeline.Preprocessing;
using Pipeline.Training;

namespace Pipeline.Adapters.Azure.Tests.OpenAI;

[TestClass]
public sealed class AzureOpenAILabellerTests
{
    private static readonly string[] Words = ["printer", "vpn", "mailbox", "password", "battery", "scanner", "router", "license", "backup", "badge", "phone", "projector"];

    private readonly InstantTime _time = new();

    [TestMethod]
    public async Task Groups_get_the_names_and_domains_of_a_structured_answer()
    {
        await using FakeOpenAI server = await FakeOpenAI.StartAsync();

        IReadOnlyList<GroupLabel> labels = await LabelAsync(server, Groups(12));

        labels.Select(l => l.Name).ShouldBe(Words.Select(w => $"Problem with {w}"));
        labels.Select(l => l.Domain).ShouldBe(Words.Select(w => $"Field of {w[0]}"));
        server.Requests.Count.ShouldBe(2);
        var body = server.Requests[0].Body;
        server.Requests[0].Path.ShouldBe("/openai/v1/chat/completions");
        ((string)body["model"]!).ShouldBe("chat");
        ((string)body["response_format"]!["type"]!).ShouldBe("json_schema");
        ((bool)body["response_format"]!["json_schema"]!["strict"]!).ShouldBeTrue();
        ((string)body["messages"]![1]!["content"]!).ShouldContain("<email> reports that the");
    }

    [TestMethod]
    [DataRow("""{"id":0,"name":"","domain":"Print"}""")]
    [DataRow("""{"id":0,"name":"This name goes on and on and never comes to any end at all","domain":"Print"}""")]
    [DataRow("""{"id":0,"name":"Mail of john.doe@example.com","domain":"Print"}""")]
    [DataRow("""{"id":0,"name":"Printer of <name>","domain":"Print"}""")]
    [DataRow("""{"id":0,"name":"Server 10.20.30.40 down","domain":"Print"}""")]
    [DataRow("""{"id":0,"name":"Two\nlines","domain":"Print"}""")]
    [DataRow("""{"id":0,"name":"12345","domain":"Print"}""")]
    [DataRow("""{"id":5,"name":"Of no group","domain":"Print"}""")]
    [DataRow("")]
    public async Task A_missing_or_unfit_name_is_replaced_by_the_keywords(string group)
    {
        await using FakeOpenAI server = await FakeOpenAI.StartAsync();
        server.ThenBody(FakeOpenAI.Chat(string.Join(',', new[] { group, """{"id":1,"name":"VPN bricht ab","domain":"Netzwerk"}""" }.Where(g => g.Length > 0))));

        IReadOnlyList<GroupLabel> labels = await LabelAsync(server, Groups(2));

        labels.ShouldBe([new GroupLabel("printer fails"), new GroupLabel("VPN bricht ab", "Netzwerk")]);
    }

    [TestMethod]
    public async Task Names_may_be_of_any_script_and_an_unfit_domain_does_not_spoil_the_name()
    {
        await using FakeOpenAI server = await FakeOpenAI.StartAsync();
        server.ThenBody(FakeOpenAI.Chat("""{"id":0,"name":"プリンター 紙詰まり","domain":"印刷"},{"id":1,"name":"Пропадает связь.","domain":"<domain>"}"""));

        IReadOnlyList<GroupLabel> labels = await LabelAsync(server, Groups(2));

        labels.ShouldBe([new GroupLabel("プリンター 紙詰まり", "印刷"), new GroupLabel("Пропадает связь")]);
    }

    [TestMethod]
    [DataRow("filter")]
    [DataRow("finish")]
    [DataRow("refusal")]
    [DataRow("length")]
    public async Task A_refusal_costs_the_groups_that_cause_it_alone_their_names(string kind)
    {
        await using FakeOpenAI server = await FakeOpenAI.StartAsync();
        server.Otherwise = (context, body) => !FakeOpenAI.Groups(body).Any(g => g.Keyword is "mailbox") ? FakeOpenAI.AnswerAsync(context, body) : kind switch
        {
            "filter" => FakeOpenAI.StatusAsync(context, StatusCodes.Status400BadRequest, "content_filter"),
            "finish" => FakeOpenAI.JsonAsync(context, FakeOpenAI.Chat("", finish: "content_filter")),
            "refusal" => FakeOpenAI.JsonAsync(context, FakeOpenAI.Chat("", refusal: "I cannot help with that.")),
            _ => FakeOpenAI.JsonAsync(context, FakeOpenAI.Chat("", finish: "length")),
        };

        IReadOnlyList<GroupLabel> labels = await LabelAsync(server, Groups(8));

        labels.Where(l => l.Domain is null).ShouldHaveSingleItem().Name.ShouldBe("mailbox fails");
    }

    [TestMethod]
    public async Task Answers_without_sense_and_throttling_are_tried_again()
    {
        await using FakeOpenAI server = await FakeOpenAI.StartAsync();
        server.ThenStatus(StatusCodes.Status429TooManyRequests, "429", ("retry-after", "3")).ThenBody("""{"choices":"none"}""");

        IReadOnlyList<GroupLabel> labels = await LabelAsync(server, Groups(1));

        labels.ShouldHaveSingleItem().Name.ShouldBe("Problem with printer");
        _time.Waits[0].ShouldBe(TimeSpan.FromSeconds(3));
    }

    [TestMethod]
    public async Task A_service_that_fails_leaves_the_keywords_and_is_not_asked_for_every_group()
    {
        await using FakeOpenAI server = await FakeOpenAI.StartAsync();
        server.Otherwise = (context, _) => FakeOpenAI.StatusAsync(context, StatusCodes.Status404NotFound, "DeploymentNotFound");
        ClusterDescription[] groups = [.. Enumerable.Range(0, 60).Select(i => Group($"{Words[i % Words.Length]}"))];

        IReadOnlyList<GroupLabel> labels = await LabelAsync(server, groups, server.Options with { ConcurrentChats = 1 });

        labels.ShouldBe(await new KeywordLabeller().LabelAsync(groups));
        server.Requests.ShouldHaveSingleItem();
    }

    [TestMethod]
    public async Task Cancelling_stops_the_naming()
    {
        await using FakeOpenAI server = await FakeOpenAI.StartAsync();
        using CancellationTokenSource stop = new();
        server.Otherwise = async (context, _) =>
        {
            await stop.CancelAsync();
            await Task.Delay(Timeout.Infinite, context.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
        };

        await Should.ThrowAsync<OperationCanceledException>(() => LabelAsync(server, Groups(3), cancellationToken: stop.Token));
    }

    [TestMethod]
    public async Task The_answer_that_a_request_may_give_counts_against_the_budget_while_it_is_under_way()
    {
        await using FakeOpenAI server = await FakeOpenAI.StartAsync();
        TaskCompletionSource asked = new(TaskCreationOptions.RunContinuationsAsynchronously);
        server
            .Then(async (context, body) =>
            {
                await asked.Task;
                await FakeOpenAI.AnswerAsync(context, body);
            })
            .Then((context, body) =>
            {
                asked.SetResult();
                return FakeOpenAI.AnswerAsync(context, body);
            });

        await LabelAsync(server, Groups(12), server.Options with { ChatTokensPerMinute = 8192 });

        _time.Waits.ShouldBe([TimeSpan.FromMinutes(1)]);
        ((int)server.Requests[0].Body["max_completion_tokens"]!).ShouldBe(4096);
    }

    private static ClusterDescription[] Groups(int count) => [.. Words.Take(count).Select(Group)];

    private static ClusterDescription Group(string word) => new([new Keyword(word, 2), new Keyword("fails", 1)], TitlePhrase: null, [$"<email> reports that the {word} fails"]);

    private async Task<IReadOnlyList<GroupLabel>> LabelAsync(FakeOpenAI server, ClusterDescription[] groups, AzureOpenAIOptions? options = null, CancellationToken cancellationToken = default)
    {
        using AzureOpenAIConnection connection = new(options ?? server.Options);
        using AzureOpenAILabeller labeller = new(connection, new Masker(MaskingRules.Default), _time, NullLogger<AzureOpenAILabeller>.Instance);
        return await labeller.LabelAsync(groups, cancellationToken);
    }
}
