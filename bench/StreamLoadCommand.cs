using System.Collections.Concurrent;
using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Pipeline.Adapters.Local;
using Pipeline.Preprocessing;
using Pipeline.Streams;

namespace Pipeline.Bench;

/// <summary><c>stream-load</c>: items through the use case of the API - parsed, masked, embedded, logged on the disk, clustered - and how long each request waits.</summary>
internal static class StreamLoadCommand
{
    private const int Dimensions = 256;
    private const string Name = "load";

    // Topics are told apart by far: 4,000 of them are as many clusters, below the cap of 5,000.
    private static readonly StreamConfig Config = new() { SimilarityThreshold = 0.6 };

    public static Command Create()
    {
        Option<int> items = new("--items") { Description = "Items.", DefaultValueFactory = _ => 1_000_000 };
        Option<int> together = new("--together") { Description = "Items of a request, 1 to 1,000.", DefaultValueFactory = _ => 50 };
        Option<int> senders = new("--senders") { Description = "Senders at once.", DefaultValueFactory = _ => 2 };
        Option<int> topics = new("--topics") { Description = "Topics that the items are about.", DefaultValueFactory = _ => 4_000 };
        Option<string?> python = new("--python") { Description = "A Python with scikit-learn, whose Birch takes the first items as well; see peers.py." };
        Option<string?> folder = new("--folder") { Description = "Where the stream is kept. Default: a folder for temporary files." };
        Command command = new("stream-load", "Items a second into a stream of 256 dimensions, the wait of a request, and memory on the way; then requests of one item each.") { items, together, senders, topics, folder, python };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            string path = Directory.CreateDirectory(Path.Combine(parsed.GetValue(folder) ?? Path.GetTempPath(), $"pipeline-stream-{Guid.NewGuid():N}")).FullName;
            try
            {
                await RunAsync(path, parsed.GetValue(items), parsed.GetValue(together), parsed.GetValue(senders), parsed.GetValue(topics), cancellationToken);
                await StreamPeer.RunAsync(path, parsed.GetValue(items), parsed.GetValue(together), parsed.GetValue(topics), Dimensions, Config, parsed.GetValue(python), cancellationToken);
            }
            finally
            {
                Directory.Delete(path, recursive: true);
            }
        });
        return command;
    }

    private static async Task RunAsync(string path, int items, int together, int senders, int topics, CancellationToken cancellationToken)
    {
        using TopicVectors embedder = new(topics, Dimensions);
        FileObjectStore objects = new(path);
        await using StreamDirectory streams = new(objects, new StateSeal(() => new StateKeys(null, _ => null)), "topics", TimeProvider.System);
        TakeStreamItems take = new(streams, new SummaryBuilder(new Masker(MaskingRules.Default)), embedder, TimeProvider.System);
        BrowseStreams browse = new(streams, take);

        await streams.CreateAsync(Name, Config, "bench", cancellationToken);
        await SendAsync(take, embedder, -2_000, 2_000, together, senders, new ConcurrentBag<double>(), cancellationToken);

        Console.WriteLine("| items | a second | a processor second | P50 of a request, ms | P95 | P99 | live, MB | resident, MB | kept | clusters |");
        Console.WriteLine("|---|---|---|---|---|---|---|---|---|---|");
        int step = Math.Max(1, items / 10);
        (double wall, double processor) = (0, 0);
        ConcurrentBag<double> all = [];
        for (int first = 0; first < items; first += step)
        {
            ConcurrentBag<double> waits = [];
            int count = Math.Min(step, items - first);
            (double seconds, double busy) = await TimeAsync(() => SendAsync(take, embedder, first, count, together, senders, waits, cancellationToken));
            (wall, processor) = (wall + seconds, processor + busy);
            await WriteAsync(streams, first + count, count, seconds, busy, waits, await browse.StatsAsync(Name, cancellationToken));
            foreach (double wait in waits)
            {
                all.Add(wait);
            }
        }

        await WriteAsync(streams, items, items, wall, processor, all, await browse.StatsAsync(Name, cancellationToken));
        ConcurrentBag<double> single = [];
        (double alone, _) = await TimeAsync(() => SendAsync(take, embedder, items, 2_000, 1, senders, single, cancellationToken));
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
    private static async Task WriteAsync(StreamDirectory streams, int done, int count, double seconds, double processor, ConcurrentBag<double> waits, StreamStats stats)
    {
        using Process self = Process.GetCurrentProcess();
        double resident = self.WorkingSet64 / 1048576.0;
        await streams.BackUpAllAsync();
        double live = GC.GetTotalMemory(forceFullCollection: true) / 1048576.0;
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"| {done} | {count / seconds:0} | {count / processor:0} | {At(waits, 0.5):0.0} | {At(waits, 0.95):0.0} | {At(waits, 0.99):0.0} | {live:0} | {resident:0} | {stats.KeptItems} | {stats.Clusters} |"));
    }

    private static double At(ConcurrentBag<double> waits, double share)
    {
        double[] sorted = [.. waits.Order()];
        return sorted[(int)(share * (sorted.Length - 1))];
    }

    private static Task SendAsync(TakeStreamItems take, TopicVectors topics, int from, int count, int together, int senders, ConcurrentBag<double> waits, CancellationToken cancellationToken)
    {
        int next = from;
        return Task.WhenAll(Enumerable.Range(0, senders).Select(_ => Task.Run(
            async () =>
            {
                while (true)
                {
                    int first = Interlocked.Add(ref next, together) - together;
                    if (first >= from + count)
                    {
                        return;
                    }

                    byte[] body = Encoding.UTF8.GetBytes(JsonSerializer.Serialize(Enumerable.Range(first, Math.Min(together, from + count - first)).Select(i => new { id = $"i{i}", text = topics.TextOf(i) })));
                    using MemoryStream sent = new(body);
                    long start = Stopwatch.GetTimestamp();
                    await take.RunAsync(Name, sent, cancellationToken);
                    waits.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
                }
            },
            cancellationToken)));
    }
}
