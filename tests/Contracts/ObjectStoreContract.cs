using System.Text;
using Pipeline.Storage;

namespace Pipeline.Contracts;

/// <summary>What every object store promises. Derive a test class to run it against one.</summary>
public abstract class ObjectStoreContract
{
    /// <summary>An empty store that this test has to itself.</summary>
    protected IObjectStore Store { get; private set; } = null!;

    protected abstract IObjectStore Create();

    [TestInitialize]
    public void Initialize() => Store = Create();

    [TestMethod]
    public async Task An_object_is_read_back_as_it_was_written()
    {
        byte[] bytes = new byte[300_000];
        new Random(1).NextBytes(bytes);
        (await Store.WriteAsync("models/a b/ü.bin", (stream, token) => stream.WriteAsync(bytes, token).AsTask())).ShouldBeTrue();

        await using Stream? read = await Store.OpenReadAsync("models/a b/ü.bin");
        using var copy = new MemoryStream();
        await read.ShouldNotBeNull().CopyToAsync(copy);
        copy.ToArray().ShouldBe(bytes);
    }

    [TestMethod]
    public async Task A_missing_object_is_null_and_may_be_deleted()
    {
        (await Store.OpenReadAsync("no/such")).ShouldBeNull();
        await Store.DeleteAsync("no/such");
        await WriteAsync("no", "x");
        (await Store.OpenReadAsync("no/such")).ShouldBeNull();
        await Store.DeleteAsync("no/such");
    }

    [TestMethod]
    public async Task A_folder_of_objects_is_not_an_object()
    {
        await WriteAsync("a/b", "x");
        (await Store.OpenReadAsync("a")).ShouldBeNull();
        await Store.DeleteAsync("a");
        (await ReadAsync("a/b")).ShouldBe("x");
    }

    [TestMethod]
    public async Task Writing_again_replaces_the_object()
    {
        await WriteAsync("a", "a long first version");
        await WriteAsync("a", "second");
        (await ReadAsync("a")).ShouldBe("second");
    }

    [TestMethod]
    public async Task An_object_that_is_written_again_has_another_version_and_an_untouched_one_the_same()
    {
        await WriteAsync("a", "first");
        await WriteAsync("b", "untouched");
        StoredObject[] before = await Store.ListAsync("").ToArrayAsync();
        await WriteAsync("a", "a longer second");
        StoredObject[] after = await Store.ListAsync("").ToArrayAsync();
        before[0].Version.ShouldNotBeNull();
        after[0].Version.ShouldNotBe(before[0].Version, StringComparer.Ordinal);
        after[1].Version.ShouldBe(before[1].Version);
    }

    [TestMethod]
    public async Task An_empty_object_is_an_object()
    {
        await WriteAsync("empty", "");
        (await ReadAsync("empty")).ShouldBe("");
        (await ListAsync("")).ShouldBe([new StoredObject("empty", 0)]);
    }

    [TestMethod]
    public async Task Only_if_absent_leaves_an_object_as_it_was()
    {
        (await WriteAsync("a", "first", onlyIfAbsent: true)).ShouldBeTrue();
        (await WriteAsync("a", "second", onlyIfAbsent: true)).ShouldBeFalse();
        (await ReadAsync("a")).ShouldBe("first");

        await Store.DeleteAsync("a");
        (await WriteAsync("a", "third", onlyIfAbsent: true)).ShouldBeTrue();
    }

    [TestMethod]
    public async Task Of_many_who_create_an_object_at_once_one_succeeds()
    {
        for (int round = 0; round < 40; round++)
        {
            string name = $"race/{round}";
            using var together = new Barrier(6);
            bool[] won = await Task.WhenAll(Enumerable.Range(0, 6).Select(writer => Task.Factory.StartNew(
                () => Store.WriteAsync(
                    name,
                    (stream, token) =>
                    {
                        together.SignalAndWait(token);
                        stream.Write(Encoding.UTF8.GetBytes($"{writer}"));
                        return Task.CompletedTask;
                    },
                    onlyIfAbsent: true),
                CancellationToken.None,
                TaskCreationOptions.LongRunning,
                TaskScheduler.Default).Unwrap()));

            won.Count(success => success).ShouldBe(1);
            (await ReadAsync(name)).ShouldBe($"{Array.IndexOf(won, true)}");
        }
    }

    [TestMethod]
    public async Task A_write_that_fails_changes_nothing_and_its_error_passes_through()
    {
        await WriteAsync("a", "old");
        foreach (string name in (string[])["a", "new"])
        {
            (await Should.ThrowAsync<InvalidDataException>(() => Store.WriteAsync(name, async (stream, token) =>
            {
                await stream.WriteAsync(new byte[100_000], token);
                throw new InvalidDataException("halfway");
            }))).Message.ShouldBe("halfway");
        }

        (await ReadAsync("a")).ShouldBe("old");
        (await ListAsync("")).ShouldBe([new StoredObject("a", 3)]);
    }

