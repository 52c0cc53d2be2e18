using System.Numerics.Tensors;
using Npgsql;
using Pipeline.Adapters.Local;
using Pipeline.Search;

namespace Pipeline.Adapters.PostgreSql;

/// <content>
/// The search. Words are looked up on the server. The vectors are read from it by the first search and kept in memory; each further one reads what has come since. The nearest by rounded coordinates,
/// twice as many as are asked for, are put in order by the coordinates as they are stored.
/// </content>
public sealed partial class PostgreSqlWarehouse
{
    // The rarest words tell most. Those that so many incidents have between them are ranked, at most; more common words are left to the vector.
    private const long MostMatches = 50_000;

    private const int Spare = 2;

    // A word that more than half of the incidents have still counts for something.
    private const double LeastWeight = 1e-6;

    private readonly SemaphoreSlim _loading = new(1, 1);
    private Loaded? _loaded;

    /// <inheritdoc/>
    public async Task<IReadOnlyList<SearchCandidate>> FindAsync(SearchQuery query, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        Loaded loaded = await LoadAsync(query.Embedder, cancellationToken);
        return await _database.ReadAsync<IReadOnlyList<SearchCandidate>>(
            async session =>
            {
                SearchFilter filter = await FilterOfAsync(session, query, loaded.Vectors);
                Dictionary<long, (int? Word, int? Vector, double? Likeness)> found = [];
                foreach ((int place, long entry) in (await ByWordsAsync(session, query, loaded, filter)).Index())
                {
                    found[entry] = (place + 1, null, null);
                }

                foreach ((int place, (long entry, double likeness)) in (await ByVectorAsync(session, query, loaded.Vectors, filter)).Index())
                {
                    found[entry] = (found.GetValueOrDefault(entry).Word, place + 1, likeness);
                }

                return await StoredAsync(session, found);
            },
            cancellationToken);
    }

    // One at a time reads; what was read before stays in use meanwhile. What is read in one transaction is of one state.
    private async Task<Loaded> LoadAsync(string embedder, CancellationToken cancellationToken)
    {
        await _loading.WaitAsync(cancellationToken);
        try
        {
            return _loaded = await _database.ReadAsync(
                async session =>
                {
                    bool isUsable = _loaded is not null && string.Equals(_loaded.Embedder, embedder, StringComparison.Ordinal) && _loaded.Vectors.Removed * 2 <= _loaded.Vectors.Count && await ForgetAsync(session, _loaded);
                    Loaded loaded = isUsable ? _loaded! : new Loaded(embedder, new SearchVectors()) { Gone = await session.OneAsync<long>(PostgreSqlSearchSql.LastGone) };
                    await ReadEntriesAsync(session, loaded);
                    return loaded;
                },
                cancellationToken,
                snapshot: true);
        }
        finally
        {
            _loading.Release();
        }
    }

    // False where all has to be read anew.
    private static async Task<bool> ForgetAsync(PostgreSqlSession session, Loaded loaded)
    {
        await foreach ((long place, long entry, int length) in session.EachAsync(PostgreSqlSearchSql.ReadGone, reader => (reader.GetInt64(0), reader.GetInt64(1), reader.GetInt32(2)), SqlValue.Whole("after", loaded.Gone)))
        {
            if (entry < 0)
            {
                return false;
            }

            // One that came and went since was never read.
            if (entry <= loaded.Last)
            {
                loaded.Vectors.Remove(entry);
                loaded.Length -= length;
            }

            loaded.Gone = place;
        }

        return true;
    }

    private static async Task ReadEntriesAsync(PostgreSqlSession session, Loaded loaded)
    {
        await foreach ((long entry, int length) in session.EachAsync(PostgreSqlSearchSql.ReadEntries, Add, SqlValue.Whole("after", loaded.Last), SqlValue.Text("embedder", loaded.Embedder)))
        {
            loaded.Last = entry;
            loaded.Length += length;
        }

        (long, int) Add(NpgsqlDataReader row)
        {
            loaded.Vectors.Add(row.GetInt64(0), row.GetString(1), PostgreSqlFormat.DateOrNull(row, 2)?.UtcTicks ?? 0, row.IsDBNull(4) ? [] : PostgreSqlFormat.Numbers(row, 4));
            return (row.GetInt64(0), row.GetInt32(3));
        }
    }

    private static async Task<SearchFilter> FilterOfAsync(PostgreSqlSession session, SearchQuery query, SearchVectors vectors)
    {
        HashSet<long>? entries = null;
        if (query.Priority is string priority)
        {
            entries = [.. await session.ListAsync(PostgreSqlSearchSql.OfPriority, reader => reader.GetInt64(0), SqlValue.Text("priority", priority))];
        }

        if (query is { Problem: int problem, TechCenters: [string techCenter] })
        {
            HashSet<long> own = [.. await session.ListAsync(PostgreSqlSearchSql.OfProblem, reader => reader.GetInt64(0), SqlValue.Text("techCenter", techCenter), SqlValue.Whole("problem", problem))];
            own.IntersectWith(entries ?? own);
            entries = own;
        }

        return new SearchFilter(query.TechCenters is null ? null : vectors.CentersOf(query.TechCenters), query.From?.UtcTicks ?? 0, query.Until?.UtcTicks ?? long.MaxValue, entries);
    }

