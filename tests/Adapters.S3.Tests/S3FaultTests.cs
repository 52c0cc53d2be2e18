using System.Net;
using System.Net.Http.Headers;
using Pipeline.Storage;
using Pipeline.TestSupport;

namespace Pipeline.Adapters.S3.Tests;

[TestClass]
public sealed class S3FaultTests
{
    private const int PartBytes = 5 << 20;

    private static S3Server _server = null!;

    private string _bucket = null!;

    [ClassInitialize]
    public static async Task RequireAsync(TestContext context) => _server = await S3Server.RequireAsync();

    [TestInitialize]
    public async Task InitializeAsync() => _bucket = await _server.NewBucketAsync();

    [TestMethod]
    public async Task A_store_that_goes_down_in_the_middle_of_an_upload_keeps_the_old_object_and_the_second_try_succeeds()
    {
        using BreakableRelay relay = new(_server.Port);
        using S3ObjectStore store = Open(relay.Port);
        await WriteAsync(store, "box/a", [1]);

        relay.BreakAfter(PartBytes * 3 / 2);
        string message = (await Should.ThrowAsync<ObjectStoreException>(() => WriteAsync(store, "box/a", new byte[3 * PartBytes]))).Message;

        message.ShouldStartWith($"The object 'box/a' could not be written (http://127.0.0.1:{relay.Port}/{_bucket})");
        message.ShouldContain("it cannot be reached");
        message.ShouldContain("Nothing has changed; run this step again.");
        (await ReadAsync(Open(), "box/a")).ShouldBe([1]);
        relay.Mend();
        (await WriteAsync(store, "box/a", new byte[3 * PartBytes])).ShouldBeTrue();
        (await ReadAsync(Open(), "box/a")).Length.ShouldBe(3 * PartBytes);
    }

    [TestMethod]
    public async Task A_connection_that_drops_in_an_upload_is_taken_up_again()
    {
        using BreakableRelay relay = new(_server.Port);
        relay.BreakAfter(PartBytes * 3 / 2, once: true);
        byte[] bytes = Random(3 * PartBytes);

        await WriteAsync(Open(relay.Port), "box/a", bytes);

        (await ReadAsync(Open(), "box/a")).ShouldBe(bytes);
    }

    [TestMethod]
    public async Task A_connection_that_drops_in_a_download_is_taken_up_where_it_broke()
    {
        using BreakableRelay relay = new(_server.Port);
        byte[] bytes = Random(8 << 20);
        await WriteAsync(Open(), "box/a", bytes);

        relay.BreakAfter(2 << 20, once: true);
        (await ReadAsync(Open(relay.Port), "box/a")).ShouldBe(bytes);
    }

    [TestMethod]
    public async Task A_store_that_goes_down_in_the_middle_of_a_download_is_an_error_that_names_the_object()
    {
        using BreakableRelay relay = new(_server.Port);
        await WriteAsync(Open(), "box/a", new byte[8 << 20]);

        relay.BreakAfter(2 << 20);
        (await Should.ThrowAsync<ObjectStoreException>(() => ReadAsync(Open(relay.Port), "box/a"))).Message.ShouldStartWith("The object 'box/a' could not be read");
    }

    [TestMethod]
    public async Task An_object_that_is_replaced_while_a_broken_download_of_it_is_taken_up_is_an_error_and_no_mixture()
    {
        using BreakableRelay relay = new(_server.Port);
        await WriteAsync(Open(), "box/a", new byte[8 << 20]);
        await using Stream old = (await Open(relay.Port).OpenReadAsync("box/a")).ShouldNotBeNull();
        await old.ReadExactlyAsync(new byte[1000]);

        await WriteAsync(Open(), "box/a", new byte[7 << 20]);
        relay.BreakAfter(100_000, once: true);

        (await Should.ThrowAsync<ObjectStoreException>(() => old.CopyToAsync(Stream.Null))).Message.ShouldContain("it was replaced or deleted meanwhile");
    }

