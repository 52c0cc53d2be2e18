using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Numerics.Tensors;
using Pipeline.Adapters.Local;
using Pipeline.Cli.Demo;
using Pipeline.Incidents;
using Pipeline.Preprocessing;
using Pipeline.Search;

namespace Pipeline.Bench;

/// <summary><c>search</c>: the search index of a warehouse on this machine: its making, its memory, the time of a search and what it finds of the nearest vectors.</summary>
internal static class SearchCommand
{
    private const int BatchSize = 5_000;
    private const int MostTexts = 100_000;
    private const int Topics = 2_000;
    private const int Depth = 200;
    private const int Warm = 10;
    private const int Compared = 20;
    private const int Nearest = 20;
    private const string Embedder = "made";

    public static Command Create()
    {
        Option<int> incidents = new("--incidents") { Description = "Incidents in the index.", DefaultValueFactory = _ => 100_000 };
        Option<int> dimensions = new("--dimensions") { Description = "Coordinates of a vector.", DefaultValueFactory = _ => 256 };
        Option<int> searches = new("--searches") { Description = "Searches that are timed.", DefaultValueFactory = _ => 200 };
        Option<string> folder = new("--folder") { Description = "Where the warehouse is made, and removed again.", DefaultValueFactory = _ => Path.GetTempPath() };
        Command command = new("search", "Build time, memory, P50 and P95 of searches by words and vector over the demo's texts with made vectors, and the recall of the nearest 20.") { incidents, dimensions, searches, folder };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            string path = Directory.CreateDirectory(Path.Combine(parsed.GetValue(folder)!, $"search-{Guid.NewGuid():N}")).FullName;
            try
            {
                await MeasureAsync(Path.Combine(path, "warehouse.db"), parsed.GetValue(incidents), new MadeVectors(parsed.GetValue(dimensions)), parsed.GetValue(searches), cancellationToken);
            }
            finally
            {
                Directory.Delete(path, recursive: true);
            }
        });
        return command;
    }

    private static async Task MeasureAsync(string path, int count, MadeVectors vectors, int searches, CancellationToken cancellationToken)
    {
        Incident[] demo = [.. DemoIncidents.Generate(Math.Min(count, MostTexts))];
        string[] texts = [.. demo.Select(incident => string.Join('\n', incident.Texts))];
        string[] centers = [.. demo.Select(incident => incident.TechCenter)];
        await using SqliteWarehouse warehouse = new(path);
        double stored = await TimeAsync(() => StoreAsync(warehouse, texts, centers, count, vectors, cancellationToken));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{count} incidents of {vectors.Dimensions} coordinates stored and indexed in {stored:0.0} s; the file has {new FileInfo(path).Length / 1e6:0} MB"));
        double rebuilt = await TimeAsync(() => warehouse.RebuildAsync(cancellationToken));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"index made anew in {rebuilt:0.0} s"));

        long before = GC.GetTotalMemory(forceFullCollection: true);
        double first = await TimeAsync(() => warehouse.FindAsync(QueryOf(texts, vectors, 0, null), cancellationToken));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"first search {first:0.0} s; {(GC.GetTotalMemory(forceFullCollection: true) - before) / 1e6:0} MB in memory"));

        await TimedAsync("all", null);
        await TimedAsync("one tech center", centers[0]);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"resident at most {Process.GetCurrentProcess().PeakWorkingSet64 / 1e6:0} MB"));
        double recall = await RecallAsync(warehouse, texts, vectors, count, cancellationToken);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"recall of the nearest {Nearest} over {Compared} searches: {recall:0.0000}"));

        async Task TimedAsync(string name, string? center)
        {
            List<double> took = [];
            double used = Environment.CpuUsage.TotalTime.TotalMilliseconds;
            for (int i = 0; i < searches + Warm; i++)
            {
                SearchQuery query = QueryOf(texts, vectors, i, center);
                double seconds = await TimeAsync(() => warehouse.FindAsync(query, cancellationToken));
                if (i >= Warm)
                {
                    took.Add(1000 * seconds);
                }
            }

            took.Sort();
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name}: {searches} searches, P50 {took[took.Count / 2]:0} ms, P95 {took[took.Count * 95 / 100]:0} ms, at most {took[^1]:0} ms; processor time {(Environment.CpuUsage.TotalTime.TotalMilliseconds - used) / (searches + Warm):0.0} ms each"));
        }
    }

    private static async Task<bool> StoreAsync(SqliteWarehouse warehouse, string[] texts, string[] centers, int count, MadeVectors vectors, CancellationToken cancellationToken)
    {
        DateTimeOffset start = new(2024, 1, 1, 0, 0, 0, TimeSpan.Zero);
        for (int from = 0; from < count; from += BatchSize)
        {
            PreprocessedIncident[] batch = [.. Enumerable.Range(from, Math.Min(BatchSize, count - from)).Select(i => new PreprocessedIncident
            {
                Number = string.Create(CultureInfo.InvariantCulture, $"INC{i:0000000}"),
                CreatedOn = start.AddMinutes(i),
                TechCenter = centers[i % centers.Length],
                Summary = texts[i % texts.Length],
                ContentHash = i.ToString("x64", CultureInfo.InvariantCulture),
                Embedder = Embedder,
                Embedding = vectors.Of(i),
            })];
            await warehouse.UpsertIncidentsAsync([.. batch.Select(b => new Incident { Number = b.Number, CreatedOn = b.CreatedOn, Texts = [b.Summary], TechCenter = b.TechCenter })], cancellationToken: cancellationToken);
            await warehouse.SavePreprocessedAsync(batch, [], "preprocess", from + batch.Length, cancellationToken);
        }

        return true;
    }

    // The first six words of an incident, and a vector near to its own.
    private static SearchQuery QueryOf(string[] texts, MadeVectors vectors, int search, string? center)
    {
        int incident = (int)(search * 7_919L % texts.Length);
        return new SearchQuery([.. SearchWords.Of(texts[incident]).Take(6)], vectors.Near(incident), Embedder, Depth) { TechCenters = center is null ? null : [center] };
    }

    private static async Task<double> RecallAsync(SqliteWarehouse warehouse, string[] texts, MadeVectors vectors, int count, CancellationToken cancellationToken)
    {
        double found = 0;
        for (int search = 0; search < Compared; search++)
        {
            SearchQuery query = QueryOf(texts, vectors, search, null);
            float[] likeness = new float[count];
            Parallel.For(0, count, i => likeness[i] = TensorPrimitives.CosineSimilarity(query.Vector.Span, vectors.Of(i)));
            float least = likeness.OrderDescending().ElementAt(Nearest - 1);
            IReadOnlyList<SearchCandidate> candidates = await warehouse.FindAsync(query, cancellationToken);
            found += candidates.Count(c => c.VectorRank <= Nearest && c.Likeness >= least - 1e-6) / (double)Nearest;
        }

        return found / Compared;
    }

    private static async Task<double> TimeAsync<T>(Func<Task<T>> work)
    {
        long start = Stopwatch.GetTimestamp();
        await work();
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    /// <summary>A topic with noise for each incident, the same whenever it is asked for.</summary>
    private sealed class MadeVectors
    {
        private const float Noise = 0.6f;
        private readonly float[][] _topics;
        private readonly float[][] _noises;

        public MadeVectors(int dimensions)
        {
            Random random = new(42);
            Dimensions = dimensions;
            _topics = [.. Enumerable.Range(0, Topics).Select(_ => Vector(random))];
            _noises = [.. Enumerable.Range(0, 4_099).Select(_ => Vector(random))];
        }

        public int Dimensions { get; }

        // Two parts of noise: no two incidents of a million have the same.
        public float[] Of(int incident) => Mixed(_topics[incident % Topics], _noises[incident % 4_099], _noises[incident / 4_099 % 4_099]);

        public float[] Near(int incident) => Mixed(Of(incident), _noises[(incident * 31 + 7) % 4_099], _noises[(incident + 1_000) % 4_099]);

        private static float[] Mixed(float[] topic, float[] noise, float[] more)
        {
            float[] vector = new float[topic.Length];
            for (int t = 0; t < vector.Length; t++)
            {
                vector[t] = topic[t] + (Noise * (noise[t] + more[t]));
            }

            return vector;
        }

        private float[] Vector(Random random)
        {
            float[] vector = new float[Dimensions];
            for (int t = 0; t < vector.Length; t++)
            {
                vector[t] = random.NextSingle() + random.NextSingle() + random.NextSingle() - 1.5f;
            }

            return vector;
        }
    }
}