    private static async Task<IEnumerable<long>> ByWordsAsync(PostgreSqlSession session, SearchQuery query, Loaded loaded, SearchFilter filter)
    {
        (string Word, long Count)[] words = await TellingAsync(session, query.Words);
        int entries = loaded.Vectors.Count - loaded.Vectors.Removed;
        if (words.Length == 0 || entries == 0)
        {
            return [];
        }

        List<(long Entry, double Rank)> found = await session.ListAsync(
            PostgreSqlSearchSql.Match,
            reader => (reader.GetInt64(0), reader.GetDouble(1)),
            SqlValue.Texts("words", words.Select(w => w.Word)),
            SqlValue.Reals("weights", words.Select(w => (double?)Math.Max(LeastWeight, Math.Log((entries - w.Count + 0.5) / (w.Count + 0.5))))),
            SqlValue.Real("average", Math.Max(1, loaded.Length / (double)entries)));
        return found.Where(f => loaded.Vectors.Passes(f.Entry, filter)).OrderByDescending(f => f.Rank).ThenBy(f => f.Entry).Take(query.Depth).Select(f => f.Entry);
    }

    private static async Task<(string Word, long Count)[]> TellingAsync(PostgreSqlSession session, IReadOnlyList<string> words)
    {
        if (words.Count == 0)
        {
            return [];
        }

        List<(string Word, long Count)> counted = await session.ListAsync(
            PostgreSqlSearchSql.CountOfWords, reader => (reader.GetString(0), reader.GetInt64(1)), SqlValue.Texts("words", words.Where(w => w.Length <= LongestWord).Distinct(StringComparer.Ordinal)), SqlValue.Whole("most", MostMatches + 1));
        long sum = 0;
        return [.. counted.Where(w => w.Count > 0).OrderBy(w => w.Count).TakeWhile(w => (sum += w.Count) <= MostMatches)];
    }

    private static async Task<IEnumerable<(long Entry, double Likeness)>> ByVectorAsync(PostgreSqlSession session, SearchQuery query, SearchVectors vectors, SearchFilter filter)
    {
        IReadOnlyList<long> nearest = vectors.Nearest(query.Vector.Span, query.Depth * Spare, filter, Environment.ProcessorCount, session.CancellationToken);
        return nearest.Count == 0 ? [] : (await session.ListAsync(
                PostgreSqlSearchSql.ReadVectors,
                reader => (Entry: reader.GetInt64(0), Likeness: (double)TensorPrimitives.CosineSimilarity(query.Vector.Span, PostgreSqlFormat.Numbers(reader, 1))),
                SqlValue.Wholes("entries", nearest.Select(entry => (long?)entry))))
            .OrderByDescending(e => e.Likeness).ThenBy(e => e.Entry).Take(query.Depth);
    }

    private static async Task<List<SearchCandidate>> StoredAsync(PostgreSqlSession session, Dictionary<long, (int? Word, int? Vector, double? Likeness)> found)
    {
        if (found.Count == 0)
        {
            return [];
        }

        Dictionary<long, string> numbers = (await session.ListAsync(PostgreSqlSearchSql.NumbersOf, reader => (Entry: reader.GetInt64(0), Number: reader.GetString(1)), SqlValue.Wholes("entries", found.Keys.Select(entry => (long?)entry))))
            .ToDictionary(row => row.Entry, row => row.Number);
        Dictionary<string, Incidents.StoredIncident> stored = (await session.ListAsync(PostgreSqlWarehouseSql.FindStored, ReadStored, SqlValue.Texts("numbers", numbers.Values)))
            .ToDictionary(incident => incident.Incident.Number, StringComparer.Ordinal);
        List<SearchCandidate> candidates = [];
        foreach ((long entry, (int? word, int? vector, double? likeness)) in found)
        {
            if (numbers.TryGetValue(entry, out string? number) && stored.TryGetValue(number, out Incidents.StoredIncident? incident) && incident.Summary is not null)
            {
                candidates.Add(new SearchCandidate(incident, word, vector, likeness));
            }
        }

        return candidates;
    }

    /// <summary>What is in memory of the index.</summary>
    private sealed record Loaded(string Embedder, SearchVectors Vectors)
    {
        /// <summary>The last entry that was read.</summary>
        public long Last { get; set; }

        /// <summary>The last removal that was read.</summary>
        public long Gone { get; set; }

        /// <summary>The words of all entries together.</summary>
        public long Length { get; set; }
    }
}
