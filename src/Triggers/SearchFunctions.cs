using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Logging;
using Pipeline.Requests;
using Pipeline.Search;

namespace Pipeline.Triggers;

/// <summary>Finds incidents by what is said of them, and makes the vectors that this goes by.</summary>
public sealed class SearchFunctions(SearchIncidents search, EmbedTexts embed, ILogger<SearchFunctions> logger)
{
    /// <summary>Finds the incidents that words tell of.</summary>
    [Function("Search")]
    public Task<IResult> RunAsync([HttpTrigger(Access.Read, "post", Route = "search")] HttpRequest request, CancellationToken cancellationToken) =>
        HttpAnswers.RunAsync(request, logger, RequestKind.Reads, async () =>
        {
            SearchRequest body = await JsonRequest.ReadAsync<SearchRequest>(request.Body, cancellationToken);
            return HttpAnswers.Json(await search.RunAsync(body, cancellationToken));
        });

    /// <summary>Finds the incidents most alike to one, and how they were resolved.</summary>
    [Function("SimilarIncidents")]
    public Task<IResult> SimilarAsync([HttpTrigger(Access.Read, "get", Route = "incidents/{number}/similar")] HttpRequest request, string number, CancellationToken cancellationToken) =>
        HttpAnswers.RunAsync(request, logger, async () => HttpAnswers.Json(await search.SimilarAsync(RouteText.Of(request, number), request.Query["top"], cancellationToken)), "top");

    /// <summary>Makes the vectors of texts.</summary>
    [Function("Embeddings")]
    public Task<IResult> EmbedAsync([HttpTrigger(Access.Change, "post", Route = "embeddings")] HttpRequest request, CancellationToken cancellationToken) =>
        HttpAnswers.RunAsync(request, logger, RequestKind.Reads, async () =>
        {
            EmbedRequest body = await JsonRequest.ReadAsync<EmbedRequest>(request.Body, cancellationToken);
            return HttpAnswers.Json(await embed.RunAsync(body, cancellationToken));
        });
}
