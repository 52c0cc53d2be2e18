using Pipeline.Cli.Tests.Support;
using Pipeline.TestSupport;

namespace Pipeline.Cli.Tests.Output;

[TestClass]
public sealed class ProgramNameTests
{
    [TestMethod]
    [DataRow("tools/pipeline", "pipeline")]
    [DataRow("tools/Pipeline.Cli", "Pipeline.Cli")]
    [DataRow("dotnet/dotnet", "dotnet Pipeline.Cli.dll")]
    [DataRow("repository/src/Cli/bin/Release/net10.0/Pipeline.Cli", "dotnet run -c Release --project src/Cli --")]
    public void The_program_is_called_as_the_user_started_it(string process, string expected)
    {
        using TempFolder folder = new();
        string path = folder[process];
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        Directory.CreateDirectory(folder["repository/src/Cli"]);
        folder.Write("repository/src/Cli/Cli.csproj", "<Project />");

        ProgramName.Of(path, Path.GetDirectoryName(path) + Path.DirectorySeparatorChar, folder["repository"]).ShouldBe(expected);
    }

    [TestMethod]
    [DataRow("--help")]
    [DataRow("train --help")]
    public async Task The_help_shows_how_to_start_the_program(string command)
    {
        CommandResult help = await CommandLine.RunAsync(command.Split(' '));

        help.ExitCode.ShouldBe(0, help.ToString());
        help.Output.ShouldContain($"Usage:\n  dotnet Pipeline.Cli.dll {(command[0] == '-' ? "[command]" : "train")} [options]");
    }
}
