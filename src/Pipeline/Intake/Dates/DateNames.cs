using System.Globalization;

namespace Pipeline.Intake;

/// <summary>The words of dates: months in the languages of the usual exports, zones whose offset is the same everywhere, and words that say nothing.</summary>
internal static class DateNames
{
    private static readonly Dictionary<string, int> Months = ReadMonths();

    private static readonly Dictionary<string, int> Zones = ReadZones(
        "z 0, utc 0, gmt 0, wet 0, west 1, cet 1, mez 1, cest 2, mesz 2, eet 2, eest 3, msk 3, est -5, edt -4, cdt -5, mst -7, mdt -6, pst -8, pdt -7, brt -3, jst 9, kst 9, hkt 8, sgt 8, aest 10, aedt 11");

    private static readonly HashSet<string> Fillers = new(StringComparer.OrdinalIgnoreCase)
    {
        "t", "de", "del", "of", "at", "um", "uhr", "den", "le", "à", "às", "as", "a", "las", "kl", "klo", "om", "alle", "ore", "ora", "st", "nd", "rd", "th", "er", "º", "ª", "o", "г", "года", "в", "r", "roku", "и",
    };

    /// <summary>The month that a word names, 1 to 12; null where it names none.</summary>
    public static int? Month(string word) => Months.TryGetValue(word, out int month) ? month : null;

    /// <summary>The offset of the zone that a word names. CST and IST mean different things in different countries, and are not among them.</summary>
    public static TimeSpan? Zone(string word) => Zones.TryGetValue(word, out int hours) ? TimeSpan.FromHours(hours) : null;

    /// <summary>Whether a word stands in dates without saying anything, such as the Spanish "de".</summary>
    public static bool IsFiller(string word) => Fillers.Contains(word);

    private static Dictionary<string, int> ReadZones(string zones) => zones.Split(", ").Select(zone => zone.Split(' '))
        .ToDictionary(zone => zone[0], zone => int.Parse(zone[1], CultureInfo.InvariantCulture), StringComparer.OrdinalIgnoreCase);

    private static Dictionary<string, int> ReadMonths()
    {
        using var reader = new StreamReader(typeof(DateNames).Assembly.GetManifestResourceStream("Pipeline.Intake.months.txt")!);
        Dictionary<string, int> months = new(StringComparer.OrdinalIgnoreCase);
        while (reader.ReadLine() is { } line)
        {
            string[] words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            foreach (string word in words.Skip(1))
            {
                months.Add(word, int.Parse(words[0], CultureInfo.InvariantCulture));
            }
        }

        return months;
    }
}
