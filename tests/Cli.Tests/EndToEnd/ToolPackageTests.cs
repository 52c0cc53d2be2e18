using System.Text.Json;
using Pipeline.TestSupport;

namespace Pipeline.Cli.Tests.EndToEnd;

/// <summary>The command line as a .NET tool: packed, installed from the packed file alone, and run.</summary>
[TestClass]
public sealed class ToolPackageTests
{
    [TestMethod]
    public async Task The_packed_tool_is_installed_and_finds_the_demos_problems()
    {
        using TempFolder folder = new();
        using PackedProject packed = await PackedProject.PackAsync("src/Cli");
        packed.Files.ShouldContain(name => name == "README.md");
        packed.Files.ShouldContain(name => name == "icon.png");
        packed.Files.ShouldContain(name => name == "LICENSE");
        packed.Files.ShouldContain(name => name == "tools/net10.0/any/NOTICE", "the licence of the table of vectors goes with it");
        packed.Metadata.Element("license")!.Value.ShouldBe("MIT");

        // No other source than the folder: what the tool needs is in it.
        string sources = folder.Write("nuget.config", $"<configuration><packageSources><clear /><add key=\"packed\" value=\"{packed.Folder}\" /></packageSources></configuration>");
        ToolProcess installed = await ToolProcess.RunAsync("dotnet", ["tool", "install", "Pipeline.Cli", "--tool-path", folder["tools"], "--configfile", sources], folder["."]);
        installed.ExitCode.ShouldBe(0, installed.Output + installed.Errors);

        ToolProcess version = await RunAsync(folder, "--version");
        version.ExitCode.ShouldBe(0, version.Errors);
        version.Output.Trim().ShouldStartWith(packed.Metadata.Element("version")!.Value);

        ToolProcess demo = await RunAsync(folder, "demo", "--incidents", "1000", "--data", folder["data"], "--report", folder["report.html"], "--json");
        demo.ExitCode.ShouldBe(0, demo.Errors);
        JsonDocument.Parse(demo.Output).RootElement.ValueKind.ShouldBe(JsonValueKind.Object);
        new FileInfo(folder["report.html"]).Length.ShouldBeGreaterThan(10_000);
        (await RunAsync(folder, "status", "--data", folder["data"])).Output.ShouldContain("Network");
    }

    private static Task<ToolProcess> RunAsync(TempFolder folder, params string[] arguments) =>
        ToolProcess.RunAsync(folder[OperatingSystem.IsWindows() ? "tools/pipeline.exe" : "tools/pipeline"], arguments, folder["."]);
}
