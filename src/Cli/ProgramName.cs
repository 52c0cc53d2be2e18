using System.CommandLine;
using System.CommandLine.Help;

namespace Pipeline.Cli;

/// <summary>What the user types to start this program.</summary>
internal static class ProgramName
{
    /// <summary>The name of the .NET tool.</summary>
    public const string Tool = "pipeline";

    private const string Assembly = "Pipeline.Cli";

    /// <summary>The start as this process had it.</summary>
    public static string Current { get; } = Of(Environment.ProcessPath, AppContext.BaseDirectory, Environment.CurrentDirectory);

    /// <summary>
    /// <c>pipeline</c> for the tool; <c>dotnet run --project src/Cli --</c> for a build in its own project, since <c>dotnet run</c> starts that build; otherwise the program or the
    /// assembly that was started.
    /// </summary>
    /// <param name="process">The path of the process's program.</param>
    /// <param name="folder">The folder of the assembly.</param>
    /// <param name="current">The current folder, to which the project's path is relative.</param>
    public static string Of(string? process, string folder, string current)
    {
        string name = Path.GetFileName(process ?? Assembly);
        name = name.EndsWith(".exe", StringComparison.OrdinalIgnoreCase) ? name[..^4] : name;
        if (string.Equals(name, Tool, StringComparison.Ordinal))
        {
            return Tool;
        }

        // PROJECT/bin/Release/net10.0/
        string? project = Path.GetDirectoryName(Path.GetDirectoryName(Path.GetDirectoryName(Path.TrimEndingDirectorySeparator(folder))));
        bool isDotnet = string.Equals(name, "dotnet", StringComparison.Ordinal);
        if (!isDotnet && project is not null && File.Exists(Path.Combine(project, "Cli.csproj")))
        {
            return $"dotnet run -c Release --project {Path.GetRelativePath(current, project)} --";
        }

        return isDotnet ? $"dotnet {Assembly}.dll" : name;
    }

    /// <summary>Shows the help with this name in place of the assembly's.</summary>
    public static async Task<int> HelpAsync(ParseResult parsed, TextWriter output)
    {
        using StringWriter help = new();
        int code = await parsed.InvokeAsync(new InvocationConfiguration { Output = help });
        await output.WriteAsync(help.ToString().Replace($"  {RootCommand.ExecutableName} ", $"  {Current} ", StringComparison.Ordinal));
        return code;
    }

    /// <summary>Whether the command line asks for help.</summary>
    public static bool IsHelp(ParseResult parsed) => parsed.Action is HelpAction;
}
