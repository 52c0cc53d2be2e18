using System.Diagnostics;
using Azure.Storage.Blobs;
using Pipeline.Adapters.Azure.Blobs;
using Pipeline.Storage;
using Pipeline.TestSupport;

namespace Pipeline.Adapters.Azure.Tests.Blobs;

[TestClass]
public sealed class BlobFaultTests
{
    private const int BlockBytes = 64 << 10;

    private static AzuriteServer _azurite = null!;

    private AzuriteAccount _account = null!;

    [ClassInitialize]
    public static async Task RequireAsync(TestContext context) => _azurite = await AzuriteServer.RequireAsync();

    [TestInitialize]
    public void Initialize() => _account = _azurite.NewAccount();

    [TestMethod]
    public async Task A_store_that_goes_down_in_the_middle_of_an_upload_keeps_the_old_object_and_the_second_try_succeeds()
    {
        using BreakableRelay relay = new(_azurite.Port);
        BlobObjectStore store = Open(_account with { Port = relay.Port });
        await WriteAsync(store, "box/a", [1]);

        relay.BreakAfter(5 * BlockBytes);
        string message = (await Should.ThrowAsync<ObjectStoreException>(() => WriteAsync(store, "box/a", new byte[10 * BlockBytes]))).Message;

        message.ShouldStartWith($"The object 'box/a' could not be written (http://127.0.0.1:{relay.Port}/{_account.Name}");
        message.ShouldContain("it cannot be reached");
        message.ShouldContain("Nothing has changed; run this step again.");
        (await ReadAsync(Open(), "box/a")).ShouldBe([1]);
        relay.Mend();
        (await WriteAsync(store, "box/a", new byte[10 * BlockBytes])).ShouldBeTrue();
        (await ReadAsync(Open(), "box/a")).Length.ShouldBe(10 * BlockBytes);
    }

    [TestMethod]
    public async Task A_connection_that_drops_in_an_upload_is_taken_up_again()
    {
        using BreakableRelay relay = new(_azurite.Port);
        relay.BreakAfter(5 * BlockBytes, once: true);
        byte[] bytes = new byte[10 * BlockBytes];
        new Random(3).NextBytes(bytes);

        await WriteAsync(Open(_account with { Port = relay.Port }), "box/a", bytes);

        (await ReadAsync(Open(), "box/a")).ShouldBe(bytes);
    }

    [TestMethod]
    public async Task A_connection_that_drops_in_a_download_is_taken_up_where_it_broke()
    {
        using BreakableRelay relay = new(_azurite.Port);
        byte[] bytes = new byte[8 << 20];
        new Random(4).NextBytes(bytes);
        await WriteAsync(Open(), "box/a", bytes);

        relay.BreakAfter(2 << 20, once: true);
        (await ReadAsync(Open(_account with { Port = relay.Port }), "box/a")).ShouldBe(bytes);
    }

    [TestMethod]
    public async Task A_store_that_goes_down_in_the_middle_of_a_download_is_an_error_that_names_the_object()
    {
        using BreakableRelay relay = new(_azurite.Port);
        await WriteAsync(Open(), "box/a", new byte[8 << 20]);

        relay.BreakAfter(2 << 20);
        (await Should.ThrowAsync<ObjectStoreException>(() => ReadAsync(Open(_account with { Port = relay.Port }), "box/a"))).Message.ShouldStartWith("The object 'box/a' could not be read");
    }

    [TestMethod]
    public async Task An_object_that_is_replaced_while_a_broken_download_of_it_is_taken_up_is_an_error_and_no_mixture()
    {
        using BreakableRelay relay = new(_azurite.Port);
        await WriteAsync(Open(), "box/a", new byte[8 << 20]);
        await using Stream old = (await Open(_account with { Port = relay.Port }).OpenReadAsync("box/a")).ShouldNotBeNull();
        await old.ReadExactlyAsync(new byte[1000]);

        await WriteAsync(Open(), "box/a", new byte[7 << 20]);
        relay.BreakAfter(100_000, once: true);

        (await Should.ThrowAsync<ObjectStoreException>(() => old.CopyToAsync(Stream.Null))).Message.ShouldContain("it was replaced or deleted meanwhile");
    }

