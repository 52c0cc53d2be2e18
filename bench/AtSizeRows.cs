using System.Globalization;
using System.Text;
using Pipeline.Cli.Demo;
using Pipeline.Incidents;
using Pipeline.Intake;

namespace Pipeline.Bench;

/// <summary>
/// Many incidents of fewer different texts, as an export of ServiceNow: the demo company's texts, some of them reported again and again. The same numbers give the same file.
/// </summary>
/// <param name="Incidents">Rows, 1 to 9,999,999.</param>
/// <param name="Texts">Different texts, 1 to <paramref name="Incidents"/>, before masking.</param>
/// <param name="Centers">Tech centers.</param>
internal sealed record AtSizeRows(int Incidents, int Texts, int Centers)
{
    private const int Seed = 42;

    private static readonly DateTimeOffset Until = new(2026, 7, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>A name that tells the numbers.</summary>
    public string FileName => string.Create(CultureInfo.InvariantCulture, $"at-size-{Incidents}-{Texts}-{Centers}.csv");

    /// <summary>Writes the file. Memory: the texts.</summary>
    public async Task WriteAsync(Stream target)
    {
        Incident[] texts = [.. DemoIncidents.Generate(Texts, Seed, Until)];
        Dictionary<string, int> demoCenters = texts.Select(t => t.TechCenter).Distinct(StringComparer.Ordinal).Index().ToDictionary(c => c.Item, c => c.Index, StringComparer.Ordinal);
        new Random(Seed).Shuffle(texts);
        await using StreamWriter text = new(target, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), leaveOpen: true);
        CsvWriter csv = new(text, raw: true);
        csv.Write("number", "opened_at", "sys_updated_on", "short_description", "description", "assignment_group");
        Random random = new(Seed);
        double step = (Until - Until.AddMonths(-24)).TotalSeconds / Incidents;
        for (int row = 0; row < Incidents; row++)
        {
            // Each text once, and then few of them often: the density falls with the square root of the place.
            int drawn = row < Texts ? row : (int)(Texts * Math.Pow(random.NextDouble(), 2));
            string opened = Until.AddMonths(-24).AddSeconds((long)(row * step)).UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);
            csv.Write(string.Create(CultureInfo.InvariantCulture, $"INC{row + 1:00000000}"), opened, opened, texts[drawn].Texts[0], texts[drawn].Texts[1], CenterOf(texts[drawn].TechCenter, drawn));
        }

        // With other numbers of tech centers than the demo has, its own are split or share one.
        string CenterOf(string center, int drawn)
        {
            int parts = (Centers + demoCenters.Count - 1) / demoCenters.Count;
            return Centers == demoCenters.Count ? center : string.Create(CultureInfo.InvariantCulture, $"Center {(demoCenters[center] + (demoCenters.Count * (drawn % parts))) % Centers:00}");
        }
    }
}
