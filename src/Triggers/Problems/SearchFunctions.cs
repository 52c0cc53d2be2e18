using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Logging;
using Pipeline.Access;
using Pipeline.Requests;
using Pipeline.Search;

namespace Pipeline.Triggers;

/// <summary>Finds incidents by what is said of them, and makes the vectors that this goes by.</summary>
public sealed class SearchFunctions(SearchIncidents search, EmbedTexts embed, CallerTexts texts, WorkLimits work, ILogger<SearchFunctions> logger)
{
    /// <summary>Finds the incidents that words tell of.</summary>
    [Function("Search")]
    [Requires(Role.Reader, Stop = RequestKind.Reads)]
    public Task<IResult> RunAsync([HttpTrigger(Access.Checked, "post", Route = "search")] HttpRequest request, CancellationToken cancellationToken) =>
        HttpAnswers.RunAsync(request, logger, async () =>
        {
            SearchRequest body = await JsonRequest.ReadAsync<SearchRequest>(request.Body, cancellationToken);
            return HttpAnswers.Json(await work.Searches.RunAsync(() => search.RunAsync(body, texts.Of(request), cancellationToken), cancellationToken));
        }, CallerTexts.Parameter);

    /// <summary>Finds the incidents most alike to one, and how they were resolved.</summary>
    [Function("SimilarIncidents")]
    [Requires(Role.Reader)]
    public Task<IResult> SimilarAsync([HttpTrigger(Access.Checked, "get", Route = "incidents/{number}/similar")] HttpRequest request, string number, CancellationToken cancellationToken) =>
        HttpAnswers.RunAsync(
            request, logger,
            async () => HttpAnswers.Json(await work.Searches.RunAsync(() => search.SimilarAsync(RouteText.Of(request, number), request.Query["top"], texts.Of(request), cancellationToken), cancellationToken)),
            "top", CallerTexts.Parameter);

    /// <summary>Makes the vectors of texts.</summary>
    [Function("Embeddings")]
    [Requires(Role.Analyst, Stop = RequestKind.Reads)]
    public Task<IResult> EmbedAsync([HttpTrigger(Access.Checked, "post", Route = "embeddings")] HttpRequest request, CancellationToken cancellationToken) =>
        HttpAnswers.RunAsync(request, logger, async () =>
        {
            EmbedRequest body = await JsonRequest.ReadAsync<EmbedRequest>(request.Body, cancellationToken);
            return HttpAnswers.Json(await work.Classifications.RunAsync(() => embed.RunAsync(body, cancellationToken), cancellationToken));
        });
}
