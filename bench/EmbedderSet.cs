using System.Globalization;
using CsvHelper;
using Pipeline.Cli.Demo;
using Pipeline.Preprocessing;

namespace Pipeline.Bench;

/// <summary>Labelled texts, masked and summarised as the pipeline does, in one part for each tech center.</summary>
/// <param name="Name">The set's name.</param>
/// <param name="Parts">The texts of each tech center with their true group; null for one that belongs to none.</param>
internal sealed record EmbedderSet(string Name, IReadOnlyList<IReadOnlyList<(string Text, string? Truth)>> Parts)
{
    private const string Templates = "EmbedderSets";

    private static readonly SummaryBuilder Summaries = new(new Masker(MaskingRules.Default));

    /// <summary>The names of the sets that need no file beside the bench.</summary>
    public static IReadOnlyList<string> Own { get; } = ["german", "spanish", "japanese", "codes", "demo"];

    /// <summary>The sets of a folder with labelled CSV files, those that are there.</summary>
    public static IReadOnlyList<string> Files { get; } = ["banking77_train", "corefx_issues", "support_tickets"];

    /// <summary>Reads or makes a set.</summary>
    /// <param name="name">One of <see cref="Own"/> or <see cref="Files"/>.</param>
    /// <param name="folder">The folder of the files.</param>
    public static EmbedderSet Read(string name, string folder) => name switch
    {
        "demo" => new EmbedderSet(name, [.. DemoIncidents.GenerateWithProblems()
            .GroupBy(row => row.Incident.TechCenter, row => (Summaries.Build(row.Incident.Texts), row.Problem?.Name), StringComparer.Ordinal).Select(center => center.ToArray())]),
        "banking77_train" => new EmbedderSet(name, [Column(folder, name, "category", "text")]),
        "corefx_issues" => new EmbedderSet(name, [Column(folder, name, "area", "title")]),
        "support_tickets" => new EmbedderSet(name, [Column(folder, name, "assignment_group", "short_description", "description")]),
        _ => new EmbedderSet(name, [Wordings(File.ReadAllLines(Path.Combine(AppContext.BaseDirectory, Templates, name + ".txt")))]),
    };

    private static List<(string Text, string? Truth)> Column(string folder, string name, string label, params string[] texts)
    {
        using StreamReader file = new(Path.Combine(folder, name + ".csv"));
        using CsvReader csv = new(file, CultureInfo.InvariantCulture);
        csv.Read();
        csv.ReadHeader();
        List<(string, string?)> rows = [];
        while (csv.Read())
        {
            string summary = Summaries.Build([.. texts.Select(column => csv.GetField(column))]);
            if (summary.Length > 0)
            {
                rows.Add((summary, csv.GetField(label)));
            }
        }

        return rows;
    }

    /// <summary>Every wording of every template; those after a line of dashes are shared by all groups, with the group's name in the place of <c>{code}</c>.</summary>
    private static List<(string Text, string? Truth)> Wordings(string[] lines)
    {
        List<(string, string?)> texts = [];
        List<string> groups = [];
        bool shared = false;
        foreach (string line in lines.Where(line => line.Length > 0 && line[0] != '#'))
        {
            if (line.StartsWith("* ", StringComparison.Ordinal))
            {
                groups.Add(line[2..]);
            }
            else if (line.StartsWith("--", StringComparison.Ordinal))
            {
                shared = true;
            }
            else
            {
                texts.AddRange(from wording in Expand(line) from @group in shared ? groups : groups.TakeLast(1) select (Summaries.Build([wording.Replace("{code}", @group, StringComparison.Ordinal)]), (string?)@group));
            }
        }

        return texts;
    }

    private static IEnumerable<string> Expand(string template)
    {
        int start = template.IndexOf('[', StringComparison.Ordinal);
        int end = template.IndexOf(']', StringComparison.Ordinal);
        return start < 0
            ? [template.Trim()]
            : template[(start + 1)..end].Split('|').SelectMany(wording => Expand(string.Concat(template.AsSpan(0, start), wording, template.AsSpan(end + 1))));
    }
}
