using System.IO.Compression;
using System.Text;
using Pipeline.Adapters.Local;
using Pipeline.Datasets;
using Pipeline.Erasure;
using Pipeline.Incidents;
using Pipeline.Intake;
using Pipeline.Tests.Fakes;
using Pipeline.TestSupport;

namespace Pipeline.Tests.Erasure;

[TestClass]
public sealed class EraseFromFilesTests
{
    private const string Export = """
        number,opened_at,short_description,assignment_group
        INC1,2026-01-05 10:00:00,"Printer, the old one",Desk
        INC2,2026-01-06 10:00:00,Mail of Jane is slow,Desk
        INC3,2026-01-07 10:00:00,"A ""quoted"" text",Desk
        INC2,not a date,Mail of Jane,Desk
        INC4,2026-01-08 10:00:00,Dup of INC2,Desk

        """;

    [TestMethod]
    public async Task A_kept_file_is_written_anew_with_its_other_rows_and_read_as_before()
    {
        using Store store = new();
        Ingestion taken = await store.TakeAsync("export.csv", Encoding.UTF8.GetBytes(Export));
        taken.State.ShouldBe(IngestionState.Accepted, taken.Problem);

        (await store.Files.RunAsync("INC2")).ShouldBe((2, 1, 0));

        string name = $"accepted/{taken.Id}/export.csv.erased.csv";
        store.Objects.Objects.Keys.ShouldBe([$"accepted/{taken.Id}/export.csv.erased.csv", $"accepted/{taken.Id}/rejects.ndjson", $"accepted/{taken.Id}/report.json"], ignoreOrder: true);
        Encoding.UTF8.GetString(store.Objects.Objects[name]).TrimStart('\uFEFF').ShouldBe("""
            number,opened_at,short_description,assignment_group
            INC1,2026-01-05 10:00:00,"Printer, the old one",Desk
            INC3,2026-01-07 10:00:00,"A ""quoted"" text",Desk
            INC4,2026-01-08 10:00:00,Dup of INC2,Desk

            """.ReplaceLineEndings("\n"));
        store.Objects.Objects[$"accepted/{taken.Id}/rejects.ndjson"].ShouldBeEmpty();

        (await store.Files.RunAsync("INC2")).ShouldBe((0, 0, 0), "nothing is left of it");
        (await store.Files.RunAsync("INC3")).ShouldBe((1, 0, 0));
        Encoding.UTF8.GetString(store.Objects.Objects[name]).ShouldNotContain("quoted");
    }

    [TestMethod]
    public async Task A_packed_file_and_one_in_an_encoding_of_its_own_are_written_anew_too()
    {
        using Store store = new();
        using MemoryStream packed = new();
        await using (GZipStream gzip = new(packed, CompressionMode.Compress, leaveOpen: true))
        {
            await gzip.WriteAsync(Encoding.UTF8.GetBytes(Export));
        }

        Ingestion first = await store.TakeAsync("export.csv.gz", packed.ToArray());
        string latin = Export.Replace("Printer", "Dr\u00fccker", StringComparison.Ordinal);
        Ingestion second = await store.TakeAsync("latin.csv", Encoding.Latin1.GetBytes(latin), new IntakeOptions { Encoding = "windows-1252", AllowRejects = true });

        (await store.Files.RunAsync("INC2")).Rows.ShouldBe(4);

        store.Objects.Objects.Keys.ShouldContain($"accepted/{first.Id}/export.csv.gz.erased.csv", StringComparer.Ordinal);
        Encoding.UTF8.GetString(store.Objects.Objects[$"accepted/{second.Id}/latin.csv.erased.csv"]).ShouldContain("Dr\u00fccker");
        (await store.Files.RunAsync("INC1")).Rows.ShouldBe(2);
        Encoding.UTF8.GetString(store.Objects.Objects[$"accepted/{second.Id}/latin.csv.erased.csv"]).ShouldNotContain("Dr\u00fccker");
    }