    [TestMethod]
    public async Task A_reader_keeps_the_object_it_opened_while_it_is_replaced_and_deleted()
    {
        await WriteAsync("a", "old");
        await using Stream? reading = await Store.OpenReadAsync("a");
        await WriteAsync("a", "new");
        (await ReadAsync("a")).ShouldBe("new");
        await Store.DeleteAsync("a");
        (await Store.OpenReadAsync("a")).ShouldBeNull();

        using var text = new StreamReader(reading.ShouldNotBeNull());
        (await text.ReadToEndAsync()).ShouldBe("old");
    }

    [TestMethod]
    public async Task An_object_that_is_being_written_does_not_show()
    {
        await Store.WriteAsync("a", async (stream, token) =>
        {
            await stream.WriteAsync(new byte[100_000], token);
            (await ListAsync("")).ShouldBeEmpty();
            (await Store.OpenReadAsync("a", token)).ShouldBeNull();
        });
        (await ListAsync("")).ShouldBe([new StoredObject("a", 100_000)]);
    }

    [TestMethod]
    public async Task Listing_goes_by_prefix_in_ordinal_order()
    {
        foreach (string name in (string[])["m/b/2", "m/b/10", "m/B/1", "m/b.txt", "mm/1", "m/b-2/x", "other"])
        {
            await WriteAsync(name, name);
        }

        (await NamesAsync("m/b")).ShouldBe(["m/b-2/x", "m/b.txt", "m/b/10", "m/b/2"]);
        (await NamesAsync("m/b/")).ShouldBe(["m/b/10", "m/b/2"]);
        (await NamesAsync("m")).ShouldBe(["m/B/1", "m/b-2/x", "m/b.txt", "m/b/10", "m/b/2", "mm/1"]);
        (await NamesAsync("")).Count().ShouldBe(7);
        (await NamesAsync("nothing/here")).ShouldBeEmpty();
        (await NamesAsync("other/")).ShouldBeEmpty();
    }

    [TestMethod]
    [DataRow("")]
    [DataRow("/a")]
    [DataRow("a/")]
    [DataRow("a//b")]
    [DataRow(".")]
    [DataRow("..")]
    [DataRow("a/../../b")]
    [DataRow("a/./b")]
    [DataRow("a\\b")]
    [DataRow("C:/a")]
    [DataRow("a\0b")]
    public async Task A_name_that_leaves_the_store_or_is_none_is_refused(string name)
    {
        (await Should.ThrowAsync<ArgumentException>(() => WriteAsync(name, "x"))).ParamName.ShouldBe("name");
        await Should.ThrowAsync<ArgumentException>(() => Store.OpenReadAsync(name));
        await Should.ThrowAsync<ArgumentException>(() => Store.DeleteAsync(name));
    }

    [TestMethod]
    [DataRow("../")]
    [DataRow("a/../../b")]
    [DataRow("/etc/")]
    [DataRow("a\\")]
    public async Task A_prefix_that_leaves_the_store_is_refused(string prefix) => await Should.ThrowAsync<ArgumentException>(() => ListAsync(prefix));

    [TestMethod]
    public async Task A_cancelled_write_changes_nothing()
    {
        using var cancelled = new CancellationTokenSource();
        await Should.ThrowAsync<OperationCanceledException>(() => Store.WriteAsync(
            "a",
            async (stream, token) =>
            {
                await stream.WriteAsync(new byte[10], token);
                await cancelled.CancelAsync();
                token.ThrowIfCancellationRequested();
            },
            cancellationToken: cancelled.Token));
        (await ListAsync("")).ShouldBeEmpty();
    }

    protected Task<bool> WriteAsync(string name, string text, bool onlyIfAbsent = false) =>
        Store.WriteAsync(name, (stream, token) => stream.WriteAsync(Encoding.UTF8.GetBytes(text), token).AsTask(), onlyIfAbsent);

    protected async Task<string> ReadAsync(string name)
    {
        await using Stream? stream = await Store.OpenReadAsync(name);
        using var reader = new StreamReader(stream.ShouldNotBeNull());
        return await reader.ReadToEndAsync();
    }

    protected async Task<List<StoredObject>> ListAsync(string prefix)
    {
        var objects = new List<StoredObject>();
        await foreach (StoredObject item in Store.ListAsync(prefix))
        {
            objects.Add(item with { Version = null });
        }

        return objects;
    }

    private async Task<IEnumerable<string>> NamesAsync(string prefix) => (await ListAsync(prefix)).Select(item => item.Name);
}
