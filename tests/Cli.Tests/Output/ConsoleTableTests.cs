using System.Globalization;
using Spectre.Console;

namespace Pipeline.Cli.Tests.Output;

[TestClass]
public sealed class ConsoleTableTests
{
    [TestMethod]
    [DataRow(80, "Seconds", false)]
    [DataRow(120, "Seconds", true)]
    public void A_narrow_console_leaves_out_what_can_be_done_without(int width, string title, bool shown)
    {
        ConsoleTable table = new("Tech center", "#Incidents", "?#Seconds", "Note");
        table.Add("Network", "1,200", "3.5", "");

        string text = Write(table, width);

        text.Contains(title, StringComparison.Ordinal).ShouldBe(shown);
        text.ShouldContain("│ Network     │     1,200 │");
        text.ShouldNotContain("Note", Case.Sensitive, "no row has one");
    }

    [TestMethod]
    [DataRow(80)]
    [DataRow(120)]
    public void A_name_longer_than_the_console_does_not_empty_the_table(int width)
    {
        ConsoleTable table = new("Tech center", "#Incidents", "#Clusters", "#Unclustered", "?#Domains", "Note");
        table.Add(ConsoleText.TechCenter(new string('x', 500)), "1", "2", "3", "4", "a note that is long enough to be wrapped at the end of the line, whatever the width");

        string[] lines = Write(table, width).Split('\n', StringSplitOptions.RemoveEmptyEntries);

        lines.Length.ShouldBeGreaterThan(4);
        lines.ShouldAllBe(line => line.TrimEnd().Length <= width);
        lines[1].ShouldContain("Incidents");
    }

    [TestMethod]
    public void Of_many_tech_centers_the_largest_are_shown_and_those_that_failed_and_the_rest_is_counted()
    {
        int[] all = [.. Enumerable.Range(0, 74)];

        IReadOnlyList<int> shown = ConsoleTable.Shown(all, failed: i => i == 3, size: i => i);
        ConsoleTable table = new("Tech center");
        table.Add("one");

        shown.ShouldBe([3, .. Enumerable.Range(60, 14)]);
        Write(table, 80, all.Length - shown.Count).ShouldEndWith("and 59 more; --json has all.\n");
        ConsoleTable.Shown([.. all.Take(15)], _ => false, i => i).Count.ShouldBe(15);
    }

    [TestMethod]
    [DataRow(0, "0 incidents")]
    [DataRow(1, "1 incident")]
    [DataRow(20_000, "20,000 incidents")]
    public void A_number_agrees_with_what_it_counts(int number, string expected) => ConsoleText.Count(number, "incident").ShouldBe(expected);

    [TestMethod]
    public void Rows_that_name_no_tech_center_are_not_shown_in_one_that_is_called_default() => ConsoleText.TechCenter("default").ShouldBe("(no tech center)");

    private static string Write(ConsoleTable table, int width, int more = 0)
    {
        using StringWriter text = new(CultureInfo.InvariantCulture) { NewLine = "\n" };
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings { Ansi = AnsiSupport.No, ColorSystem = ColorSystemSupport.NoColors, Out = new AnsiConsoleOutput(text) });
        console.Profile.Width = width;
        console.Profile.Capabilities.Unicode = true;
        table.Write(console, more);
        return text.ToString().ReplaceLineEndings("\n");
    }
}
