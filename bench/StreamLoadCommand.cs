using System.Collections.Concurrent;
using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Pipeline.Adapters.Local;
using Pipeline.Encryption;
using Pipeline.Preprocessing;
using Pipeline.Streams;

namespace Pipeline.Bench;

/// <summary><c>stream-load</c>: items through the use case of the API - parsed, masked, embedded, logged on the disk, clustered - and how long each request waits.</summary>
internal static class StreamLoadCommand
{
    private const int Dimensions = 256;

    // Topics are told apart by far: 4,000 of them are as many clusters, below the cap of 5,000.
    private static readonly StreamConfig Config = new() { SimilarityThreshold = 0.6 };

    public static Command Create()
    {
        Option<int> items = new("--items") { Description = "Items.", DefaultValueFactory = _ => 1_000_000 };
        Option<int> together = new("--together") { Description = "Items of a request, 1 to 1,000.", DefaultValueFactory = _ => 50 };
        Option<int> senders = new("--senders") { Description = "Senders at once.", DefaultValueFactory = _ => 2 };
        Option<int> streams = new("--streams") { Description = "Streams that the items are spread over, by their topic: a divisor of the topics.", DefaultValueFactory = _ => 1 };
        Option<int> topics = new("--topics") { Description = "Topics that the items are about.", DefaultValueFactory = _ => 4_000 };
        Option<string?> python = new("--python") { Description = "A Python with scikit-learn, whose Birch takes the first items as well; see peers.py." };
        Option<string?> folder = new("--folder") { Description = "Where the stream is kept. Default: a folder for temporary files." };
        Command command = new("stream-load", "Items a second into a stream of 256 dimensions, the wait of a request, and memory on the way; then requests of one item each.") { items, together, senders, streams, topics, folder, python };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            string path = Directory.CreateDirectory(Path.Combine(parsed.GetValue(folder) ?? Path.GetTempPath(), $"pipeline-stream-{Guid.NewGuid():N}")).FullName;
            try
            {
                await RunAsync(path, parsed.GetValue(items), new Sending(parsed.GetValue(together), parsed.GetValue(senders), parsed.GetValue(streams)), parsed.GetValue(topics), cancellationToken);
                await StreamPeer.RunAsync(path, parsed.GetValue(items), parsed.GetValue(together), parsed.GetValue(topics), Dimensions, Config, parsed.GetValue(python), cancellationToken);
            }
            finally
            {
                Directory.Delete(path, recursive: true);
            }
        });
        return command;
    }

    private static async Task RunAsync(string path, int items, Sending sending, int topics, CancellationToken cancellationToken)
    {
        using TopicVectors embedder = new(topics, Dimensions);
        FileObjectStore objects = new(path);
        await using StreamDirectory streams = new(objects, EnvelopeSeal.WithoutKeys, "topics", TimeProvider.System);
        TakeStreamItems take = new(streams, new SummaryBuilder(new Masker(MaskingRules.Default)), embedder, TimeProvider.System);
        BrowseStreams browse = new(streams, take);

        for (int stream = 0; stream < sending.Streams; stream++)
        {
            await streams.CreateAsync(NameOf(stream), Config, "bench", cancellationToken);
        }

        await SendAsync(take, embedder, -2_000, 2_000, sending, new ConcurrentBag<double>(), cancellationToken);

        Console.WriteLine("| items | a second | a processor second | P50 of a request, ms | P95 | P99 | state, MB | live, MB | resident, MB | kept | clusters |");
        Console.WriteLine("|---|---|---|---|---|---|---|---|---|---|---|");
        int step = Math.Max(1, items / 10);
        (double wall, double processor) = (0, 0);
        ConcurrentBag<double> all = [];
        for (int first = 0; first < items; first += step)
        {
            ConcurrentBag<double> waits = [];
            int count = Math.Min(step, items - first);
            (double seconds, double busy) = await TimeAsync(() => SendAsync(take, embedder, first, count, sending, waits, cancellationToken));
            (wall, processor) = (wall + seconds, processor + busy);
            await WriteAsync(streams, first + count, count, seconds, busy, waits, await StatsAsync(browse, sending));
            foreach (double wait in waits)
            {
                all.Add(wait);
            }
        }

        await WriteAsync(streams, items, items, wall, processor, all, await StatsAsync(browse, sending));
        ConcurrentBag<double> single = [];
        (double alone, _) = await TimeAsync(() => SendAsync(take, embedder, items, 2_000, sending with { Together = 1 }, single, cancellationToken));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Requests of one item: {2_000 / alone:0} a second, P50 {At(single, 0.5):0.0} ms, P95 {At(single, 0.95):0.0} ms, P99 {At(single, 0.99):0.0} ms."));
    }

    private static async Task<(double Seconds, double Processor)> TimeAsync(Func<Task> work)
    {
        using Process self = Process.GetCurrentProcess();
        TimeSpan before = self.TotalProcessorTime;
        Stopwatch clock = Stopwatch.StartNew();
        await work();
        double seconds = clock.Elapsed.TotalSeconds;
        self.Refresh();
        return (seconds, (self.TotalProcessorTime - before).TotalSeconds);
    }

    // Resident is what the load left; live is what a collection leaves of it when no snapshot is being written. Both are looked at outside the clock.
    private static async Task WriteAsync(StreamDirectory streams, int done, int count, double seconds, double processor, ConcurrentBag<double> waits, (int Kept, int Clusters, long Bytes) stats)
    {
        using Process self = Process.GetCurrentProcess();
        double resident = self.WorkingSet64 / 1048576.0;
        await streams.BackUpAllAsync();
        double live = GC.GetTotalMemory(forceFullCollection: true) / 1048576.0;
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"| {done} | {count / seconds:0} | {count / processor:0} | {At(waits, 0.5):0.0} | {At(waits, 0.95):0.0} | {At(waits, 0.99):0.0} | {stats.Bytes / 1048576.0:0} | {live:0} | {resident:0} | {stats.Kept} | {stats.Clusters} |"));
    }

    private static double At(ConcurrentBag<double> waits, double share)
    {
        double[] sorted = [.. waits.Order()];
        return sorted[(int)(share * (sorted.Length - 1))];
    }

    private static string NameOf(int stream) => string.Create(CultureInfo.InvariantCulture, $"load-{stream}");

    private static async Task<(int Kept, int Clusters, long Bytes)> StatsAsync(BrowseStreams browse, Sending sending)
    {
        StreamStats[] all = await Task.WhenAll(Enumerable.Range(0, sending.Streams).Select(stream => browse.StatsAsync(NameOf(stream))));
        return (all.Sum(s => s.KeptItems), all.Sum(s => s.Clusters), all.Sum(s => s.MemoryBytes));
    }

    // Items whose numbers leave the same rest are of topics that do: those of a request go to one stream, as those of a partition do.
    private static Task SendAsync(TakeStreamItems take, TopicVectors topics, int from, int count, Sending sending, ConcurrentBag<double> waits, CancellationToken cancellationToken)
    {
        int next = -1;
        return Task.WhenAll(Enumerable.Range(0, sending.Senders).Select(_ => Task.Run(
            async () =>
            {
                while (true)
                {
                    int request = Interlocked.Increment(ref next), stream = request % sending.Streams, first = from + (request / sending.Streams * sending.Streams * sending.Together);
                    if (first >= from + count)
                    {
                        return;
                    }

                    int[] items = [.. Enumerable.Range(0, sending.Together).Select(i => first + stream + (i * sending.Streams)).Where(i => i < from + count)];
                    if (items.Length == 0)
                    {
                        continue;
                    }

                    byte[] body = Encoding.UTF8.GetBytes(JsonSerializer.Serialize(items.Select(i => new { id = $"i{i}", text = topics.TextOf(i) })));
                    using MemoryStream sent = new(body);
                    long start = Stopwatch.GetTimestamp();
                    await take.RunAsync(NameOf(stream), sent, cancellationToken);
                    waits.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
                }
            },
            cancellationToken)));
    }

    private sealed record Sending(int Together, int Senders, int Streams);
}
