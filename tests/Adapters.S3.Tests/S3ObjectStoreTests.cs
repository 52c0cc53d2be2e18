using System.Text;
using Pipeline.Contracts;
using Pipeline.Storage;
using Pipeline.TestSupport;

namespace Pipeline.Adapters.S3.Tests;

[TestClass]
public sealed class S3ObjectStoreTests : ObjectStoreContract
{
    // The least that S3 takes for a part that is not the last.
    private const int PartBytes = 5 << 20;

    private static S3Server _server = null!;

    private string _bucket = null!;

    [ClassInitialize]
    public static async Task RequireAsync(TestContext context) => _server = await S3Server.RequireAsync();

    [TestMethod]
    [DataRow(100, 1)]
    [DataRow(PartBytes, 1 << 20)]
    [DataRow(PartBytes + 1, 1 << 20)]
    [DataRow((2 * PartBytes) + 500_000, 700_001)]
    public async Task What_is_larger_than_a_part_is_written_part_by_part_and_read_back_whole(int size, int piece)
    {
        using S3ObjectStore store = Open();
        byte[] bytes = new byte[size];
        new Random(2).NextBytes(bytes);

        await store.WriteAsync("box/large", async (stream, token) =>
        {
            stream.CanWrite.ShouldBeTrue();
            for (int i = 0; i < size; i += piece)
            {
                await stream.WriteAsync(bytes.AsMemory(i, Math.Min(piece, size - i)), token);
            }

            stream.Position.ShouldBe(size);
        });

        await using Stream read = (await store.OpenReadAsync("box/large")).ShouldNotBeNull();
        read.Length.ShouldBe(size);
        using var copy = new MemoryStream();
        await read.CopyToAsync(copy);
        copy.ToArray().ShouldBe(bytes);
        read.Position.ShouldBe(size);
    }

    [TestMethod]
    public async Task Synchronous_writes_and_reads_go_part_by_part_too()
    {
        using S3ObjectStore store = Open();
        string text = string.Join(',', Enumerable.Range(0, 1_000_000));
        await store.WriteAsync("box/text", (stream, _) =>
        {
            foreach (byte[] piece in Encoding.UTF8.GetBytes(text).Chunk(100_000))
            {
                stream.Write(piece);
            }

            return Task.CompletedTask;
        });

        await using Stream read = (await store.OpenReadAsync("box/text")).ShouldNotBeNull();
        byte[] bytes = new byte[text.Length];
        read.ReadExactly(bytes);
        Encoding.UTF8.GetString(bytes).ShouldBe(text);
    }

    [TestMethod]
    public async Task An_upload_of_many_parts_that_fails_leaves_the_old_object()
    {
        using S3ObjectStore store = Open();
        await store.WriteAsync("box/a", (stream, token) => stream.WriteAsync(new byte[100], token).AsTask());
        await Should.ThrowAsync<InvalidDataException>(() => store.WriteAsync("box/a", async (stream, token) =>
        {
            await stream.WriteAsync(new byte[(2 * PartBytes) + 5], token);
            throw new InvalidDataException("halfway");
        }));

        (await ListAsync("box/")).ShouldBe([new StoredObject("box/a", 100)]);
    }

    [TestMethod]
    public async Task Two_who_create_a_large_object_at_once_do_not_mix_it()
    {
        using S3ObjectStore store = Open();
        for (int round = 0; round < 3; round++)
        {
            string name = $"box/{round}";
            TaskCompletionSource second = new();
            Task<bool> first = store.WriteAsync(
                name,
                async (stream, token) =>
                {
                    await stream.WriteAsync(Large('1'), token);
                    await second.Task;
                },
                onlyIfAbsent: true);
            bool won = await store.WriteAsync(name, (stream, token) => stream.WriteAsync(Large('2'), token).AsTask(), onlyIfAbsent: true);
            second.SetResult();

            (won, await first).ShouldBe((true, false));
            (await ReadAsync(name)).ShouldBe(Encoding.ASCII.GetString(Large('2')));
        }
    }

    [TestMethod]
    public async Task A_prefix_keeps_several_stores_apart_in_one_bucket()
    {
        using S3ObjectStore one = Open(prefix: "one/a");
        using S3ObjectStore two = Open(prefix: "/one/b/");
        await one.WriteAsync("box/x", (stream, token) => stream.WriteAsync(new byte[1], token).AsTask());
        await two.WriteAsync("box/y", (stream, token) => stream.WriteAsync(new byte[2], token).AsTask());

        (await one.ListAsync("").Select(item => item.Name).ToArrayAsync()).ShouldBe(["box/x"]);
        (await ListAsync("")).ShouldBe([new StoredObject("one/a/box/x", 1), new StoredObject("one/b/box/y", 2)]);
    }

    [TestMethod]
    public async Task More_objects_than_a_page_holds_are_all_listed()
    {
        for (int i = 0; i < 1003; i++)
        {
            await WriteAsync($"many/{i:0000}", "");
        }

        (await ListAsync("many/")).Select(item => item.Name).ShouldBe(Enumerable.Range(0, 1003).Select(i => $"many/{i:0000}"));
    }

    [TestMethod]
    public async Task A_key_longer_than_S3_allows_is_refused() =>
        (await Should.ThrowAsync<ArgumentException>(() => WriteAsync("box/" + new string('ü', 511), "x"))).Message.ShouldContain("at most 1024 bytes");

    protected override IObjectStore Create()
    {
        _bucket = Task.Run(_server.NewBucketAsync).GetAwaiter().GetResult();
        return Open();
    }

    private static byte[] Large(char sign) => [.. Enumerable.Repeat((byte)sign, PartBytes + 35)];

    private S3ObjectStore Open(string? prefix = null) => new(S3Settings.Of(_server.Port, _bucket) with { Prefix = prefix }, handler: null, PartBytes);
}
