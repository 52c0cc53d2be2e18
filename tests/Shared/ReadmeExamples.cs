namespace Pipeline.TestSupport;

/// <summary>The C# in a README, and whether it is that of programs which are compiled.</summary>
internal static class ReadmeExamples
{
    private const string Fence = "```";

    /// <summary>The first lines of the examples that are in none of the programs, line by line and but for what they are indented by.</summary>
    /// <param name="readme">The README, from the repository's root.</param>
    /// <param name="programs">The folders of the programs, from there.</param>
    public static IReadOnlyList<string> NotIn(string readme, params string[] programs)
    {
        string[] sources = [.. programs.SelectMany(folder => Directory.GetFiles(Path.Combine(SharedFiles.RepositoryRoot, folder), "*.cs")).Select(path => Lines(File.ReadAllLines(path)))];
        string[][] examples = [.. Examples(File.ReadAllLines(Path.Combine(SharedFiles.RepositoryRoot, readme)))];
        examples.ShouldNotBeEmpty();
        return [.. examples.Where(example => !Array.Exists(sources, source => source.Contains(Lines(example), StringComparison.Ordinal))).Select(example => example[0])];
    }

    // Usings stand at the top of a program, and an example may be in the middle of one.
    private static string Lines(IEnumerable<string> lines) =>
        "\n" + string.Concat(lines.Select(line => line.Trim()).Where(line => line.Length > 0 && !line.StartsWith("using ", StringComparison.Ordinal)).Select(line => line + "\n"));

    private static IEnumerable<string[]> Examples(string[] lines)
    {
        for (int first = Array.IndexOf(lines, Fence + "csharp"); first >= 0; first = Array.IndexOf(lines, Fence + "csharp", first + 1))
        {
            yield return lines[(first + 1)..Array.IndexOf(lines, Fence, first)];
        }
    }
}
