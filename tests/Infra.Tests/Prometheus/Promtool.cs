using System.ComponentModel;
using Pipeline.TestSupport;

namespace Pipeline.Infra.Tests.Prometheus;

/// <summary>
/// Prometheus' own checker: that of the machine, or the one of Debian's package prometheus, which is downloaded and unpacked into a folder that git ignores.
/// Where neither is to be had, the tests that need it are skipped.
/// </summary>
internal static class Promtool
{
    private const string Tool = "promtool";

    private static readonly string Folder = Path.Combine(SharedFiles.RepositoryRoot, "tests", "Infra.Tests", "obj", Tool);
    private static readonly Lazy<Task<string?>> Found = new(FindAsync);

    /// <summary>Runs it in infra/prometheus.</summary>
    public static async Task<ToolProcess> RunAsync(params string[] arguments)
    {
        if (await Found.Value is not string tool)
        {
            Assert.Inconclusive("This test needs promtool, and Debian's package prometheus cannot be downloaded here. Install prometheus. The test is skipped.");
            return null;
        }

        return await ToolProcess.RunAsync(tool, arguments, Path.Combine(SharedFiles.RepositoryRoot, "infra", "prometheus"));
    }

    private static async Task<string?> FindAsync()
    {
        if (await TryAsync(Tool, ["--version"], "."))
        {
            return Tool;
        }

        string unpacked = Path.Combine(Folder, "usr", "bin", Tool);
        if (!File.Exists(unpacked))
        {
            Directory.CreateDirectory(Folder);
            if (!await TryAsync("apt-get", ["download", "--quiet", "prometheus"], Folder))
            {
                return null;
            }

            foreach (string package in Directory.EnumerateFiles(Folder, "prometheus_*.deb"))
            {
                await TryAsync("dpkg-deb", ["--extract", package, Folder], Folder);
            }
        }

        return File.Exists(unpacked) ? unpacked : null;
    }

    private static async Task<bool> TryAsync(string program, string[] arguments, string folder)
    {
        try
        {
            return (await ToolProcess.RunAsync(program, arguments, folder)).ExitCode == 0;
        }
        catch (Win32Exception)
        {
            return false;
        }
    }
}
