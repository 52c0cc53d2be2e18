using Pipeline.TestSupport;

namespace Pipeline.Infra.Tests.Support;

/// <summary>The command line, as the files that start it name its verbs.</summary>
internal static class Verbs
{
    /// <summary>The program as the tests' build has made it.</summary>
    public static string Program => typeof(Cli.Demo.DemoIncidents).Assembly.Location;

    /// <summary>Fails where the program does not have the verb with these options: it answers how they are used, and does nothing.</summary>
    public static async Task RequireAsync(IEnumerable<string> arguments)
    {
        string[] words = [.. arguments];
        ToolProcess help = await ToolProcess.RunAsync("dotnet", ["exec", Program, .. words, "--help"], Path.GetTempPath());
        help.ExitCode.ShouldBe(0, $"{string.Join(' ', words)}\n{help.Errors}");
        help.Output.ShouldContain("Usage:");
    }
}
