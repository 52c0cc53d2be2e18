using System.Globalization;
using System.Numerics.Tensors;
using Pipeline.Incidents;
using Pipeline.Preprocessing;
using Pipeline.Requests;
using Pipeline.Search;
using Pipeline.Storage;

namespace Pipeline.Adapters.BigQuery;

/// <content>
/// The search. BigQuery itself ranks, words and vectors side by side, over a table of their own that holds what a search reads and no more; nothing of it is kept in memory, so that a process that has just
/// started answers as any other. What was found is read from the days on which it lies.
/// </content>
public sealed partial class BigQueryWarehouse : ISearchIndex
{
    private const string IndexSetting = "search.index";
    private const string IsBehind = "behind";
    private const string IsWhole = "whole";
    private const int EntriesAtOnce = 5_000;
    private const long BytesPerMegabyte = 1_000_000;

    private volatile bool _isIndexed;

    /// <inheritdoc/>
    /// <exception cref="RequestException">It would read more than it may be billed for, or incidents that were stored by an earlier version are not in the index.</exception>
    public async Task<IReadOnlyList<SearchCandidate>> FindAsync(SearchQuery query, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        await RequireIndexAsync(cancellationToken);
        try
        {
            Task<IReadOnlyList<Hit>> words = ByWordsAsync(query, cancellationToken);
            Task<IReadOnlyList<Hit>> vectors = ByVectorAsync(query, cancellationToken);
            await Task.WhenAll(words, vectors);
            return await StoredAsync(await words, await vectors, cancellationToken);
        }
        catch (WarehouseException e) when (e.InnerException is { } cause && BigQueryFailure.IsTooDear(cause))
        {
            throw new RequestException(RequestProblem.Unprocessable, string.Create(
                CultureInfo.InvariantCulture,
                $"The search would read more than {_options.SearchMegabytes} MB of {Where}, and was not made. Name the dates between which the incidents were opened: others are not read then. Or raise BigQuery:SearchMegabytes, if that is what a search may cost."));
        }
    }

    /// <inheritdoc/>
    public async Task<long> RebuildAsync(CancellationToken cancellationToken = default)
    {
        await OpenAsync(cancellationToken);
        BigQueryScript rebuild = BigQuerySql.Transaction("rebuild-search");
        string staging = $"staging_{Guid.NewGuid():N}";
        try
        {
            await _connection.StageAsync(staging, StagedRows.Entries([], cancellationToken), rebuild.Step, cancellationToken);
            await foreach (PreprocessedIncident[] incidents in ReadAsync("read-summaries", [], cancellationToken).Select(BigQueryRows.Preprocessed).Chunk(EntriesAtOnce).WithCancellation(cancellationToken))
            {
                await _connection.LoadAsync(staging, StagedRows.Entries(incidents, cancellationToken), rebuild.Step, cancellationToken);
            }

            ResultRow made = (await RunAloneAsync(rebuild.From(staging), [], cancellationToken)).Single();
            await SetSettingAsync(IndexSetting, IsWhole, cancellationToken);
            return BigQueryRows.Number(made, "entries");
        }
        finally
        {
            await _connection.DropAsync(staging);
        }
    }

    // Looked up until it is known to hold: once a process.
    private async Task RequireIndexAsync(CancellationToken cancellationToken)
    {
        if (_isIndexed)
        {
            return;
        }

        _isIndexed = !string.Equals(await GetSettingAsync(IndexSetting, cancellationToken), IsBehind, StringComparison.Ordinal);
        if (!_isIndexed)
        {
            throw new RequestException(RequestProblem.Unprocessable, $"{Where} has incidents that were stored before it could be searched. 'search rebuild' makes them found: once, while everything else goes on.");
        }
    }

    private Task<IReadOnlyList<Hit>> ByWordsAsync(SearchQuery query, CancellationToken cancellationToken) => query.Words.Count == 0
        ? Task.FromResult<IReadOnlyList<Hit>>([])
        : ListAsync(Limited(BigQueryScript.Of("search-words")), [.. Filter(query), Parameter.Texts("words", query.Words), Parameter.Number("limit", query.Depth)], ReadHit, cancellationToken);

