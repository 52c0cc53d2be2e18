using System.Globalization;

namespace Pipeline.LocalHost.Hosting.Timers;

/// <summary>
/// Finds in the fields of an NCRONTAB expression what its parser would take for something else (it turns a backward range round) or refuse without a word that helps.
/// </summary>
internal static class CronCheck
{
    private static readonly string[] Months = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
    private static readonly string[] DaysOfWeek = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

    private static readonly Field[] Fields =
    [
        new("second", 0, 59, []),
        new("minute", 0, 59, []),
        new("hour", 0, 23, []),
        new("day", 1, 31, []),
        new("month", 1, 12, Months),
        new("day of week", 0, 6, DaysOfWeek),
    ];

    /// <summary>What is wrong with the fields, five or six; null where the parser may read them.</summary>
    public static string? Problem(IReadOnlyList<string> fields)
    {
        foreach ((Field field, string text) in Fields.Skip(Fields.Length - fields.Count).Zip(fields))
        {
            if (text.Split(',').Select(part => OfPart(field, part)).FirstOrDefault(why => why is not null) is string why)
            {
                return $"the field '{text}' for the {field.Name} is wrong: {why}";
            }
        }

        return null;
    }

    private static string? OfPart(Field field, string part)
    {
        string[] stepped = part.Split('/');
        if (part.Length == 0)
        {
            return "a part of the list is empty";
        }

        if (stepped.Length > 2)
        {
            return "a part has more than one step";
        }

        if (stepped.Length == 2 && (!int.TryParse(stepped[1], NumberStyles.None, CultureInfo.InvariantCulture, out int step) || step < 1))
        {
            return $"'{stepped[1]}' is not a step; a step must be at least 1";
        }

        return stepped[0] is "*" ? null : OfRange(field, stepped[0]);
    }

    private static string? OfRange(Field field, string range)
    {
        string[] ends = range.Split('-', 2);
        if (ends.Select(end => OfValue(field, end)).FirstOrDefault(why => why is not null) is string why)
        {
            return why;
        }

        return Value(field, ends[0]) > Value(field, ends[^1]) ? $"the range '{range}' runs backwards" : null;
    }

    private static string? OfValue(Field field, string word) => Value(field, word) switch
    {
        null => $"'{word}' is not a value{(field.Names.Length > 0 ? " or a name" : "")}",
        int value when value < field.First || value > field.Last => string.Create(
            CultureInfo.InvariantCulture,
            $"{value} is not from {field.First} to {field.Last}{(field.Names == DaysOfWeek && value == 7 ? ", and Sunday is 0 or SUN" : "")}"),
        _ => null,
    };

    private static int? Value(Field field, string word)
    {
        int named = word.Length < 3 ? -1 : Array.FindIndex(field.Names, name => word.StartsWith(name, StringComparison.OrdinalIgnoreCase));
        return named >= 0 ? named + field.First : int.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : null;
    }

    private sealed record Field(string Name, int First, int Last, string[] Names);
}
