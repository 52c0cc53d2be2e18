using System.Text;
using Pipeline.Adapters.Local;
using Pipeline.Datasets;
using Pipeline.Intake;
using Pipeline.Storage;
using Pipeline.TestSupport;

namespace Pipeline.LocalHost.Tests.Functions;

/// <summary>The import of a received file that ends in the middle.</summary>
[TestClass]
public sealed class IngestFileTests
{
    [TestMethod]
    public async Task An_import_that_ends_at_any_step_is_finished_by_the_next_and_doubles_nothing()
    {
        int stopped = 0;
        for (int step = 0; step <= 7; step++)
        {
            using TempFolder folder = new();
            await using SqliteWarehouse warehouse = new(folder["warehouse.db"]);
            await warehouse.InitializeAsync();
            BreakingStore objects = new(new FileObjectStore(folder["objects"]));
            using MemoryStream content = new(Encoding.UTF8.GetBytes("number,opened_at,short_description\nA1,2026-05-01,a\nA2,2026-05-01,b\nA3,soon,c\n"));
            Ingestion received = await new ReceiveFile(warehouse, objects, new UploadOptions(), TimeProvider.System).RunAsync(new SentFile("incidents", "a.csv", content, "test", Reading: new IntakeOptions { AllowRejects = true }));
            IngestFile ingest = new(warehouse, objects, warehouse, new DatasetCatalog(new FileObjectStore(folder["objects"]), warehouse), new IntakeOptions(), TimeProvider.System);
            objects.Left = step;
            try
            {
                await ingest.RunAsync(received.Id);
            }
            catch (ObjectStoreException)
            {
                stopped++;
            }

            objects.Left = int.MaxValue;
            Ingestion done = await ingest.RunAsync(received.Id);

            (done.State, done.Accepted, done.Rejected).ShouldBe((IngestionState.Accepted, 2, 1));
            (await warehouse.ReadChangesAsync(0, 10)).Select(c => c.Incident.Number).ShouldBe(["A1", "A2"]);
            (await objects.NamesAsync()).ShouldBe([$"accepted/{received.Id}/a.csv", $"accepted/{received.Id}/rejects.ndjson", $"accepted/{received.Id}/report.json"]);
            (await warehouse.ReadIngestionsAsync(10)).Count.ShouldBe(1);
        }

        stopped.ShouldBe(6);
    }

    [TestMethod]
    public async Task A_dropped_file_that_is_replaced_while_it_is_imported_is_imported_in_both_versions()
    {
        using TempFolder folder = new();
        await using SqliteWarehouse warehouse = new(folder["warehouse.db"]);
        await warehouse.InitializeAsync();
        BreakingStore objects = new(new FileObjectStore(folder["objects"]));
        Task DropAsync(string number) => objects.WriteAsync("incoming/a.csv", async (target, stopping) => await target.WriteAsync(Encoding.UTF8.GetBytes($"number,opened_at,short_description\n{number},2026-05-01,a\n"), stopping));
        await DropAsync("OLD");
        Ingestion noticed = (await new ReceiveFile(warehouse, objects, new UploadOptions(), TimeProvider.System).NoticeAsync("incoming/a.csv")).ShouldNotBeNull();
        objects.AfterFirstRead = () => DropAsync("NEW");

        await new IngestFile(warehouse, objects, warehouse, new DatasetCatalog(objects, warehouse), new IntakeOptions(), TimeProvider.System).RunAsync(noticed.Id);

        (await warehouse.ReadChangesAsync(0, 10)).Select(c => c.Incident.Number).ShouldBe(["OLD", "NEW"]);
        (await objects.NamesAsync()).ShouldNotContain("incoming/a.csv", StringComparer.Ordinal);
        (await warehouse.ReadIngestionsAsync(10)).ShouldAllBe(i => i.State == IngestionState.Accepted);
    }

    /// <summary>A store that fails after so many calls.</summary>
    private sealed class BreakingStore(IObjectStore inner) : IObjectStore
    {
        public int Left { get; set; } = int.MaxValue;

        public Func<Task>? AfterFirstRead { get; set; }

        public Task<bool> WriteAsync(string name, Func<Stream, CancellationToken, Task> write, bool onlyIfAbsent = false, CancellationToken cancellationToken = default)
        {
            Count();
            return inner.WriteAsync(name, write, onlyIfAbsent, cancellationToken);
        }

        public async Task<Stream?> OpenReadAsync(string name, CancellationToken cancellationToken = default)
        {
            Count();
            Stream? stream = await inner.OpenReadAsync(name, cancellationToken);
            if (AfterFirstRead is { } then)
            {
                AfterFirstRead = null;
                await then();
            }

            return stream;
        }

        public Task<TaggedObject?> ReadTaggedAsync(string name, CancellationToken cancellationToken = default) => inner.ReadTaggedAsync(name, cancellationToken);

        public Task<bool> ReplaceAsync(string name, ReadOnlyMemory<byte> content, string? tag, CancellationToken cancellationToken = default) => inner.ReplaceAsync(name, content, tag, cancellationToken);

        public IAsyncEnumerable<StoredObject> ListAsync(string prefix, CancellationToken cancellationToken = default) => inner.ListAsync(prefix, cancellationToken);

        public Task DeleteAsync(string name, CancellationToken cancellationToken = default)
        {
            Count();
            return inner.DeleteAsync(name, cancellationToken);
        }

        public async Task<string[]> NamesAsync()
        {
            List<string> names = [];
            await foreach (StoredObject item in inner.ListAsync(""))
            {
                names.Add(item.Name);
            }

            return [.. names];
        }

        private void Count()
        {
            if (--Left < 0)
            {
                throw new ObjectStoreException("It ends here.");
            }
        }
    }
}
