using System.Globalization;
using Microsoft.Extensions.AI;
using Pipeline.Access;
using Pipeline.Incidents;
using Pipeline.Models;
using Pipeline.Preprocessing;
using Pipeline.Problems;
using Pipeline.Requests;
using Pipeline.Storage;

namespace Pipeline.Search;

/// <summary>
/// The use case of looking for incidents, by what a person writes or by one that is at hand. A text is masked as incidents are, its words and its vector are looked for, and the two orders are joined
/// by reciprocal rank: Cormack, Clarke, Büttcher, Reciprocal Rank Fusion outperforms Condorcet and individual Rank Learning Methods (SIGIR 2009).
/// </summary>
/// <param name="index">The index.</param>
/// <param name="names">The tech centers.</param>
/// <param name="stored">The incidents.</param>
/// <param name="preprocessed">Their vectors.</param>
/// <param name="preprocess">Masks, and names the embedder.</param>
/// <param name="embedder">Embeds what is looked for.</param>
/// <param name="options">The addresses of incidents.</param>
public sealed class SearchIncidents(
    ISearchIndex index, TechCenterNames names, IRemovals stored, IPreprocessedIncidents preprocessed, PreprocessIncidents preprocess, IEmbeddingGenerator<string, Embedding<float>> embedder, IncidentOptions options)
{
    // The constant of the paper.
    private const double RankOffset = 60;

    private const int Depth = 200;
    private const int MostSimilar = 50;

    /// <summary>Answers a request.</summary>
    /// <param name="request">What is looked for.</param>
    /// <param name="texts">The form in which texts are shown; null for masked ones.</param>
    /// <param name="cancellationToken">Stops the search.</param>
    /// <exception cref="RequestException">A field is wrong, or the index refuses what is asked for.</exception>
    /// <exception cref="WarehouseException">The warehouse cannot be read.</exception>
    /// <exception cref="EmbedderException">The embedder does not answer.</exception>
    public async Task<SearchResult> RunAsync(SearchRequest request, TextView? texts = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        AskedSearch asked = request.Read();
        List<string> named = [];
        foreach (string center in request.TechCenters ?? [])
        {
            named.Add(await names.ResolveAsync(center, RequestProblem.Invalid, cancellationToken));
        }

        string text = preprocess.Summaries.Build([asked.Text]);
        IReadOnlyList<string> words = SearchWords.Of(text);
        if (words.Count == 0)
        {
            throw RequestException.Invalid("text", "Nothing is left of the text after cleaning. Say in some words what to look for.");
        }

        IReadOnlyList<SearchCandidate> found = await index.FindAsync(
            new SearchQuery(words, await EmbedAsync(text, cancellationToken), preprocess.Embedder, Depth)
            {
                TechCenters = named.Count == 0 ? null : named,
                From = asked.From,
                Until = asked.Until,
                Priority = asked.Priority,
                Problem = asked.Problem,
            },
            cancellationToken);
        FoundIncident[] ordered = [.. Order(found).Select(c => Shown(c, words, texts))];
        return new SearchResult(text, ordered.Length, [.. ordered.Take(asked.Top)], SearchFacets.Of(ordered));
    }

    /// <summary>The incidents most alike to one, by their vectors, and how they were resolved.</summary>
    /// <param name="number">The incident's number.</param>
    /// <param name="top">The most that are wanted as text, 1 to 50; 10 where it is null or empty.</param>
    /// <param name="texts">The form in which texts are shown.</param>
    /// <param name="cancellationToken">Stops the search.</param>
    /// <exception cref="RequestException">There is no such incident, it has no vector yet, or the index refuses what is asked for.</exception>
    /// <exception cref="WarehouseException">The warehouse cannot be read.</exception>
    public async Task<SimilarIncidents> SimilarAsync(string number, string? top, TextView texts, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(texts);
        int most = 10;
        if (!string.IsNullOrEmpty(top) && (!int.TryParse(top, NumberStyles.None, CultureInfo.InvariantCulture, out most) || most is < 1 or > MostSimilar))
        {
            throw RequestException.Invalid("top", string.Create(CultureInfo.InvariantCulture, $"top is '{top}'; it must be a whole number from 1 to {MostSimilar}."));
        }

        StoredIncident incident = await stored.FindIncidentAsync(number, cancellationToken)
            ?? throw RequestException.NotFound("number", $"There is no incident '{number}'. It may have been erased or moved to the archive.");
        if (incident.ContentHash is not string hash
            || !(await preprocessed.FindEmbeddingsAsync(preprocess.Embedder, [hash], cancellationToken)).TryGetValue(hash, out ReadOnlyMemory<float> vector))
        {
            throw new RequestException(RequestProblem.Unprocessable, $"The incident '{number}' has no vector of the embedder '{preprocess.Embedder}' yet. Preprocessing makes it.");
        }

        IReadOnlyList<SearchCandidate> found = await index.FindAsync(new SearchQuery([], vector, preprocess.Embedder, most + 1), cancellationToken);
        return new SimilarIncidents(number, [.. Order(found).Where(c => !string.Equals(c.Incident.Incident.Number, number, StringComparison.Ordinal)).Take(most).Select(c => Shown(c, [], texts) with { CloseNotes = texts.CloseNotes(c.Incident) })]);
    }

    /// <summary>Makes the index anew.</summary>
    /// <returns>How many incidents it holds.</returns>
    /// <exception cref="WarehouseException">The index cannot be written.</exception>
    public Task<long> RebuildAsync(CancellationToken cancellationToken = default) => index.RebuildAsync(cancellationToken);

    private async Task<ReadOnlyMemory<float>> EmbedAsync(string text, CancellationToken cancellationToken)
    {
        try
        {
            return (await embedder.GenerateAsync([text], cancellationToken: cancellationToken))[0].Vector;
        }
        catch (TextsRefusedException e)
        {
            throw RequestException.Invalid("text", e.Refused.Values.First());
        }
    }

    private static IOrderedEnumerable<SearchCandidate> Order(IEnumerable<SearchCandidate> found) =>
        found.OrderByDescending(Score).ThenBy(c => c.Incident.Incident.Number, StringComparer.Ordinal);

    private static double Score(SearchCandidate candidate) => Share(candidate.WordRank) + Share(candidate.VectorRank);

    private static double Share(int? rank) => rank is int place ? 1 / (RankOffset + place) : 0;

    private FoundIncident Shown(SearchCandidate found, IReadOnlyList<string> words, TextView? texts)
    {
        Incident incident = found.Incident.Incident;
        string text = (texts is null ? found.Incident.Summary : texts.Text(found.Incident)) ?? "";
        return new FoundIncident(incident.Number, options.UrlOf(incident.Number), incident.TechCenter, incident.CreatedOn, text, SearchWords.Places(text, words))
        {
            Priority = incident.Priority,
            ResolvedOn = incident.ResolvedOn,
            ProblemId = found.Incident.ProblemId,
            ProblemLabel = found.Incident.ProblemLabel,
            Score = Math.Round(Score(found), 6),
            WordRank = found.WordRank,
            VectorRank = found.VectorRank,
            Likeness = found.Likeness is double likeness ? Math.Round(likeness, 4) : null,
        };
    }
}
