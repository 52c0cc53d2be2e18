using System.Text.Json;
using Pipeline.Access;
using Pipeline.Incidents;
using Pipeline.Preprocessing;
using Pipeline.Problems;
using Pipeline.Requests;
using Pipeline.Search;
using Pipeline.Tests.Support;

namespace Pipeline.Tests.Search;

[TestClass]
public sealed class SearchIncidentsTests
{
    private static readonly SearchCandidate[] Candidates =
    [
        Candidate("A", wordRank: 1, vectorRank: 4, likeness: 0.5),
        Candidate("B", wordRank: 2, vectorRank: null, likeness: null),
        Candidate("C", wordRank: 3, vectorRank: 1, likeness: 0.912345) with { Incident = Stored("C") with { ProblemId = -1 } },
    ];

    [TestMethod]
    public async Task Two_orders_become_one_by_reciprocal_rank_with_highlights_and_facets()
    {
        await using SmallCompany company = await SmallCompany.OpenAsync();
        AskedIndex index = new(Candidates);

        SearchResult result = await Search(company, index).RunAsync(new SearchRequest("Paper JAM, says jane.doe@example.com", Top: 2));

        result.Text.ShouldNotContain("jane.doe");
        index.Asked!.Words.ShouldContain("jam", StringComparer.Ordinal);
        index.Asked.Embedder.ShouldBe(company.Preprocess.Embedder);
        index.Asked.Vector.Length.ShouldBe((await company.Embedder.GenerateAsync(["x"]))[0].Vector.Length);
        result.Candidates.ShouldBe(3);
        result.Incidents.Select(i => i.Number).ShouldBe(["C", "A"]);
        result.Incidents[0].Score.ShouldBe((1 / 63.0) + (1 / 61.0), 1e-6);
        result.Incidents[0].Likeness.ShouldBe(0.9123);
        result.Incidents[0].Highlights.Select(h => result.Incidents[0].Text[h[0]..h[1]]).ShouldBe(["paper", "jam"]);
        result.Facets.TechCenters.ShouldBe([new CenterFacet("Office IT", 3)]);
        result.Facets.Problems.ShouldBe([new ProblemFacet("Office IT", 7, "Paper jams", 2)]);
    }

    [TestMethod]
    public async Task Similar_incidents_leave_the_one_out_and_tell_masked_how_they_were_resolved()
    {
        await using SmallCompany company = await SmallCompany.TrainedAsync();
        string number = (await company.Warehouse.ReadChangesAsync(0, 1))[0].Incident.Number;
        StoredIncident resolved = Stored("A");
        AskedIndex index = new([Candidate(number, null, 1, 1), new SearchCandidate(resolved with { Incident = resolved.Incident with { CloseNotes = "Roller replaced, told jane.doe@example.com" } }, null, 2, 0.8)]);

        SimilarIncidents similar = await Search(company, index).SimilarAsync(number, "3", Masked(company));

        (index.Asked!.Words.Count, index.Asked.Depth).ShouldBe((0, 4));
        FoundIncident found = similar.Incidents.ShouldHaveSingleItem();
        found.CloseNotes.ShouldNotBeNull().ShouldStartWith("Roller replaced");
        found.CloseNotes.ShouldNotContain("jane.doe");
    }

    [TestMethod]
    [DataRow("""{"text": " "}""", "text")]
    [DataRow("""{"text": "vpn", "top": 101}""", "top")]
    [DataRow("""{"text": "vpn", "from": "soon"}""", "from")]
    [DataRow("""{"text": "vpn", "from": "12:00"}""", "from")]
    [DataRow("""{"text": "vpn", "until": "12:00:00 +02:00"}""", "until")]
    [DataRow("""{"text": "vpn", "techCenters": [""]}""", "techCenters")]
    [DataRow("""{"text": "vpn", "filters": {"priority": "\ud800"}}""", "filters")]
    [DataRow("""{"text": "vpn", "filters": {"\ud800": "1"}}""", "filters")]
    [DataRow("""{"text": "vpn", "filters": {"colour": "red"}}""", "filters")]
    [DataRow("""{"text": "vpn", "filters": {"priority": 2}}""", "filters")]
    [DataRow("""{"text": "vpn", "filters": {"problem": 2}}""", "filters")]
    [DataRow("""{"text": "vpn", "techCenters": ["Nowhere"]}""", "techCenter")]
    public async Task What_cannot_be_searched_for_is_told_by_field(string body, string field)
    {
        await using SmallCompany company = await SmallCompany.OpenAsync();
        SearchRequest request = JsonSerializer.Deserialize<SearchRequest>(body, PipelineJson.Compact)!;

        RequestException refused = await Should.ThrowAsync<RequestException>(() => Search(company, new AskedIndex([])).RunAsync(request));

        (refused.Problem, refused.Errors.Keys.Single()).ShouldBe((RequestProblem.Invalid, field));
    }

