using System.Globalization;
using Pipeline.Intake;

namespace Pipeline.Cli;

/// <summary>How names, counts and times stand on the console.</summary>
internal static class ConsoleText
{
    private const int LongestName = 40;

    /// <summary>The text on one line: without control characters, and without marks that turn the direction of writing or show nothing.</summary>
    public static string Line(string text) => InertText.Line(text);

    /// <summary>A name for a table's column: long ones are cut, so that the table keeps its width.</summary>
    public static string Name(string name)
    {
        StringInfo line = new(Line(name));
        return line.LengthInTextElements <= LongestName ? line.String : line.SubstringByTextElements(0, LongestName - 1) + "…";
    }

    /// <summary>A tech center's name as <see cref="Name"/> has it; rows that name none are in a tech center that is none.</summary>
    public static string TechCenter(string name) => string.Equals(name, IntakeOptions.DefaultTechCenter, StringComparison.Ordinal) ? "(no tech center)" : Name(name);

    /// <summary>A number with commas between the thousands.</summary>
    public static string Number(long number) => number.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>A number of things: <c>1 incident</c>, <c>2 incidents</c>.</summary>
    public static string Count(long number, string thing) => $"{Number(number)} {thing}{(number == 1 ? "" : "s")}";

    /// <summary>A part of a whole in percent; empty where there is no whole.</summary>
    public static string Share(long part, long whole) => whole == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $"{100.0 * part / whole:0} %");

    /// <summary>A time in the units that one speaks of.</summary>
    public static string Duration(TimeSpan time) => time.TotalSeconds switch
    {
        < 9.95 => string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0.0} s"),
        < 90 => string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0} s"),
        < 5400 => string.Create(CultureInfo.InvariantCulture, $"{time.TotalMinutes:0} min"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{time.TotalHours:0.0} h"),
    };

    /// <summary>Names in quotes with commas between; of many the first ones.</summary>
    public static string List(IReadOnlyList<string> names) =>
        string.Join(", ", names.Take(ConsoleTable.MostTechCenters).Select(name => $"'{Line(name)}'")) + (names.Count > ConsoleTable.MostTechCenters ? $" and {Number(names.Count - ConsoleTable.MostTechCenters)} more" : "");
}
