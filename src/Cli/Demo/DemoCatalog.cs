using System.Globalization;
using System.Reflection;

namespace Pipeline.Cli.Demo;

/// <summary>What can go wrong in the demo company: read once from the text files beside this one, which explain their own format.</summary>
internal sealed class DemoCatalog
{
    private static readonly Lazy<DemoCatalog> Shared = new(() => new DemoCatalog());

    private DemoCatalog()
    {
        TechCenters = ReadProblems();
        Dictionary<string, IReadOnlyList<string>> noise = ReadSections();
        NoiseSubjects = noise["subjects"];
        NoiseHappenings = noise["happenings"];
        NoiseRemarks = noise["remarks"];
    }

    /// <summary>The catalog; it never changes.</summary>
    public static DemoCatalog Instance => Shared.Value;

    /// <summary>The tech centers with their recurring problems.</summary>
    public IReadOnlyList<DemoTechCenter> TechCenters { get; }

    /// <summary>Things that one-off incidents are about.</summary>
    public IReadOnlyList<string> NoiseSubjects { get; }

    /// <summary>What one-off incidents say of their subject.</summary>
    public IReadOnlyList<string> NoiseHappenings { get; }

    /// <summary>What one-off incidents add.</summary>
    public IReadOnlyList<string> NoiseRemarks { get; }

    private static List<DemoTechCenter> ReadProblems()
    {
        var centers = new List<DemoTechCenter>();
        List<DemoProblem> problems = [];
        List<string> titles = [];
        List<string> details = [];
        foreach (string line in Lines("demo-problems.txt"))
        {
            string rest = line[1..].TrimStart('=', ' ');
            switch (line[0])
            {
                case '=':
                    int space = rest.LastIndexOf(' ');
                    problems = [];
                    centers.Add(new DemoTechCenter(rest[..space], int.Parse(rest.AsSpan(space), CultureInfo.InvariantCulture), problems));
                    break;
                case '*':
                    (titles, details) = ([], []);
                    problems.Add(Problem(rest, titles, details));
                    break;
                case '>':
                    titles.Add(rest);
                    break;
                default:
                    details.Add(rest);
                    break;
            }
        }

        return centers;
    }

    private static DemoProblem Problem(string head, List<string> titles, List<string> details)
    {
        string[] parts = head.Split('|', StringSplitOptions.TrimEntries);
        string[] words = parts[1].Split(' ');
        return new DemoProblem { Name = parts[0], Weight = int.Parse(words[0], CultureInfo.InvariantCulture), Tags = words[1..], Titles = titles, Details = details };
    }

    private static Dictionary<string, IReadOnlyList<string>> ReadSections()
    {
        var sections = new Dictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal);
        List<string> current = [];
        foreach (string line in Lines("demo-noise.txt"))
        {
            if (line.StartsWith("== ", StringComparison.Ordinal))
            {
                current = [];
                sections.Add(line[3..], current);
            }
            else
            {
                current.Add(line);
            }
        }

        return sections;
    }

    private static IEnumerable<string> Lines(string resource)
    {
        using Stream stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(typeof(DemoCatalog), resource)!;
        using var reader = new StreamReader(stream);
        while (reader.ReadLine() is { } line)
        {
            if (line.Length > 0 && line[0] != '#')
            {
                yield return line;
            }
        }
    }
}

/// <summary>One tech center of the demo company.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Size">Its incidents, relative to the other centers. Positive.</param>
/// <param name="Problems">Its recurring problems.</param>
internal sealed record DemoTechCenter(string Name, int Size, IReadOnlyList<DemoProblem> Problems);

/// <summary>One recurring problem of the demo company: what it looks like and when it comes up.</summary>
internal sealed record DemoProblem
{
    /// <summary>The problem's name, unique in its tech center; it never appears in an incident.</summary>
    public required string Name { get; init; }

    /// <summary>The problem's share of its tech center's incidents, relative to the other problems there. Positive.</summary>
    public required int Weight { get; init; }

    /// <summary>When it comes up: the tags explained at the top of demo-problems.txt.</summary>
    public required IReadOnlyList<string> Tags { get; init; }

    /// <summary>The first month in which it occurs, 0 to 24 from the window's start.</summary>
    public double FromMonth => Argument("from") ?? ((Argument("burst") - 0.25) ?? 0);

    /// <summary>The month before which it is gone, 0 to 24 from the window's start.</summary>
    public double ToMonth => Argument("to") ?? ((Argument("burst") + 0.25) ?? 24);

    /// <summary>Short descriptions, as <see cref="DemoTemplate"/> writes them.</summary>
    public required IReadOnlyList<string> Titles { get; init; }

    /// <summary>Descriptions, as <see cref="DemoTemplate"/> writes them.</summary>
    public required IReadOnlyList<string> Details { get; init; }

    /// <summary>Whether the problem carries the tag.</summary>
    public bool Has(string tag) => Tags.Contains(tag, StringComparer.Ordinal);

    private double? Argument(string tag)
    {
        string? found = Tags.FirstOrDefault(t => t.StartsWith(tag + ":", StringComparison.Ordinal));
        return found is null ? null : double.Parse(found.AsSpan(tag.Length + 1), System.Globalization.CultureInfo.InvariantCulture);
    }
}
