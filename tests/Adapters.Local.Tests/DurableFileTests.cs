using System.Text;
using Pipeline.TestSupport;

namespace Pipeline.Adapters.Local.Tests;

[TestClass]
public sealed class DurableFileTests
{
    [TestMethod]
    public async Task A_file_is_replaced_whole_and_what_a_killed_process_left_is_removed()
    {
        using TempFolder folder = new();
        string target = folder.Write("file", "old"), temporary = folder.Write("file.tmp", "much longer than what is written now");

        await DurableFile.WriteAsync(temporary, stream => stream.WriteAsync("new"u8.ToArray()).AsTask());
        File.ReadAllText(target).ShouldBe("old", "the file has not its name yet");
        DurableFile.Publish(temporary, target).ShouldBeTrue();

        File.ReadAllText(target).ShouldBe("new");
        File.Exists(temporary).ShouldBeFalse();
    }

    [TestMethod]
    public async Task Folders_are_made_and_a_name_that_is_taken_stays_as_it_is()
    {
        using TempFolder folder = new();
        string target = Path.Combine(folder["a"], "b", "file"), temporary = Path.Combine(folder["t"], "1");
        foreach (string content in new[] { "first", "second" })
        {
            await DurableFile.WriteAsync(temporary, stream => stream.WriteAsync(Encoding.UTF8.GetBytes(content)).AsTask());
            DurableFile.Publish(temporary, target, onlyIfAbsent: true, folder["a"]).ShouldBe(content is "first");
        }

        File.ReadAllText(target).ShouldBe("first");
    }
}
