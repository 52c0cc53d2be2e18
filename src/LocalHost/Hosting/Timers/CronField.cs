using System.Globalization;

namespace Pipeline.LocalHost.Hosting.Timers;

/// <summary>One field of an NCRONTAB expression: the values it allows, one bit each.</summary>
internal sealed record CronField(string Name, int First, int Last, params string[] Names)
{
    public static readonly CronField Second = new("second", 0, 59);
    public static readonly CronField Minute = new("minute", 0, 59);
    public static readonly CronField Hour = new("hour", 0, 23);
    public static readonly CronField Day = new("day", 1, 31);
    public static readonly CronField Month = new("month", 1, 12, "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december");
    public static readonly CronField DayOfWeek = new("day of week", 0, 7, "sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday");

    /// <summary>Reads a field: <c>*</c>, a value, a range, a step over either, or a list of these.</summary>
    /// <returns>Bit <c>v</c> is set where the value <c>v</c> is allowed.</returns>
    /// <exception cref="FormatException">The text is not a field; the message says why.</exception>
    public ulong Parse(string text)
    {
        ulong bits = 0;
        foreach (string part in text.Split(','))
        {
            bits |= Part(part, text);
        }

        return bits;
    }

    private ulong Part(string part, string text)
    {
        string[] stepped = part.Split('/');
        if (stepped.Length > 2 || part.Length == 0)
        {
            throw Refuse(text, part.Length == 0 ? "a part of the list is empty" : "a part has more than one step");
        }

        int step = stepped.Length == 1 ? 1 : Number(stepped[1], text, "step");
        if (step < 1)
        {
            throw Refuse(text, "a step must be at least 1");
        }

        (int from, int to) = Range(stepped[0], stepped.Length == 2, text);
        ulong bits = 0;
        for (int value = from; value <= to; value += step)
        {
            bits |= 1UL << value;
        }

        return bits;
    }

    private (int From, int To) Range(string range, bool stepped, string text)
    {
        // Seven is another word for Sunday, so it is not a day of its own in '*' and '5/2'.
        int end = this == DayOfWeek ? 6 : Last;
        if (range is "*")
        {
            return (First, end);
        }

        int dash = range.IndexOf('-', StringComparison.Ordinal);
        if (dash < 0)
        {
            int value = Value(range, text);
            return (value, stepped ? Math.Max(value, end) : value);
        }

        (int from, int to) = (Value(range[..dash], text), Value(range[(dash + 1)..], text));
        return from <= to ? (from, to) : throw Refuse(text, $"the range '{range}' runs backwards");
    }

    private int Value(string word, string text)
    {
        int named = word.Length < 3 ? -1 : Array.FindIndex(Names, n => n.StartsWith(word, StringComparison.OrdinalIgnoreCase));
        int value = named >= 0 ? named + First : Number(word, text, "value");
        return value >= First && value <= Last ? value : throw Refuse(text, $"{value} is not from {First} to {Last}");
    }

    private int Number(string word, string text, string what) =>
        int.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out int number)
            ? number
            : throw Refuse(text, $"'{word}' is not a {what}{(Names.Length > 0 ? " or a name" : "")}");

    private FormatException Refuse(string text, string why) => new($"the field '{text}' for the {Name} is wrong: {why}");
}