    private Task<IReadOnlyList<Hit>> ByVectorAsync(SearchQuery query, CancellationToken cancellationToken)
    {
        ReadOnlySpan<float> vector = query.Vector.Span;
        double length = TensorPrimitives.Norm(vector);
        if (!(length > 0) || !double.IsFinite(length))
        {
            return Task.FromResult<IReadOnlyList<Hit>>([]);
        }

        double[] unit = new double[vector.Length];
        for (int i = 0; i < unit.Length; i++)
        {
            unit[i] = vector[i] / length;
        }

        return ListAsync(
            Limited(BigQueryScript.Of("search-vectors")),
            [.. Filter(query), Parameter.Text("embedder", query.Embedder), Parameter.Fractions("vector", unit), Parameter.Number("coordinates", unit.Length), Parameter.Number("limit", query.Depth)],
            ReadHit,
            cancellationToken);
    }

    private async Task<IReadOnlyList<SearchCandidate>> StoredAsync(IReadOnlyList<Hit> words, IReadOnlyList<Hit> vectors, CancellationToken cancellationToken)
    {
        Dictionary<string, (int? Word, int? Vector, double? Likeness)> found = new(StringComparer.Ordinal);
        foreach ((int place, Hit hit) in words.Index())
        {
            found.TryAdd(hit.Number, (place + 1, null, null));
        }

        foreach ((int place, Hit hit) in vectors.Index())
        {
            found[hit.Number] = (found.GetValueOrDefault(hit.Number).Word, place + 1, hit.Merit);
        }

        if (found.Count == 0)
        {
            return [];
        }

        QueryParameter days = Parameter.Days("days", words.Concat(vectors).Select(hit => hit.Day).OfType<string>().Distinct(StringComparer.Ordinal).Select(BigQueryFormat.Time));
        IReadOnlyList<StoredIncident> stored = await ListAsync(Limited(BigQueryScript.Of("read-found")), [Parameter.Texts("numbers", found.Keys), days], BigQueryRows.Stored, cancellationToken);
        return [.. stored.DistinctBy(incident => incident.Incident.Number, StringComparer.Ordinal).Select(incident => Candidate(incident, found[incident.Incident.Number]))];
    }

    private BigQueryScript Limited(BigQueryScript script) => script with { MaximumBytes = _options.SearchMegabytes * BytesPerMegabyte };

    private static SearchCandidate Candidate(StoredIncident incident, (int? Word, int? Vector, double? Likeness) found) => new(incident, found.Word, found.Vector, found.Likeness);

    private static QueryParameter[] Filter(SearchQuery query) =>
    [
        .. Parameter.Span(query.From ?? DateTimeOffset.MinValue, query.Until is { } until && until > DateTimeOffset.MinValue ? until.AddTicks(-1) : query.Until ?? DateTimeOffset.MaxValue),
        Parameter.Number("fromTicks", query.From is { } from ? BigQueryFormat.Ticks(from) : 0),
        Parameter.Number("untilTicks", query.Until is { } end ? BigQueryFormat.Ticks(end) : long.MaxValue),
        Parameter.Number("anyCenter", query.TechCenters is null ? 1 : 0),
        Parameter.Texts("techCenters", query.TechCenters ?? []),
        Parameter.Text("priority", query.Priority),
        Parameter.Number("anyProblem", query is { Problem: not null, TechCenters.Count: 1 } ? 0 : 1),
        Parameter.Number("problemId", query.Problem ?? 0),
    ];

    private static Hit ReadHit(ResultRow row) => new(BigQueryRows.Text(row, "number"), row.Cell("day"), row.Fraction("merit")!.Value);

    /// <summary>What a search found.</summary>
    /// <param name="Number">The incident.</param>
    /// <param name="Day">The day on which its summary lies, in microseconds since 1970; null where it has no date.</param>
    /// <param name="Merit">By words BM25, by vector the cosine.</param>
    private sealed record Hit(string Number, string? Day, double Merit);
}
