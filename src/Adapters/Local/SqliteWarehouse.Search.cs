using System.Numerics.Tensors;
using Dapper;
using Microsoft.Data.Sqlite;
using Pipeline.Search;

namespace Pipeline.Adapters.Local;

/// <content>
/// The search index. Words are looked up in the file. The vectors are read from it by the first search and kept in memory; each further one reads what has come since. The nearest by rounded coordinates,
/// twice as many as are asked for, are put in order by the coordinates as they are stored.
/// </content>
public sealed partial class SqliteWarehouse : ISearchIndex
{
    // The rarest words tell most. Those that so many incidents have between them are ranked, at most; more common words are left to the vector.
    private const long MostMatches = 50_000;

    private const int Spare = 2;
    private readonly SemaphoreSlim _loading = new(1, 1);
    private Loaded? _loaded;

    /// <inheritdoc/>
    public async Task<IReadOnlyList<SearchCandidate>> FindAsync(SearchQuery query, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        SearchVectors vectors = await LoadAsync(query.Embedder, cancellationToken);
        return await _file.ReadAsync<IReadOnlyList<SearchCandidate>>(
            connection =>
            {
                SearchFilter filter = FilterOf(connection, query, vectors);
                Dictionary<long, (int? Word, int? Vector, double? Likeness)> found = [];
                foreach ((int place, long entry) in ByWords(connection, query, vectors, filter, cancellationToken).Index())
                {
                    found[entry] = (place + 1, null, null);
                }

                foreach ((int place, (long entry, double likeness)) in ByVector(connection, query, vectors, filter, cancellationToken).Index())
                {
                    found[entry] = (found.GetValueOrDefault(entry).Word, place + 1, likeness);
                }

                return Stored(connection, found);
            },
            cancellationToken);
    }

    /// <inheritdoc/>
    public Task<long> RebuildAsync(CancellationToken cancellationToken = default) => _file.WriteAsync(
        (connection, transaction) =>
        {
            connection.Execute(SqliteSearchSql.Rebuild, transaction: transaction, commandTimeout: 0);
            return connection.ExecuteScalar<long>(SqliteSearchSql.Count, transaction: transaction);
        },
        cancellationToken);

    /// <summary>Makes the index's tables, and fills them where the file had incidents before it had an index.</summary>
    private static void MakeSearch(SqliteConnection connection, SqliteTransaction transaction)
    {
        connection.Execute(SqliteSearchSql.CreateTables, transaction: transaction);
        connection.Execute(connection.ExecuteScalar<bool>(SqliteSearchSql.IsBehind, transaction: transaction) ? SqliteSearchSql.Rebuild : SqliteSearchSql.ShredWords, transaction: transaction, commandTimeout: 0);
    }

    // One at a time reads; what was read before stays in use meanwhile. Readers of one transaction see entries and removals of one state.
    private async Task<SearchVectors> LoadAsync(string embedder, CancellationToken cancellationToken)
    {
        await _loading.WaitAsync(cancellationToken);
        try
        {
            return await _file.ReadAsync(
                connection =>
                {
                    using SqliteTransaction snapshot = connection.BeginTransaction(deferred: true);
                    Loaded loaded = _loaded is { } known && string.Equals(known.Embedder, embedder, StringComparison.Ordinal) && known.Vectors.Removed * 2 <= known.Vectors.Count && Forget(connection, snapshot, known, cancellationToken)
                        ? known
                        : new Loaded(embedder, new SearchVectors()) { Gone = connection.ExecuteScalar<long>(SqliteSearchSql.LastGone, transaction: snapshot) };
                    Read(connection, snapshot, loaded, cancellationToken);
                    _loaded = loaded;
                    return loaded.Vectors;
                },
                cancellationToken);
        }
        finally
        {
            _loading.Release();
        }
    }

    // False where all has to be read anew.
    private static bool Forget(SqliteConnection connection, SqliteTransaction snapshot, Loaded loaded, CancellationToken cancellationToken)
    {
        using SqliteStatement statement = new(connection, snapshot, SqliteSearchSql.ReadGone, "@after");
        using SqliteDataReader reader = statement.Query(loaded.Gone);
        while (reader.Read())
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (reader.GetInt64(1) < 0)
            {
                return false;
            }

            loaded.Vectors.Remove(reader.GetInt64(1));
            loaded.Gone = reader.GetInt64(0);
        }

