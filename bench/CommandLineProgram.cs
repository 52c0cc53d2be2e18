using Pipeline.Cli;

namespace Pipeline.Bench;

/// <summary>The command line as its users run it. In its own output folder a Release build is compiled ahead; the copy that lies beside this program is not.</summary>
internal static class CommandLineProgram
{
    /// <summary>The assembly: that of the command line's own folder, or the copy where that was not built.</summary>
    public static string Path { get; } = Find();

    private static string Find()
    {
        string copy = typeof(PipelineRun).Assembly.Location;
        DirectoryInfo framework = Directory.GetParent(copy)!;
        DirectoryInfo? configuration = framework.Parent;
        string own = System.IO.Path.Combine(configuration?.Parent?.Parent?.Parent?.FullName ?? "", "src", "Cli", "bin", configuration?.Name ?? "", framework.Name, System.IO.Path.GetFileName(copy));
        return File.Exists(own) ? own : copy;
    }
}