    [TestMethod]
    public async Task A_file_that_cannot_be_told_into_rows_is_deleted_where_the_number_is_in_it()
    {
        using Store store = new();
        byte[] with = Encoding.UTF8.GetBytes(new string(' ', 200_000) + "{ \"number\": \"INC2\", ");
        store.Objects.Objects["failed/0a/broken.json"] = with;
        store.Objects.Objects["failed/0b/wide.json"] = Encoding.Unicode.GetBytes("[ INC2 ");
        store.Objects.Objects["failed/0c/other.json"] = Encoding.UTF8.GetBytes("{ \"number\": \"INC1\", ");
        store.Objects.Objects["failed/0e/longer.json"] = Encoding.UTF8.GetBytes("{ \"number\": \"INC22\", \"XINC2\" ");
        store.Objects.Objects["accepted/0d/report.json"] = Encoding.UTF8.GetBytes("INC2");

        (await store.Files.RunAsync("INC2")).ShouldBe((0, 0, 2));

        store.Objects.Objects.Keys.ShouldBe(["accepted/0d/report.json", "failed/0c/other.json", "failed/0e/longer.json"]);
    }

    [TestMethod]
    public async Task Rows_that_cannot_be_told_go_where_the_number_is_in_the_file_and_in_no_row_of_it()
    {
        using Store store = new();
        const string Broken = Export + "INC7,2026-01-09 10:00:00,Mail of John,Desk,one,too many\n";
        Ingestion taken = await store.TakeAsync("export.csv", Encoding.UTF8.GetBytes(Broken), new IntakeOptions { AllowRejects = true });
        string before = $"accepted/{taken.Id}/export.csv";

        (await store.Files.RunAsync("INC9")).ShouldBe((0, 0, 0));
        store.Objects.Objects[before].ShouldBe(Encoding.UTF8.GetBytes(Broken));

        (await store.Files.RunAsync("INC7")).Rows.ShouldBe(1);

        store.Objects.Objects.ShouldNotContainKey(before);
        string kept = Encoding.UTF8.GetString(store.Objects.Objects[before + ".erased.csv"]);
        (kept.Contains("INC4", StringComparison.Ordinal), kept.Contains("John", StringComparison.Ordinal)).ShouldBe((true, false));
        store.Objects.Objects.Values.ShouldAllBe(content => !Encoding.UTF8.GetString(content).Contains("INC7", StringComparison.Ordinal));
    }

    [TestMethod]
    public async Task A_number_that_was_derived_from_its_row_is_found_by_deriving_it_again()
    {
        using Store store = new();
        const string Unnumbered = "opened_at,short_description\n2026-01-05,Printer\n2026-01-06,Mail of Jane\n";
        await store.TakeAsync("plain.csv", Encoding.UTF8.GetBytes(Unnumbered));
        string number = (await store.Warehouse.ReadChangesAsync(0, 10)).Single(c => c.Incident.Texts[0].Contains("Jane", StringComparison.Ordinal)).Incident.Number;

        (await store.Files.RunAsync(number)).Rows.ShouldBe(1);

        store.Objects.Objects.Where(o => o.Key.EndsWith(".csv", StringComparison.Ordinal)).ShouldHaveSingleItem().Value.ShouldBe(Encoding.UTF8.GetPreamble().Concat(Encoding.UTF8.GetBytes("opened_at,short_description\n2026-01-05,Printer\n")));
    }

    [TestMethod]
    public async Task A_file_that_is_sent_again_after_the_erasure_is_kept_without_the_rows_of_the_incident()
    {
        using Store store = new();
        store.Erased.Add("INC2");

        Ingestion again = await store.TakeAsync("export.csv", Encoding.UTF8.GetBytes(Export));

        (again.State, again.Accepted, again.RejectReasons[RejectKind.Erased]).ShouldBe((IngestionState.Accepted, 3, 2));
        store.Objects.Objects.Keys.ShouldBe([$"accepted/{again.Id}/export.csv.erased.csv", $"accepted/{again.Id}/rejects.ndjson", $"accepted/{again.Id}/report.json"], ignoreOrder: true);
        Encoding.UTF8.GetString(store.Objects.Objects[$"accepted/{again.Id}/export.csv.erased.csv"]).TrimStart('\uFEFF').ShouldBe("""
            number,opened_at,short_description,assignment_group
            INC1,2026-01-05 10:00:00,"Printer, the old one",Desk
            INC3,2026-01-07 10:00:00,"A ""quoted"" text",Desk
            INC4,2026-01-08 10:00:00,Dup of INC2,Desk

            """.ReplaceLineEndings("\n"));
        Encoding.UTF8.GetString(store.Objects.Objects[$"accepted/{again.Id}/rejects.ndjson"]).ShouldNotContain("Jane");
        (await store.Files.RunAsync("INC2")).ShouldBe((0, 0, 0), "nothing is left of it");
    }

