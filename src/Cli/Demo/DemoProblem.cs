namespace Pipeline.Cli.Demo;

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
