using Pipeline.Storage;
using Pipeline.Streams;

namespace Pipeline.Tests.Streams;

/// <summary>A stream with a hundred items, a snapshot after each 25.</summary>
internal static class StreamStory
{
    private static readonly string[] Topics = ["printer", "network", "mailbox", "password", "battery", "scanner", "monitor", "license", "backup", "badge"];

    public static bool Contains(byte[] bytes, string text) => bytes.AsSpan().IndexOf(System.Text.Encoding.UTF8.GetBytes(text)) >= 0;

    public static async Task<byte[]> WithoutSequenceAsync(StreamBed bed) => await bed.Directory.UseAsync(
        StreamBed.Name,
        async open =>
        {
            StreamStateCopy copy = open.Read(StreamStateFormat.Copy);
            return (await StreamStateFormat.WriteAsync(copy with { Data = copy.Data with { Sequence = 0 } }, capacity: 0, CancellationToken.None)).ToArray();
        },
        CancellationToken.None);

    public static async Task FillAsync(StreamBed bed)
    {
        await bed.CreateAsync();
        for (int first = 0; first < 100; first += 5)
        {
            await SendAsync(bed, first, first + 5);
            await BackUpAsync(bed, first + 5);
        }
    }

    public static Task BackUpAsync(StreamBed bed, int sent) => sent % 25 == 0 ? bed.Keep.BackUpAsync(StreamBed.Name) : Task.CompletedTask;

    // In requests of five; items of many topics, some late, more topics than there may be clusters.
    public static async Task SendAsync(StreamBed bed, int from, int until)
    {
        for (int first = from; first < until; first += 5)
        {
            await bed.SendAsync([.. Enumerable.Range(first, Math.Min(5, until - first)).Select(i => bed.Item($"i{i}", $"{Topics[i * 7 % Topics.Length]} trouble {i % 4}", hoursAgo: i % 9 == 0 ? 30 : (100 - Math.Min(i, 100)) * 0.1))]);
        }
    }

    public static async Task<int> FillUntilDeathAsync(StreamBed bed)
    {
        int answered = 0;
        try
        {
            await bed.CreateAsync();
            for (int first = 0; first < 100; first += 5)
            {
                await SendAsync(bed, first, first + 5);
                answered += 5;
                await BackUpAsync(bed, first + 5);
            }
        }
        catch (ObjectStoreException)
        {
            bed.Store.IsDead.ShouldBeTrue();
        }

        return answered;
    }
}