        return true;
    }

    private void Read(SqliteConnection connection, SqliteTransaction snapshot, Loaded loaded, CancellationToken cancellationToken)
    {
        using SqliteStatement statement = new(connection, snapshot, SqliteSearchSql.ReadEntries, "@after");
        using SqliteDataReader reader = statement.Query(loaded.Last);
        while (reader.Read())
        {
            cancellationToken.ThrowIfCancellationRequested();
            loaded.Last = _file.Row(reader, row =>
            {
                bool isOwn = string.Equals(row.GetString(3), loaded.Embedder, StringComparison.Ordinal);
                loaded.Vectors.Add(row.GetInt64(0), row.GetString(1), SqliteFormat.ReadDate(row, 2)?.UtcTicks ?? 0, isOwn ? SqliteFormat.ReadEmbedding(row, 4) : []);
                return row.GetInt64(0);
            });
        }
    }

    private static SearchFilter FilterOf(SqliteConnection connection, SearchQuery query, SearchVectors vectors)
    {
        HashSet<long>? entries = null;
        if (query.Priority is string priority)
        {
            entries = [.. connection.Query<long>(SqliteSearchSql.OfPriority, new { priority }, buffered: false)];
        }

        if (query is { Problem: int problem, TechCenters: [string techCenter] })
        {
            HashSet<long> own = [.. connection.Query<long>(SqliteSearchSql.OfProblem, new { techCenter, problem }, buffered: false)];
            own.IntersectWith(entries ?? own);
            entries = own;
        }

        return new SearchFilter(query.TechCenters is null ? null : vectors.CentersOf(query.TechCenters), query.From?.UtcTicks ?? 0, query.Until?.UtcTicks ?? long.MaxValue, entries);
    }

    // Tens of thousands may match: those that are no better than the worst kept are passed over before anything else is asked of them.
    private static IEnumerable<long> ByWords(SqliteConnection connection, SearchQuery query, SearchVectors vectors, SearchFilter filter, CancellationToken cancellationToken)
    {
        string[] words = Telling(connection, query.Words);
        if (words.Length == 0)
        {
            return [];
        }

        using SqliteStatement statement = new(connection, null, SqliteSearchSql.Match, "@words");
        using SqliteDataReader reader = statement.Query(string.Join(" OR ", words.Select(word => $"\"{word}\"")));
        PriorityQueue<long, (double Merit, long Order)> best = new();
        while (reader.Read())
        {
            cancellationToken.ThrowIfCancellationRequested();
            long entry = reader.GetInt64(0);
            (double, long) priority = (-reader.GetDouble(1), -entry);
            bool isFull = best.Count >= query.Depth;
            if ((isFull && best.TryPeek(out _, out (double, long) worst) && priority.CompareTo(worst) < 0) || !vectors.Passes(entry, filter))
            {
                continue;
            }

            best.Enqueue(entry, priority);
            if (isFull)
            {
                best.Dequeue();
            }
        }

        return [.. best.UnorderedItems.OrderByDescending(item => item.Priority).Select(item => item.Element)];
    }

    // The words are letters and digits only, so that a quotation mark cannot end one.
    private static string[] Telling(SqliteConnection connection, IReadOnlyList<string> words)
    {
        using SqliteStatement count = new(connection, null, SqliteSearchSql.CountOfWord, "@word");
        List<(string Word, long Count)> known = [];
        foreach (string word in words)
        {
            using SqliteDataReader reader = count.Query(word);
            if (reader.Read())
            {
                known.Add((word, reader.GetInt64(0)));
            }
        }

        long sum = 0;
        return [.. known.OrderBy(w => w.Count).TakeWhile(w => (sum += w.Count) <= MostMatches).Select(w => w.Word)];
    }

    private IEnumerable<(long Entry, double Likeness)> ByVector(SqliteConnection connection, SearchQuery query, SearchVectors vectors, SearchFilter filter, CancellationToken cancellationToken)
    {
        using SqliteStatement read = new(connection, null, SqliteSearchSql.ReadVector, "@entry");
        List<(long Entry, double Likeness)> exact = [];
        foreach (long entry in vectors.Nearest(query.Vector.Span, query.Depth * Spare, filter, Environment.ProcessorCount, cancellationToken))
        {
            using SqliteDataReader reader = read.Query(entry);
            if (reader.Read())
            {
                exact.Add((entry, TensorPrimitives.CosineSimilarity(query.Vector.Span, _file.Row(reader, row => SqliteFormat.ReadEmbedding(row, 1)))));
            }
        }

        return exact.OrderByDescending(e => e.Likeness).ThenBy(e => e.Entry).Take(query.Depth);
    }

    private List<SearchCandidate> Stored(SqliteConnection connection, Dictionary<long, (int? Word, int? Vector, double? Likeness)> found)
    {
        using SqliteStatement number = new(connection, null, SqliteSearchSql.NumberOf, "@entry");
        using SqliteStatement incident = new(connection, null, SqliteWarehouseSql.FindStored, "@number");
        List<SearchCandidate> candidates = [];
        foreach ((long entry, (int? word, int? vector, double? likeness)) in found)
        {
            using SqliteDataReader named = number.Query(entry);
            if (!named.Read())
            {
                continue;
            }

            using SqliteDataReader reader = incident.Query(named.GetString(0));
            if (reader.Read() && _file.Row(reader, ReadStored) is { Summary: not null } stored)
            {
                candidates.Add(new SearchCandidate(stored, word, vector, likeness));
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
    }
}
