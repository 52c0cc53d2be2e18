using Spectre.Console;

namespace Pipeline.Cli;

/// <summary>
/// A table of results. A title that begins with <c>#</c> is of numbers, which keep on one line, to the right; one that begins with <c>?</c> is left out where the console is
/// narrow; one may have both, in this order: <c>?#</c>. A column in which nothing stands is left out.
/// </summary>
internal sealed class ConsoleTable(params string[] titles)
{
    /// <summary>No more tech centers than this are shown.</summary>
    public const int MostTechCenters = 15;

    private const int NarrowBelow = 100;

    private readonly List<string[]> _rows = [];

    /// <summary>The tech centers to show: all, or where they are too many those that failed and then the largest, in the order in which they came.</summary>
    public static IReadOnlyList<T> Shown<T>(IReadOnlyList<T> all, Func<T, bool> failed, Func<T, long> size) => all.Count <= MostTechCenters
        ? all
        : [.. all.Select((item, at) => (item, at)).OrderByDescending(i => failed(i.item)).ThenByDescending(i => size(i.item)).ThenBy(i => i.at).Take(MostTechCenters).OrderBy(i => i.at).Select(i => i.item)];

    /// <summary>Adds a row: a cell for each title. What is not on one line is put on one.</summary>
    public void Add(params string[] cells) => _rows.Add([.. cells.Select(ConsoleText.Line)]);

    /// <summary>Writes the table, and below it how many more there are than it shows.</summary>
    public void Write(IAnsiConsole console, int more = 0)
    {
        bool isNarrow = console.Profile.Width < NarrowBelow;
        int[] columns = [.. Enumerable.Range(0, titles.Length).Where(c => !(isNarrow && titles[c][0] == '?') && (_rows.Count == 0 || _rows.Any(row => row[c].Length > 0)))];
        Table table = new Table().Border(TableBorder.Rounded);
        foreach (int c in columns)
        {
            TableColumn column = new(Markup.Escape(titles[c].TrimStart('?', '#')));
            table.AddColumn(titles[c].TrimStart('?')[0] == '#' ? column.RightAligned().NoWrap() : column);
        }

        foreach (string[] row in _rows)
        {
            table.AddRow(columns.Select(c => new Text(row[c])));
        }

        console.Write(table);
        if (more > 0)
        {
            console.WriteLine($"and {ConsoleText.Number(more)} more; --json has all.");
        }
    }
}
