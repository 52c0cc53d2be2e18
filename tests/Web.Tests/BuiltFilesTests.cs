using Pipeline.TestSupport;

namespace Pipeline.Web.Tests;

/// <summary>The committed files of the desk are what its sources make.</summary>
[TestClass]
public sealed class BuiltFilesTests
{
    [TestMethod]
    public async Task The_files_that_are_committed_are_those_that_the_sources_build()
    {
        string folder = await DeskSources.InstallAsync();
        string npm = OperatingSystem.IsWindows() ? "npm.cmd" : "npm";

        ToolProcess build = await ToolProcess.RunAsync(npm, ["run", "build"], folder);

        build.ExitCode.ShouldBe(0, build.Output + build.Errors);
        string committed = Path.Combine(DeskSources.Folder, "dist"), built = Path.Combine(folder, "dist");
        string[] names = [.. Directory.EnumerateFiles(built).Select(file => Path.GetFileName(file)).Order(StringComparer.Ordinal)];
        Directory.EnumerateFiles(committed).Select(file => Path.GetFileName(file)).Order(StringComparer.Ordinal).ShouldBe(names);
        foreach (string name in names)
        {
            Text(Path.Combine(committed, name)).ShouldBe(Text(Path.Combine(built, name)), $"src/Web/dist/{name} is not what src/Web builds: run 'npm ci' and 'npm run build' there, and commit what changes.");
        }
    }

    [TestMethod]
    public void The_files_of_the_desk_are_small() =>
        Directory.EnumerateFiles(Path.Combine(DeskSources.Folder, "dist")).Sum(file => new FileInfo(file).Length).ShouldBeLessThan(300_000);

    private static string Text(string path) => File.ReadAllText(path).ReplaceLineEndings("\n");
}
