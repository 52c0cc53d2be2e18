using Pipeline.LocalHost;
using Pipeline.TestSupport;

namespace Pipeline.Cli.Tests;

[TestClass]
public sealed class DataFolderTests
{
    [TestMethod]
    public void A_deleted_lock_file_lets_no_one_else_in()
    {
        using TempFolder folder = new();
        using (DataFolder.Open(folder["data"]))
        {
            File.Delete(folder["data/.lock"]);

            Should.Throw<CommandException>(() => DataFolder.Open(folder["data"])).Message.ShouldContain("is in use by another process");
        }

        DataFolder.Open(folder["data"]).Dispose();
    }

    [TestMethod]
    public void What_killed_processes_left_half_written_goes_at_the_next_start()
    {
        using TempFolder folder = new();
        Directory.CreateDirectory(folder["data"]);
        string dead = folder.Write("data/report.html.999999999.tmp", "half");
        string rejects = folder.Write("data/rejects.csv.tmp", "half");
        string reused = folder.Write($"data/host-keys.json.{Environment.ProcessId}.tmp", "half");
        File.SetLastWriteTimeUtc(reused, DateTime.UtcNow.AddDays(-400));
        string underWay = folder.Write($"data/report.html.{Environment.ProcessId}.tmp", "half");
        string foreign = folder.Write("data/notes.tmp", "mine");

        using DataFolder opened = DataFolder.Open(folder["data"]);

        File.Exists(dead).ShouldBeFalse();
        File.Exists(rejects).ShouldBeFalse();
        File.Exists(reused).ShouldBeFalse("the process of this number began later than the file was written");
        File.Exists(underWay).ShouldBeTrue();
        File.Exists(foreign).ShouldBeTrue();
    }

    [TestMethod]
    public async Task A_result_that_a_killed_process_left_half_written_goes_when_the_file_is_written_again()
    {
        using TempFolder folder = new();
        string left = folder.Write("out.csv.999999999.tmp", "half");
        string other = folder.Write("other.csv.999999999.tmp", "of another file");

        AtomicFile.Check(folder["out.csv"], "--assignments");
        await AtomicFile.WriteAsync(folder["out.csv"], stream => stream.WriteAsync(new byte[3]).AsTask());

        File.Exists(left).ShouldBeFalse();
        File.Exists(other).ShouldBeTrue();
        new FileInfo(folder["out.csv"]).Length.ShouldBe(3);
    }

    [TestMethod]
    [DataRow(null, "missing")]
    [DataRow("", "empty")]
    public void Models_without_their_warehouse_are_not_taken_for_a_new_folder(string? warehouse, string problem)
    {
        using TempFolder folder = new();
        Directory.CreateDirectory(folder["data/objects/hdbscan-models/network/2026_q2"]);
        folder.Write("data/objects/hdbscan-models/network/2026_q2/manifest.json", "{}");
        if (warehouse is not null)
        {
            folder.Write("data/warehouse.db", warehouse);
        }

        using DataFolder opened = DataFolder.Open(folder["data"]);

        Should.Throw<CommandException>(opened.RequireWarehouseOfModels).Message.ShouldContain($"holds models, but its warehouse '{folder["data/warehouse.db"]}' is {problem}. Restore it");
        folder.Write("data/warehouse.db", "something");
        Should.NotThrow(opened.RequireWarehouseOfModels);
    }
}
