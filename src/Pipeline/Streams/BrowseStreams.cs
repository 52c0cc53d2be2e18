using System.Globalization;
using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using Pipeline.Clustering;
using Pipeline.Requests;

namespace Pipeline.Streams;

/// <summary>Looks into streams: their clusters, items, figures and events. Times are the stream's own: its clock is the newest item's time.</summary>
public sealed class BrowseStreams(StreamDirectory streams, TakeStreamItems take)
{
    /// <summary>The most clusters, items or events of one answer.</summary>
    public const int MostShown = 1_000;

    private const int ExampleCount = 3;
    private const int RateHours = 24;

    /// <summary>The names of all streams.</summary>
    public Task<IReadOnlyList<string>> ListAsync(CancellationToken cancellationToken = default) => streams.ListAsync(cancellationToken);

    /// <summary>The largest clusters to which something has come within the expiry.</summary>
    /// <param name="stream">The stream.</param>
    /// <param name="limit">The most that are wanted, 1 to 1,000.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    /// <exception cref="RequestException">There is no such stream, or the limit is out of its range.</exception>
    public Task<StreamClusterList> ClustersAsync(string stream, int limit = 100, CancellationToken cancellationToken = default)
    {
        RequireLimit(limit);
        return streams.UseAsync(
            stream,
            open =>
            {
                (DateTimeOffset? now, int total, Unnamed[] shown, IReadOnlyList<string> others) = open.Read(state =>
                {
                    StreamCluster[] active = [.. state.Active];
                    return (state.Now, active.Length, active.OrderByDescending(c => c.Members.Count).ThenBy(c => c.Id).Take(limit).Select(c => Describe(c, state)).ToArray(), ClusterLabels.OthersOf(state));
                });
                return Task.FromResult(new StreamClusterList(open.Definition.Name, now, total, Named(shown, others)));
            },
            cancellationToken);
    }

    /// <summary>The items of a cluster that are kept, the newest first.</summary>
    /// <exception cref="RequestException">There is no such stream or cluster, or the limit is out of its range.</exception>
    public Task<StreamItemList> ItemsAsync(string stream, long cluster, int limit = 100, CancellationToken cancellationToken = default)
    {
        RequireLimit(limit);
        return streams.UseAsync(
            stream,
            open =>
            {
                (Unnamed shown, ShownItem[] items, IReadOnlyList<string> others) = open.Read(state =>
                {
                    StreamCluster found = state.Active.FirstOrDefault(c => c.Id == cluster)
                        ?? throw RequestException.NotFound("id", string.Create(CultureInfo.InvariantCulture, $"The stream '{open.Definition.Name}' has no cluster {cluster}, or nothing has come to it of late. GET /api/streams/{open.Definition.Name}/clusters lists those there are."));
                    return (Describe(found, state), found.Members.Reverse().Take(limit).Select(m => new ShownItem(m.Id, m.Text, m.Time, m.Attributes)).ToArray(), ClusterLabels.OthersOf(state));
                });
                return Task.FromResult(new StreamItemList(Named([shown], others)[0], items));
            },
            cancellationToken);
    }

    /// <summary>The clusters that a text is most like, the most similar first.</summary>
    /// <exception cref="RequestException">There is no such stream, or the text is missing or too long.</exception>
    public async Task<IReadOnlyList<FoundCluster>> SearchAsync(string stream, string? text, int limit = 10, CancellationToken cancellationToken = default)
    {
        RequireLimit(limit);
        if (string.IsNullOrWhiteSpace(text) || text.Length > StreamItemReader.LongestText)
        {
            throw RequestException.Invalid("text", string.Create(CultureInfo.InvariantCulture, $"Give a text of 1 to {StreamItemReader.LongestText} characters to search for."));
        }

        float[] vector = await take.VectorAsync(text, cancellationToken) ?? throw RequestException.Invalid("text", "Nothing is left of the text after cleaning. Say it in other words.");
        return await streams.UseAsync<IReadOnlyList<FoundCluster>>(
            stream,
            open =>
            {
                TakeStreamItems.RequireDimensions(open, vector.Length);
                ((double Similarity, Unnamed Cluster)[] found, IReadOnlyList<string> others) = open.Read(state => (Nearest(state, vector, limit), ClusterLabels.OthersOf(state)));
                IReadOnlyList<ShownCluster> named = Named([.. found.Select(f => f.Cluster)], others);
                return Task.FromResult<IReadOnlyList<FoundCluster>>([.. found.Select((f, i) => new FoundCluster(Math.Round(f.Similarity, 4), named[i]))]);
            },
            cancellationToken);
    }