    [TestMethod]
    public async Task Throttling_is_waited_out()
    {
        using FaultyHandler handler = new() { Answer = (_, before) => before == 0 ? Error(HttpStatusCode.ServiceUnavailable, "SlowDown") : null };

        (await WriteAsync(Open(handler: handler), "box/a", [1, 2])).ShouldBeTrue();

        handler.Requests.ShouldBe(["PUT", "PUT"]);
        (await ReadAsync(Open(), "box/a")).ShouldBe([1, 2]);
    }

    [TestMethod]
    public async Task Throttling_without_end_is_an_error_after_the_retries_and_nothing_has_changed()
    {
        using FaultyHandler handler = new() { Answer = (_, _) => Error(HttpStatusCode.ServiceUnavailable, "SlowDown") };

        string message = (await Should.ThrowAsync<ObjectStoreException>(() => WriteAsync(Open(handler: handler), "box/a", [1]))).Message;

        message.ShouldContain("too busy (503 SlowDown), also after all retries", Case.Sensitive, message);
        handler.Requests.Count.ShouldBe(3);
        (await Open().OpenReadAsync("box/a")).ShouldBeNull();
    }

    [TestMethod]
    [DataRow(100)]
    [DataRow(3 * PartBytes)]
    public async Task Who_creates_an_object_and_does_not_hear_the_answer_still_knows_that_it_was_him(int size)
    {
        int lost = 0;
        using FaultyHandler handler = new() { LosesAnswer = request => request.Headers.IfNoneMatch.Count > 0 && lost++ == 0 };

        (await WriteAsync(Open(handler: handler), "box/a", new byte[size], onlyIfAbsent: true)).ShouldBeTrue();
        lost.ShouldBeGreaterThan(0);
        (await WriteAsync(Open(), "box/a", new byte[size], onlyIfAbsent: true)).ShouldBeFalse();
        (await ReadAsync(Open(), "box/a")).Length.ShouldBe(size);
    }

    [TestMethod]
    public async Task A_write_that_meets_another_one_is_sent_again()
    {
        int refused = 0;
        using FaultyHandler handler = new() { Answer = (request, _) => request.Method == HttpMethod.Put && refused++ == 0 ? Error(HttpStatusCode.Conflict, "ConditionalRequestConflict") : null };

        (await WriteAsync(Open(handler: handler), "box/a", [7], onlyIfAbsent: true)).ShouldBeTrue();

        refused.ShouldBe(2);
        (await ReadAsync(Open(), "box/a")).ShouldBe([7]);
    }

    [TestMethod]
    public async Task A_bucket_that_is_not_there_is_an_error_that_names_it()
    {
        using S3ObjectStore store = new(S3Settings.Of(_server.Port, "no-such-bucket"), handler: null);
        foreach (Func<Task> use in (Func<Task>[])[() => WriteAsync(store, "box/a", [1]), () => WriteAsync(store, "box/a", [1], onlyIfAbsent: true), () => store.OpenReadAsync("box/a"), () => store.ListAsync("box/").CountAsync().AsTask(), () => store.DeleteAsync("box/a")])
        {
            (await Should.ThrowAsync<ObjectStoreException>(use)).Message.ShouldContain("there is no bucket 'no-such-bucket'. Make it, or name another under S3:Bucket.");
        }
    }

    [TestMethod]
    public async Task A_key_that_the_server_does_not_know_is_an_error_that_says_where_it_is_set_and_does_not_show_the_secret()
    {
        using S3ObjectStore store = new(S3Settings.Of(_server.Port, _bucket) with { AccessKeyId = "SOMEBODY", SecretAccessKey = "hush" }, handler: null);
        foreach (Func<Task> use in (Func<Task>[])[() => WriteAsync(store, "box/a", [1]), () => store.OpenReadAsync("box/a"), () => store.ListAsync("box/").CountAsync().AsTask(), () => store.DeleteAsync("box/a")])
        {
            string message = (await Should.ThrowAsync<ObjectStoreException>(use)).Message;
            message.ShouldContain("access is denied (InvalidAccessKeyId). Check S3:AccessKeyId and S3:SecretAccessKey");
            message.ShouldNotContain("hush");
        }
    }

