using System.Text;
using Pipeline.Storage;

namespace Pipeline.Contracts;

/// <summary>What every object store promises. Derive a test class to run it against one. The first segment of every name could be a container of Azure.</summary>
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
        (await Store.OpenReadAsync("box/none/such")).ShouldBeNull();
        await Store.DeleteAsync("box/none/such");
        await WriteAsync("box/none", "x");
        (await Store.OpenReadAsync("box/none/such")).ShouldBeNull();
        await Store.DeleteAsync("box/none/such");
    }

    [TestMethod]
    public async Task A_folder_of_objects_is_not_an_object()
    {
        await WriteAsync("box/a/b", "x");
        (await Store.OpenReadAsync("box/a")).ShouldBeNull();
        await Store.DeleteAsync("box/a");
        (await ReadAsync("box/a/b")).ShouldBe("x");
    }

    [TestMethod]
    public async Task Writing_again_replaces_the_object()
    {
        await WriteAsync("box/a", "a long first version");
        await WriteAsync("box/a", "second");
        (await ReadAsync("box/a")).ShouldBe("second");
    }

    [TestMethod]
    public async Task An_object_that_is_written_again_has_another_version_and_an_untouched_one_the_same()
    {
        await WriteAsync("box/a", "first");
        await WriteAsync("box/b", "untouched");
        StoredObject[] before = await Store.ListAsync("").ToArrayAsync();
        await WriteAsync("box/a", "a longer second");
        StoredObject[] after = await Store.ListAsync("").ToArrayAsync();
        before[0].Version.ShouldNotBeNull();
        after[0].Version.ShouldNotBe(before[0].Version, StringComparer.Ordinal);
        after[1].Version.ShouldBe(before[1].Version);
    }

    [TestMethod]
    public async Task An_empty_object_is_an_object()
    {
        await WriteAsync("box/empty", "");
        (await ReadAsync("box/empty")).ShouldBe("");
        (await ListAsync("")).ShouldBe([new StoredObject("box/empty", 0)]);
    }

    [TestMethod]
    public async Task Only_if_absent_leaves_an_object_as_it_was()
    {
        (await WriteAsync("box/a", "first", onlyIfAbsent: true)).ShouldBeTrue();
        (await WriteAsync("box/a", "second", onlyIfAbsent: true)).ShouldBeFalse();
        (await ReadAsync("box/a")).ShouldBe("first");

        await Store.DeleteAsync("box/a");
        (await WriteAsync("box/a", "third", onlyIfAbsent: true)).ShouldBeTrue();
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
    public async Task An_object_is_replaced_only_while_it_is_the_one_that_was_read()
    {
        (await Store.ReadTaggedAsync("box/a")).ShouldBeNull();
        (await ReplaceAsync("box/a", "first", tag: null)).ShouldBeTrue();
        (await ReplaceAsync("box/a", "other", tag: null)).ShouldBeFalse("there is one by now");
        TaggedObject first = (await Store.ReadTaggedAsync("box/a")).ShouldNotBeNull();
        Encoding.UTF8.GetString(first.Content.Span).ShouldBe("first");

        (await ReplaceAsync("box/a", "second", first.Tag)).ShouldBeTrue();
        (await ReplaceAsync("box/a", "third", first.Tag)).ShouldBeFalse("it was written since");
        (await ReadAsync("box/a")).ShouldBe("second");
        TaggedObject second = (await Store.ReadTaggedAsync("box/a")).ShouldNotBeNull();
        second.Tag.ShouldNotBe(first.Tag, StringComparer.Ordinal);

        await Store.DeleteAsync("box/a");
        (await ReplaceAsync("box/a", "fourth", second.Tag)).ShouldBeFalse("it was deleted since");
        (await Store.ReadTaggedAsync("box/a")).ShouldBeNull();
    }

    [TestMethod]
    public async Task Many_who_add_to_an_object_at_once_lose_nothing()
    {
        await Task.WhenAll(Enumerable.Range(0, 6).Select(writer => Task.Run(async () =>
        {
            for (int i = 0; i < 5; i++)
            {
                TaggedObject? read;
                do
                {
                    read = await Store.ReadTaggedAsync("box/list");
                }
                while (!await ReplaceAsync("box/list", $"{(read is null ? "" : Encoding.UTF8.GetString(read.Content.Span))}{writer}-{i};", read?.Tag));
            }
        })));

        string[] items = (await ReadAsync("box/list")).TrimEnd(';').Split(';');
        items.ShouldBe(from writer in Enumerable.Range(0, 6) from i in Enumerable.Range(0, 5) select $"{writer}-{i}", ignoreOrder: true);
    }

    [TestMethod]
    public async Task A_write_that_fails_changes_nothing_and_its_error_passes_through()
    {
        await WriteAsync("box/a", "old");
        foreach (string name in (string[])["box/a", "box/new"])
        {
            (await Should.ThrowAsync<InvalidDataException>(() => Store.WriteAsync(name, async (stream, token) =>
            {
                await stream.WriteAsync(new byte[100_000], token);
                throw new InvalidDataException("halfway");
            }))).Message.ShouldBe("halfway");
        }

        (await ReadAsync("box/a")).ShouldBe("old");
        (await ListAsync("")).ShouldBe([new StoredObject("box/a", 3)]);
    }

    [TestMethod]
    public async Task A_reader_keeps_the_object_it_opened_while_it_is_replaced_and_deleted()
    {
        await WriteAsync("box/a", "old");
        await using Stream? reading = await Store.OpenReadAsync("box/a");
        await WriteAsync("box/a", "new");
        (await ReadAsync("box/a")).ShouldBe("new");
        await Store.DeleteAsync("box/a");
        (await Store.OpenReadAsync("box/a")).ShouldBeNull();

        using var text = new StreamReader(reading.ShouldNotBeNull());
        (await text.ReadToEndAsync()).ShouldBe("old");
    }

    [TestMethod]
    public async Task An_object_that_is_being_written_does_not_show()
    {
        await Store.WriteAsync("box/a", async (stream, token) =>
        {
            await stream.WriteAsync(new byte[100_000], token);
            (await ListAsync("")).ShouldBeEmpty();
            (await Store.OpenReadAsync("box/a", token)).ShouldBeNull();
        });
        (await ListAsync("")).ShouldBe([new StoredObject("box/a", 100_000)]);
    }

    [TestMethod]
    public async Task Listing_goes_by_prefix_in_ordinal_order()
    {
        foreach (string name in (string[])["mmm/b/2", "mmm/b/10", "mmm/B/1", "mmm/b.txt", "mmmm/1", "mmm/b-2/x", "other/x", "mmm-1/x"])
        {
            await WriteAsync(name, name);
        }

        (await NamesAsync("mmm/b")).ShouldBe(["mmm/b-2/x", "mmm/b.txt", "mmm/b/10", "mmm/b/2"]);
        (await NamesAsync("mmm/b/")).ShouldBe(["mmm/b/10", "mmm/b/2"]);
        (await NamesAsync("mmm")).ShouldBe(["mmm-1/x", "mmm/B/1", "mmm/b-2/x", "mmm/b.txt", "mmm/b/10", "mmm/b/2", "mmmm/1"]);
        (await NamesAsync("")).Count().ShouldBe(8);
        (await NamesAsync("nothing/here")).ShouldBeEmpty();
        (await NamesAsync("other/x/")).ShouldBeEmpty();
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
        await Should.ThrowAsync<ArgumentException>(() => Store.ReadTaggedAsync(name));
        await Should.ThrowAsync<ArgumentException>(() => Store.ReplaceAsync(name, new byte[1], "tag"));
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
            "box/a",
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

    private Task<bool> ReplaceAsync(string name, string text, string? tag) => Store.ReplaceAsync(name, Encoding.UTF8.GetBytes(text), tag);

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