    [TestMethod]
    public async Task An_incident_without_a_vector_one_that_is_not_there_and_a_wrong_number_are_named()
    {
        await using SmallCompany company = await SmallCompany.OpenAsync();
        await company.Warehouse.UpsertIncidentsAsync([Stored("NEW").Incident]);

        (await Should.ThrowAsync<RequestException>(() => Search(company, new AskedIndex([])).SimilarAsync("NEW", null, Masked(company)))).Problem.ShouldBe(RequestProblem.Unprocessable);
        (await Should.ThrowAsync<RequestException>(() => Search(company, new AskedIndex([])).SimilarAsync("NOWHERE", null, Masked(company)))).Problem.ShouldBe(RequestProblem.NotFound);
        (await Should.ThrowAsync<RequestException>(() => Search(company, new AskedIndex([])).SimilarAsync("NEW", "0", Masked(company)))).Problem.ShouldBe(RequestProblem.Invalid);
    }

    [TestMethod]
    public async Task Texts_are_masked_before_they_become_vectors_and_an_empty_one_is_named()
    {
        await using SmallCompany company = await SmallCompany.OpenAsync();
        using EmbeddingCache cache = new(company.Embedder);
        EmbedTexts embed = new(company.Preprocess, cache);

        EmbedResult result = await embed.RunAsync(new EmbedRequest(["VPN drops", "Mail to jane.doe@example.com bounces"]));

        (result.Model, result.Dimensions, result.Embeddings.Count).ShouldBe((company.Preprocess.Embedder, result.Embeddings[1].Vector.Count, 2));
        result.Embeddings[1].Text.ShouldNotContain("jane.doe");
        result.Embeddings[0].Vector.ShouldBe((await company.Embedder.GenerateAsync(["VPN drops"]))[0].Vector.ToArray());
        (await Should.ThrowAsync<RequestException>(() => embed.RunAsync(new EmbedRequest(["VPN", " "])))).Errors.Keys.ShouldBe(["texts[1]"]);
        (await Should.ThrowAsync<RequestException>(() => embed.RunAsync(new EmbedRequest()))).Errors.Keys.ShouldBe(["texts"]);
    }

    private static SearchIncidents Search(SmallCompany company, ISearchIndex index) =>
        new(index, company.Names, company.Warehouse, company.Warehouse, company.Preprocess, company.Embedder, new IncidentOptions());

    private static SearchCandidate Candidate(string number, int? wordRank, int? vectorRank, double? likeness) => new(Stored(number), wordRank, vectorRank, likeness);

    private static StoredIncident Stored(string number) => new(1, new Incident { Number = number, Texts = ["paper jam"], TechCenter = "Office IT" })
    {
        Summary = "There is a paper jam",
        ProblemId = 7,
        ProblemLabel = "Paper jams",
    };

    /// <summary>Answers with what it was given, and keeps what it was asked.</summary>
    private sealed class AskedIndex(IReadOnlyList<SearchCandidate> found) : ISearchIndex
    {
        public SearchQuery? Asked { get; private set; }

        public Task<IReadOnlyList<SearchCandidate>> FindAsync(SearchQuery query, CancellationToken cancellationToken = default)
        {
            Asked = query;
            return Task.FromResult(found);
        }

        public Task<long> RebuildAsync(CancellationToken cancellationToken = default) => Task.FromResult(0L);
    }

    private static TextView Masked(SmallCompany company) => new TextPermission(new AccessOptions(), MaskingRules.Default, new Masker(MaskingRules.Default), company.Summaries).Masked;
}