    /// <summary>Counts, sizes and how the clustering stands.</summary>
    /// <exception cref="RequestException">There is no such stream.</exception>
    public Task<StreamStats> StatsAsync(string stream, CancellationToken cancellationToken = default) => streams.UseAsync(stream, open => Task.FromResult(Stats(open)), cancellationToken);

    /// <summary>The events, the newest first.</summary>
    /// <exception cref="RequestException">There is no such stream.</exception>
    public Task<IReadOnlyList<StreamEvent>> EventsAsync(string stream, CancellationToken cancellationToken = default) =>
        streams.UseAsync<IReadOnlyList<StreamEvent>>(stream, open => Task.FromResult<IReadOnlyList<StreamEvent>>(open.Read(s => s.Ledger.Events.Reverse().ToArray())), cancellationToken);

    /// <summary>What is told of events, from a number on, and then whatever is told until the reader leaves.</summary>
    /// <param name="stream">The stream.</param>
    /// <param name="after">The number of the last notice that the reader has; 0 for none.</param>
    /// <param name="follow">How long to wait for more; zero for what there is.</param>
    /// <param name="cancellationToken">The reader leaves.</param>
    /// <exception cref="RequestException">There is no such stream.</exception>
    public async IAsyncEnumerable<StreamNotice> NoticesAsync(string stream, long after, TimeSpan follow, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        using CancellationTokenSource until = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        if (follow < TimeSpan.FromDays(1))
        {
            until.CancelAfter(follow);
        }

        while (true)
        {
            IReadOnlyList<StreamNotice> told = await streams.UseAsync(stream, open => Task.FromResult(open.Read(s => s.Ledger.Notices.Where(n => n.Number > after).ToArray())), cancellationToken);
            foreach (StreamNotice notice in told)
            {
                after = notice.Number;
                yield return notice;
            }

            if (follow == TimeSpan.Zero || !await MoreAsync(stream, after, until.Token, cancellationToken))
            {
                yield break;
            }
        }
    }

    /// <summary>Makes sure that a stream can be read.</summary>
    /// <exception cref="RequestException">There is no such stream, or another process has it.</exception>
    public Task RequireAsync(string stream, CancellationToken cancellationToken = default) => streams.UseAsync(stream, _ => Task.FromResult(true), cancellationToken);

    private async Task<bool> MoreAsync(string stream, long after, CancellationToken until, CancellationToken cancellationToken)
    {
        try
        {
            return await streams.UseAsync(
                stream,
                async open =>
                {
                    await open.WaitForNoticeAsync(after, until);
                    return true;
                },
                until);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return false;
        }
    }

    private static (double Similarity, Unnamed Cluster)[] Nearest(StreamState state, float[] vector, int limit)
    {
        if (state.Features is null)
        {
            return [];
        }

        BirchSubclusters subclusters = state.Features.Subclusters();
        Dictionary<long, StreamCluster> active = state.Active.ToDictionary(c => c.Id);
        return
        [
            .. Enumerable.Range(0, subclusters.Count).Where(i => active.ContainsKey(subclusters.Ids[i]))
                .Select(i => (Id: subclusters.Ids[i], Similarity: Cosine(vector, subclusters.CentroidOf(i))))
                .OrderByDescending(c => c.Similarity).ThenBy(c => c.Id).Take(limit)
                .Select(c => (c.Similarity, Describe(active[c.Id], state))),
        ];
    }

    private static double Cosine(ReadOnlySpan<float> unit, ReadOnlySpan<float> centroid) =>
        TensorPrimitives.Norm(centroid) is float norm and > 0 ? Math.Clamp(TensorPrimitives.Dot(unit, centroid) / norm, -1, 1) : 0;