    [TestMethod]
    public async Task A_file_that_is_refused_as_a_whole_is_kept_without_them_too()
    {
        using Store store = new();
        store.Erased.Add("INC2");

        Ingestion refused = await store.TakeAsync("export.csv", Encoding.UTF8.GetBytes(Export), new IntakeOptions { MaxRejectShare = 0 });

        refused.State.ShouldBe(IngestionState.Failed);
        store.Objects.Objects.Keys.ShouldContain($"failed/{refused.Id}/export.csv.erased.csv", StringComparer.Ordinal);
        store.Objects.Objects.Values.ShouldAllBe(content => !Encoding.UTF8.GetString(content).Contains("Jane"));
    }

    [TestMethod]
    public async Task An_erasure_looks_at_each_file_once_and_at_those_that_came_meanwhile_too()
    {
        using Store store = new();
        await store.TakeAsync("first.csv", Encoding.UTF8.GetBytes(Export));
        HashSet<string> lookedAt = new(StringComparer.Ordinal);
        (await store.Files.RunAsync("INC2", lookedAt)).Rows.ShouldBe(2);

        await store.TakeAsync("second.csv", Encoding.UTF8.GetBytes(Export + "INC5,2026-01-09 10:00:00,Other,Desk\n"));

        (await store.Files.RunAsync("INC2", lookedAt)).Rows.ShouldBe(2);
        (await store.Files.RunAsync("INC2", lookedAt)).ShouldBe((0, 0, 0));
    }

    [TestMethod]
    public void The_rejects_of_an_import_on_this_machine_lose_the_rows_of_the_number()
    {
        using TempFolder folder = new();
        string path = folder.Write("rejects.csv", "row,line,number,reason\n1,2,INC1,no text\n2,3,INC2,\"no date, none\"\n");

        EraseFromFiles.FromRejectsFile(path, "INC1").ShouldBe(1);
        EraseFromFiles.FromRejectsFile(path, "INC1").ShouldBe(0);
        EraseFromFiles.FromRejectsFile(folder["none.csv"], "INC1").ShouldBe(0);

        File.ReadAllText(path).ShouldBe("row,line,number,reason\n2,3,INC2,\"no date, none\"\n");
        Directory.GetFiles(Path.GetDirectoryName(path)!).Length.ShouldBe(1);
    }

    /// <summary>An object store with a log of what came in.</summary>
    private sealed class Store : IDisposable
    {
        private readonly TempFolder _folder = new();

        public Store()
        {
            Warehouse = new SqliteWarehouse(_folder["warehouse.db"]);
            Datasets = new DatasetCatalog(Objects, Warehouse);
            Files = new EraseFromFiles(Warehouse, Objects, Datasets, new IntakeOptions());
        }

        public SqliteWarehouse Warehouse { get; }

        public MemoryObjectStore Objects { get; } = new();

        public DatasetCatalog Datasets { get; }

        public EraseFromFiles Files { get; }

        /// <summary>Numbers that were erased before.</summary>
        public HashSet<string> Erased { get; } = new(StringComparer.Ordinal);

        public async Task<Ingestion> TakeAsync(string name, byte[] content, IntakeOptions? reading = null)
        {
            ManualClock clock = new();
            Ingestion received = await new ReceiveFile(Warehouse, Objects, new UploadOptions(), clock)
                .RunAsync(new SentFile("incidents", name, new MemoryStream(content), "test", IdempotencyKey: null, reading ?? new IntakeOptions { AllowRejects = true }));
            return await new IngestFile(Warehouse, Objects, Warehouse, Datasets, new IntakeOptions(), clock, new ErasedNumbers(_ => Task.FromResult<IReadOnlySet<string>>(Erased.Select(ErasedNumbers.HashOf).ToHashSet(StringComparer.Ordinal)), clock)).RunAsync(received.Id);
        }

        public void Dispose()
        {
            Warehouse.Dispose();
            _folder.Dispose();
        }
    }
}
