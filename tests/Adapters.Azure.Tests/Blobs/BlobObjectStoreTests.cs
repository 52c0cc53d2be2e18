using System.Text;
using Pipeline.Adapters.Azure.Blobs;
using Pipeline.Contracts;
using Pipeline.Storage;
using Pipeline.TestSupport;

namespace Pipeline.Adapters.Azure.Tests.Blobs;

[TestClass]
public sealed class BlobObjectStoreTests : ObjectStoreContract
{
    private static AzuriteServer _azurite = null!;

    private AzuriteAccount _account = null!;

    [ClassInitialize]
    public static async Task RequireAsync(TestContext context) => _azurite = await AzuriteServer.RequireAsync();

    [TestMethod]
    [DataRow("ab/x", "'ab' is not a name for one")]
    [DataRow("Models/x", "3 to 63 lower-case letters, digits and single dashes")]
    [DataRow("a--b/x", "'a--b' is not a name for one")]
    [DataRow("-ab/x", "'-ab' is not a name for one")]
    [DataRow("$web/x", "'$web' is not a name for one")]
    [DataRow("box", "after the container, 'box', it needs a name")]
    [DataRow("box/x.", "does not end with a full stop")]
    public async Task A_name_that_Azure_cannot_have_is_refused_with_its_rules(string name, string message)
    {
        (await Should.ThrowAsync<ArgumentException>(() => WriteAsync(name, "x"))).Message.ShouldContain(message);
        await Should.ThrowAsync<ArgumentException>(() => Store.OpenReadAsync(name));
        await Should.ThrowAsync<ArgumentException>(() => Store.DeleteAsync(name));
    }

    [TestMethod]
    public async Task A_name_longer_than_Azure_allows_is_refused() =>
        (await Should.ThrowAsync<ArgumentException>(() => WriteAsync("box/" + new string('x', 1025), "x"))).Message.ShouldContain("1 to 1024 characters");

    [TestMethod]
    [DataRow(100, 1)]
    [DataRow(1000, 1)]
    [DataRow(1001, 1)]
    [DataRow(5500, 700)]
    public async Task What_is_larger_than_a_block_is_written_block_by_block_and_read_back_whole(int size, int piece)
    {
        BlobObjectStore store = Open(1000);
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
    public async Task Synchronous_writes_and_reads_go_block_by_block_too()
    {
        BlobObjectStore store = Open(10);
        string text = string.Join(',', Enumerable.Range(0, 30));
        await store.WriteAsync("box/text", (stream, _) =>
        {
            foreach (byte b in Encoding.UTF8.GetBytes(text))
            {
                stream.WriteByte(b);
            }

            return Task.CompletedTask;
        });

        await using Stream read = (await store.OpenReadAsync("box/text")).ShouldNotBeNull();
        byte[] bytes = new byte[text.Length];
        read.ReadExactly(bytes);
        Encoding.UTF8.GetString(bytes).ShouldBe(text);
    }

    [TestMethod]
    public async Task An_upload_of_many_blocks_that_fails_leaves_the_old_object()
    {
        BlobObjectStore store = Open(10);
        await store.WriteAsync("box/a", (stream, token) => stream.WriteAsync(new byte[100], token).AsTask());
        await Should.ThrowAsync<InvalidDataException>(() => store.WriteAsync("box/a", async (stream, token) =>
        {
            await stream.WriteAsync(new byte[55], token);
            throw new InvalidDataException("halfway");
        }));

        (await ListAsync("box/")).ShouldBe([new StoredObject("box/a", 100)]);
    }

    [TestMethod]
    public async Task Two_who_create_a_large_object_at_once_do_not_mix_it()
    {
        BlobObjectStore store = Open(10);
        for (int round = 0; round < 5; round++)
        {
            string name = $"box/{round}";
            TaskCompletionSource second = new();
            Task<bool> first = store.WriteAsync(
                name,
                async (stream, token) =>
                {
                    await stream.WriteAsync(Enumerable.Repeat((byte)'1', 35).ToArray(), token);
                    await second.Task;
                },
                onlyIfAbsent: true);
            bool won = await store.WriteAsync(name, (stream, token) => stream.WriteAsync(Enumerable.Repeat((byte)'2', 35).ToArray(), token).AsTask(), onlyIfAbsent: true);
            second.SetResult();

            (won, await first).ShouldBe((true, false));
            (await ReadAsync(name)).ShouldBe(new string('2', 35));
        }
    }

    protected override IObjectStore Create()
    {
        _account = _azurite.NewAccount();
        return Open();
    }

    private BlobObjectStore Open(int blockBytes = 64 << 10) => new(BlobConnection.Open(new BlobStoreOptions { ConnectionString = _account.ConnectionString }), blockBytes);
}
