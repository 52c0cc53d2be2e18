using Pipeline.Contracts;
using Pipeline.Storage;
using Pipeline.TestSupport;

namespace Pipeline.Adapters.Local.Tests;

[TestClass]
public sealed class FileObjectStoreTests : ObjectStoreContract, IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string Root => _folder.File("store");

    public void Dispose() => _folder.Dispose();

    protected override IObjectStore Create() => new FileObjectStore(Root);

    [TestMethod]
    public async Task No_temporary_file_stays_behind()
    {
        await WriteAsync("a/b", "x");
        await WriteAsync("a/b", "y", onlyIfAbsent: true);
        await WriteAsync("a/c", "z", onlyIfAbsent: true);
        Directory.GetFiles(Path.Combine(Root, ".tmp")).ShouldBeEmpty();
        Directory.GetFiles(Root, "*", SearchOption.AllDirectories).Length.ShouldBe(2);
    }

    [TestMethod]
    public async Task What_killed_processes_left_half_written_is_not_listed_and_goes_after_a_day()
    {
        Directory.CreateDirectory(Path.Combine(Root, ".tmp"));
        string old = Path.Combine(Root, ".tmp", "old");
        string young = Path.Combine(Root, ".tmp", "young");
        await File.WriteAllTextAsync(old, "half");
        await File.WriteAllTextAsync(young, "half");
        File.SetLastWriteTimeUtc(old, DateTime.UtcNow.AddHours(-25));

        _ = new FileObjectStore(Root);

        File.Exists(old).ShouldBeFalse();
        File.Exists(young).ShouldBeTrue();
        (await ListAsync("")).ShouldBeEmpty();
        await Should.ThrowAsync<ArgumentException>(() => WriteAsync(".tmp/young", "x"));
    }

    [TestMethod]
    public async Task What_a_killed_process_of_this_machine_left_half_written_goes_at_the_next_start()
    {
        Directory.CreateDirectory(Path.Combine(Root, ".tmp"));
        FileObjectStore store = new(Root);
        string? name = null;
        await store.WriteAsync("a", (stream, token) =>
        {
            name = ((FileStream)stream).Name;
            File.WriteAllText(name.Replace($".{Environment.ProcessId}.", ".999999999.", StringComparison.Ordinal), "half");
            File.WriteAllText(name.Replace($".{Environment.ProcessId}.", "x.999999999.", StringComparison.Ordinal), "another machine's");
            _ = new FileObjectStore(Root);
            File.Exists(name).ShouldBeTrue("this process runs");
            return Task.CompletedTask;
        });

        Directory.GetFiles(Path.Combine(Root, ".tmp")).ShouldHaveSingleItem().ShouldEndWith("x.999999999.tmp");
    }

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public async Task An_object_cannot_take_the_name_of_a_folder(bool onlyIfAbsent)
    {
        await WriteAsync("a/b", "x");
        (await Should.ThrowAsync<ObjectStoreException>(() => WriteAsync("a", "y", onlyIfAbsent))).Message.ShouldContain("begin with 'a/'");
        (await ReadAsync("a/b")).ShouldBe("x");
    }

    [TestMethod]
    public async Task An_object_cannot_lie_below_another()
    {
        await WriteAsync("a", "x");
        (await Should.ThrowAsync<ObjectStoreException>(() => WriteAsync("a/b", "y"))).Message.ShouldContain("'a/b'");
        (await ReadAsync("a")).ShouldBe("x");
    }

    [TestMethod]
    public async Task A_store_that_cannot_be_made_is_an_error_that_names_it()
    {
        await File.WriteAllTextAsync(_folder.File("plain"), "a file, not a folder");
        var store = new FileObjectStore(_folder.File("plain/store"));
        (await Should.ThrowAsync<ObjectStoreException>(() => store.WriteAsync("a", (_, _) => Task.CompletedTask))).Message.ShouldContain(_folder.File("plain/store"));
    }

    [TestMethod]
    public async Task A_full_disk_is_an_error_that_says_so_and_the_old_object_stays()
    {
        using var disk = SmallDisk.Mount(_folder.File("disk"), megabytes: 1);
        var store = new FileObjectStore(disk.Path);
        await store.WriteAsync("a", (stream, token) => stream.WriteAsync(new byte[10], token).AsTask());

        (await Should.ThrowAsync<ObjectStoreException>(() => store.WriteAsync("a", (stream, token) => stream.WriteAsync(new byte[3 << 20], token).AsTask())))
            .Message.ShouldContain("the disk is full");

        await using Stream? old = await store.OpenReadAsync("a");
        old.ShouldNotBeNull().Length.ShouldBe(10);
        await store.WriteAsync("b", (stream, token) => stream.WriteAsync(new byte[500_000], token).AsTask());
    }
}