    // Named after the state is let go: that takes longer than a writer should wait.
    private static IReadOnlyList<ShownCluster> Named(IReadOnlyList<Unnamed> clusters, IReadOnlyList<string> others)
    {
        IReadOnlyList<string> names = ClusterLabels.Of([.. clusters.Select(c => c.Texts)], others);
        return [.. clusters.Select((c, i) => c.Cluster with { Label = names[i] })];
    }

    private static Unnamed Describe(StreamCluster cluster, StreamState state)
    {
        long now = HourCounts.Of(state.Now!.Value);
        int last = cluster.Hours.Since(now - (RateHours / 2)), both = cluster.Hours.Since(now - RateHours), before = both - last;

        // Of two Poisson counts the difference has the variance of their sum; two standard deviations count.
        double difference = (last - before) / Math.Sqrt(Math.Max(1, both));
        ShownCluster shown = new(
            cluster.Id,
            "",
            cluster.Members.Count,
            cluster.Size,
            [.. cluster.Members.Select(m => m.Text).Distinct(StringComparer.Ordinal).Take(ExampleCount)],
            cluster.FirstSeen,
            cluster.LastSeen,
            Math.Round(both / (double)RateHours, 3),
            difference > 2 ? StreamTrend.Growing : difference < -2 ? StreamTrend.Fading : StreamTrend.Steady,
            cluster.Centers,
            state.Ledger.Lasting(cluster.Id, null)?.Id);
        return new Unnamed(shown, ClusterLabels.TextsOf(cluster));
    }

    private static StreamStats Stats(ItemStream open) => open.Read(state =>
    {
        BirchSubclusters? subclusters = state.Features?.Subclusters();
        int[] sizes = [.. state.Active.Select(c => c.Members.Count).Where(size => size > 0)];
        return new StreamStats
        {
            Stream = open.Definition.Name,
            Embedder = open.Definition.Embedder,
            Dimensions = state.Dimensions,
            Sequence = state.Sequence,
            Items = state.Items,
            KeptItems = state.Kept.Count,
            TooOld = state.TooOld,
            Clusters = sizes.Length,
            Singletons = sizes.Count(size => size == 1),
            LargestCluster = sizes.DefaultIfEmpty(0).Max(),
            MeanRadius = subclusters is { Count: > 0 } ? Math.Round(subclusters.Radii.Average(), 4) : null,
            SimilarityThresholdInForce = state.Features is Birch birch ? Math.Round(1 - (birch.Threshold * birch.Threshold), 4) : state.Config.SimilarityThreshold,
            FirstItem = state.Start,
            NewestItem = state.Now,
            Events = state.Ledger.Events.Count(e => e.FadedAt is null),
            ConfigVersion = state.Configs[^1].Version,

            MemoryBytes = (state.Features?.Bytes ?? 0) + state.Kept.Sum(k => 200L + (2 * (k.Text.Length + k.Id.Length))),
            LastBackup = open.LastBackup,
            Opened = open.Opening,
        };
    });

    private sealed record Unnamed(ShownCluster Cluster, IReadOnlyList<string> Texts);

    private static void RequireLimit(int limit)
    {
        if (limit is < 1 or > MostShown)
        {
            throw RequestException.Invalid("limit", string.Create(CultureInfo.InvariantCulture, $"limit is {limit}; it must be 1 to {MostShown}."));
        }
    }
}

/// <summary>The clusters of a stream.</summary>
/// <param name="Stream">The stream.</param>
/// <param name="Now">The time of its newest item, in UTC; null where there is none.</param>
/// <param name="Total">How many clusters there are.</param>
/// <param name="Clusters">The largest of them.</param>
public sealed record StreamClusterList(string Stream, DateTimeOffset? Now, int Total, IReadOnlyList<ShownCluster> Clusters);

