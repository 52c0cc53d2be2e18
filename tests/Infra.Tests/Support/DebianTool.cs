using System.Collections.Concurrent;
using System.ComponentModel;
using Pipeline.TestSupport;

namespace Pipeline.Infra.Tests.Support;

/// <summary>
/// A program of the machine, or else of one of Debian's packages, which is downloaded and unpacked into a folder that git ignores. Where neither is to be had, the tests that need it are skipped.
/// </summary>
/// <param name="Name">The program.</param>
/// <param name="Package">The package.</param>
/// <param name="Question">Arguments with which it ends well wherever it works.</param>
internal sealed record DebianTool(string Name, string Package, string Question)
{
    private static readonly ConcurrentDictionary<string, Lazy<Task<string?>>> Found = new(StringComparer.Ordinal);

    /// <summary>Runs it in a folder.</summary>
    public async Task<ToolProcess> RunAsync(string folder, params string[] arguments)
    {
        if (await Found.GetOrAdd(Name, _ => new Lazy<Task<string?>>(FindAsync)).Value is not string tool)
        {
            Assert.Inconclusive($"This test needs {Name}, and Debian's package {Package} cannot be downloaded here. Install it. The test is skipped.");
            return null;
        }

        return await ToolProcess.RunAsync(tool, arguments, folder);
    }

    private async Task<string?> FindAsync()
    {
        if (await TryAsync(Name, [Question], "."))
        {
            return Name;
        }

        string folder = Path.Combine(SharedFiles.RepositoryRoot, "tests", "Infra.Tests", "obj", Name);
        string unpacked = Path.Combine(folder, "usr", "bin", Name);
        if (!File.Exists(unpacked))
        {
            Directory.CreateDirectory(folder);
            if (!await TryAsync("apt-get", ["download", "--quiet", Package], folder))
            {
                return null;
            }

            foreach (string archive in Directory.EnumerateFiles(folder, $"{Package}_*.deb"))
            {
                await TryAsync("dpkg-deb", ["--extract", archive, folder], folder);
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