    [TestMethod]
    [DataRow(HttpStatusCode.Forbidden, "AccessDenied", "needs s3:GetObject, s3:PutObject, s3:DeleteObject")]
    [DataRow(HttpStatusCode.Forbidden, "RequestTimeTooSkewed", "this machine's clock is wrong")]
    [DataRow(HttpStatusCode.BadRequest, "AuthorizationHeaderMalformed", "the bucket is in another region. Set S3:Region")]
    [DataRow(HttpStatusCode.BadRequest, "InvalidRequest", "the store answers 400 InvalidRequest.")]
    public async Task What_the_server_refuses_is_said_with_what_to_do(HttpStatusCode status, string code, string message)
    {
        using FaultyHandler handler = new() { Answer = (_, _) => Error(status, code) };
        (await Should.ThrowAsync<ObjectStoreException>(() => Open(handler: handler).OpenReadAsync("box/a"))).Message.ShouldContain(message);
    }

    [TestMethod]
    public async Task A_server_that_is_not_there_is_an_error_that_names_it()
    {
        int port;
        using (BreakableRelay gone = new(_server.Port))
        {
            port = gone.Port;
        }

        string message = (await Should.ThrowAsync<ObjectStoreException>(() => Open(port).OpenReadAsync("box/a"))).Message;
        message.ShouldStartWith($"The object 'box/a' could not be read (http://127.0.0.1:{port}/{_bucket})");
        message.ShouldContain("it cannot be reached");
        message.ShouldContain("Check S3:Endpoint, S3:Region and the network.");
    }

    [TestMethod]
    public async Task A_server_that_never_answers_is_given_up_after_the_timeout()
    {
        using System.Net.Sockets.TcpListener silent = new(IPAddress.Loopback, 0);
        silent.Start();
        S3StoreOptions options = S3Settings.Of(((IPEndPoint)silent.LocalEndpoint).Port, _bucket) with { TimeoutSeconds = 1, Retries = 0 };
        using S3ObjectStore store = new(options, handler: null);

        (await Should.ThrowAsync<ObjectStoreException>(() => store.OpenReadAsync("box/a"))).Message.ShouldContain("it does not answer. Check the network, or give it more time with ObjectStore:TimeoutSeconds.");
    }

    private S3ObjectStore Open(int? port = null, HttpMessageHandler? handler = null) => new(S3Settings.Of(port ?? _server.Port, _bucket), handler, PartBytes);

    private static byte[] Random(int length)
    {
        byte[] bytes = new byte[length];
        new Random(3).NextBytes(bytes);
        return bytes;
    }

    private static HttpResponseMessage Error(HttpStatusCode status, string code) => new(status)
    {
        Content = new StringContent($"<?xml version=\"1.0\" encoding=\"UTF-8\"?><Error><Code>{code}</Code><Message>No.</Message></Error>", MediaTypeHeaderValue.Parse("application/xml")),
    };

    private static Task<bool> WriteAsync(S3ObjectStore store, string name, byte[] bytes, bool onlyIfAbsent = false) =>
        store.WriteAsync(name, (stream, token) => stream.WriteAsync(bytes, token).AsTask(), onlyIfAbsent);

    private static async Task<byte[]> ReadAsync(S3ObjectStore store, string name)
    {
        await using Stream stream = (await store.OpenReadAsync(name)).ShouldNotBeNull();
        using MemoryStream copy = new();
        await stream.CopyToAsync(copy);
        return copy.ToArray();
    }
}