/// <summary>A cluster of a stream.</summary>
/// <param name="Id">What it is known by; a cluster that is joined with another takes the other's.</param>
/// <param name="Label">Its name, by the words that tell it from the others.</param>
/// <param name="Size">Its items that are kept.</param>
/// <param name="Total">All items that it has had.</param>
/// <param name="Examples">Some of its items: masked text.</param>
/// <param name="FirstSeen">The time of its earliest item, in UTC.</param>
/// <param name="LastSeen">The time of its newest item, in UTC.</param>
/// <param name="RatePerHour">Items an hour in the last 24 hours of the stream.</param>
/// <param name="Trend">The last twelve hours against the twelve before.</param>
/// <param name="Centers">The tech centers that its items name.</param>
/// <param name="Event">The event that it is; null for none.</param>
public sealed record ShownCluster(
    long Id, string Label, int Size, long Total, IReadOnlyList<string> Examples, DateTimeOffset FirstSeen, DateTimeOffset LastSeen, double RatePerHour, StreamTrend Trend, IReadOnlyList<string> Centers, string? Event);

/// <summary>How the rate of a cluster changes.</summary>
public enum StreamTrend
{
    /// <summary>More than by chance.</summary>
    Growing,

    /// <summary>No more change than by chance.</summary>
    Steady,

    /// <summary>Less than by chance.</summary>
    Fading,
}

/// <summary>A cluster with its items.</summary>
/// <param name="Cluster">The cluster.</param>
/// <param name="Items">Its items, the newest first.</param>
public sealed record StreamItemList(ShownCluster Cluster, IReadOnlyList<ShownItem> Items);

/// <summary>An item that is kept.</summary>
/// <param name="Id">What its sender calls it.</param>
/// <param name="Text">Its masked text.</param>
/// <param name="Time">When it occurred, in UTC.</param>
/// <param name="Attributes">Further words about it.</param>
public sealed record ShownItem(string Id, string Text, DateTimeOffset Time, IReadOnlyDictionary<string, string> Attributes);

/// <summary>A cluster that a text is like.</summary>
/// <param name="Similarity">The cosine of the text and the cluster's mean, -1 to 1.</param>
/// <param name="Cluster">The cluster.</param>
public sealed record FoundCluster(double Similarity, ShownCluster Cluster);

/// <summary>The figures of a stream.</summary>
public sealed record StreamStats
{
    /// <summary>The stream.</summary>
    public required string Stream { get; init; }

    /// <summary>The embedder of its items.</summary>
    public required string Embedder { get; init; }

    /// <summary>The coordinates of an embedding; null before the first item.</summary>
    public int? Dimensions { get; init; }

    /// <summary>The number of the last entry of the log.</summary>
    public long Sequence { get; init; }

    /// <summary>All items there have been.</summary>
    public long Items { get; init; }

    /// <summary>Items that are kept.</summary>
    public int KeptItems { get; init; }

    /// <summary>Items that were older than items are kept when they came.</summary>
    public long TooOld { get; init; }

    /// <summary>Clusters with items.</summary>
    public int Clusters { get; init; }

    /// <summary>Clusters of one item.</summary>
    public int Singletons { get; init; }

    /// <summary>The items of the largest cluster.</summary>
    public int LargestCluster { get; init; }

    /// <summary>The mean radius of the clusters; null where there is none.</summary>
    public double? MeanRadius { get; init; }

    /// <summary>The similarity threshold of the clustering features.</summary>
    public double SimilarityThresholdInForce { get; init; }

    /// <summary>The time of the earliest item, in UTC.</summary>
    public DateTimeOffset? FirstItem { get; init; }

    /// <summary>The time of the newest item, in UTC.</summary>
    public DateTimeOffset? NewestItem { get; init; }

    /// <summary>Events that last.</summary>
    public int Events { get; init; }

    /// <summary>The version of the configuration in force.</summary>
    public int ConfigVersion { get; init; }

    /// <summary>About how much memory the state takes.</summary>
    public long MemoryBytes { get; init; }

    /// <summary>The newest snapshot; null where there is none.</summary>
    public StreamBackup? LastBackup { get; init; }

    /// <summary>How the stream was opened in this process.</summary>
    public required StreamOpening Opened { get; init; }
}