    [TestMethod]
    public async Task Throttling_is_waited_out_as_long_as_the_store_asks_for()
    {
        using FaultyHandler handler = new() { Answer = (_, before) => before == 0 ? FaultyHandler.Busy(1) : null };
        BlobObjectStore store = Open(handler: handler);
        await WriteAsync(Open(), "box/there", [0]);
        long started = Stopwatch.GetTimestamp();

        (await WriteAsync(store, "box/a", [1, 2])).ShouldBeTrue();

        Stopwatch.GetElapsedTime(started).ShouldBeGreaterThan(TimeSpan.FromSeconds(0.9));
        handler.Requests.ShouldBe(["PUT", "PUT"]);
        (await ReadAsync(Open(), "box/a")).ShouldBe([1, 2]);
    }

    [TestMethod]
    public async Task Throttling_without_end_is_an_error_after_the_retries_and_nothing_has_changed()
    {
        using FaultyHandler handler = new() { Answer = (_, _) => FaultyHandler.Busy(0) };

        string message = (await Should.ThrowAsync<ObjectStoreException>(() => WriteAsync(Open(handler: handler), "box/a", [1]))).Message;

        message.ShouldContain("too busy (503 ServerBusy), also after all retries", Case.Sensitive, message);
        message.ShouldContain("ObjectStore:Retries");
        handler.Requests.Count.ShouldBe(3);
        (await Open().OpenReadAsync("box/a")).ShouldBeNull();
    }

    [TestMethod]
    [DataRow(100)]
    [DataRow(3 * BlockBytes)]
    public async Task Who_creates_an_object_and_does_not_hear_the_answer_still_knows_that_it_was_him(int size)
    {
        int lost = 0;
        using FaultyHandler handler = new() { LosesAnswer = request => request.Method == HttpMethod.Put && !request.RequestUri!.Query.Contains("comp=block&", StringComparison.Ordinal) && lost++ == 0 };
        await WriteAsync(Open(), "box/there", [0]);

        (await WriteAsync(Open(handler: handler), "box/a", new byte[size], onlyIfAbsent: true)).ShouldBeTrue();
        lost.ShouldBeGreaterThan(0);
        (await WriteAsync(Open(), "box/a", new byte[size], onlyIfAbsent: true)).ShouldBeFalse();
        (await ReadAsync(Open(), "box/a")).Length.ShouldBe(size);
    }

    [TestMethod]
    public async Task A_container_that_was_deleted_is_empty_and_made_again_by_the_next_write()
    {
        BlobObjectStore store = Open();
        await WriteAsync(store, "box/a", [1]);
        await Container().DeleteAsync();

        (await store.OpenReadAsync("box/a")).ShouldBeNull();
        (await store.ListAsync("box/").CountAsync()).ShouldBe(0);
        await store.DeleteAsync("box/a");
        await WriteAsync(store, "box/a", [2]);
        (await ReadAsync(store, "box/a")).ShouldBe([2]);
    }

    [TestMethod]
    public async Task A_container_that_is_deleted_in_the_middle_of_an_upload_is_an_error_and_the_second_try_succeeds()
    {
        BlobObjectStore store = Open();
        string message = (await Should.ThrowAsync<ObjectStoreException>(() => store.WriteAsync("box/a", async (stream, token) =>
        {
            await stream.WriteAsync(new byte[BlockBytes], token);
            await Container().DeleteAsync(cancellationToken: token);
            await stream.WriteAsync(new byte[BlockBytes + 1], token);
        }))).Message;

        message.ShouldContain("the parts that were sent are gone");
        (await store.OpenReadAsync("box/a")).ShouldBeNull();
        (await WriteAsync(store, "box/a", new byte[3 * BlockBytes])).ShouldBeTrue();
    }

    [TestMethod]
    public async Task A_wrong_key_is_an_error_that_says_where_it_is_set_and_does_not_show_it()
    {
        string wrong = Convert.ToBase64String(new byte[64]);
        BlobObjectStore store = Open(_account with { Key = wrong });
        foreach (Func<Task> use in (Func<Task>[])[() => WriteAsync(store, "box/a", [1]), () => store.OpenReadAsync("box/a"), () => store.ListAsync("box/").CountAsync().AsTask(), () => store.DeleteAsync("box/a")])
        {
            string message = (await Should.ThrowAsync<ObjectStoreException>(use)).Message;
            message.ShouldContain("access is denied (Auth");
            message.ShouldContain("Check the key or the identity under ModelStorage");
            message.ShouldNotContain(wrong);
        }
    }

    [TestMethod]
    public async Task A_host_that_is_not_there_is_an_error_that_names_it()
    {
        int port;
        using (BreakableRelay gone = new(_azurite.Port))
        {
            port = gone.Port;
        }

        string message = (await Should.ThrowAsync<ObjectStoreException>(() => Open(_account with { Port = port }).OpenReadAsync("box/a"))).Message;
        message.ShouldStartWith($"The object 'box/a' could not be read (http://127.0.0.1:{port}/{_account.Name}");
        message.ShouldContain("Check the address under ModelStorage and the network");
    }

    [TestMethod]
    public async Task A_host_that_never_answers_is_given_up_after_the_timeout()
    {
        using System.Net.Sockets.TcpListener silent = new(System.Net.IPAddress.Loopback, 0);
        silent.Start();
        int port = ((System.Net.IPEndPoint)silent.LocalEndpoint).Port;
        BlobStoreOptions options = new() { ConnectionString = (_account with { Port = port }).ConnectionString, Retries = 1, RetrySeconds = 0.01, TimeoutSeconds = 1 };

        (await Should.ThrowAsync<ObjectStoreException>(() => new BlobObjectStore(options).OpenReadAsync("box/a"))).Message.ShouldContain("ObjectStore:TimeoutSeconds");
    }

    [TestMethod]
    [DataRow(null, null, "ModelStorage is missing, and the store is of the kind AzureBlobs.")]
    [DataRow("UseDevelopmentStorage=true", "https://name.blob.core.windows.net", "ModelStorage is a connection string, and ModelStorage:blobServiceUri is set as well.")]
    [DataRow("AccountName=name;AccountKey=secret", null, "ModelStorage is no connection string of a storage account.")]
    [DataRow(null, "http://name.blob.core.windows.net", "ModelStorage:blobServiceUri is 'http://name.blob.core.windows.net'; it must be the https address")]
    [DataRow(null, "https://name.blob.core.windows.net?sig=secret", "ModelStorage:blobServiceUri is 'https://name.blob.core.windows.net'; it must be")]
    public void A_setting_that_is_missing_or_wrong_is_named_with_where_to_set_it_and_no_secret(string? connection, string? uri, string message)
    {
        string shown = Should.Throw<SettingException>(() => new BlobObjectStore(new BlobStoreOptions { ConnectionString = connection, ServiceUri = uri })).Message;
        shown.ShouldStartWith(message);
        shown.ShouldContain("local.settings.json");
        shown.ShouldNotContain("secret");
    }

    private BlobObjectStore Open(AzuriteAccount? account = null, HttpMessageHandler? handler = null) => new(
        BlobConnection.Open(new BlobStoreOptions { ConnectionString = (account ?? _account).ConnectionString, Retries = 2, RetrySeconds = 0.01 }, handler), BlockBytes);

    private BlobContainerClient Container() => new BlobServiceClient(_account.ConnectionString).GetBlobContainerClient("box");

    private static Task<bool> WriteAsync(BlobObjectStore store, string name, byte[] bytes, bool onlyIfAbsent = false) =>
        store.WriteAsync(name, (stream, token) => stream.WriteAsync(bytes, token).AsTask(), onlyIfAbsent);

    private static async Task<byte[]> ReadAsync(BlobObjectStore store, string name)
    {
        await using Stream stream = (await store.OpenReadAsync(name)).ShouldNotBeNull();
        using MemoryStream copy = new();
        await stream.CopyToAsync(copy);
        return copy.ToArray();
    }
}
