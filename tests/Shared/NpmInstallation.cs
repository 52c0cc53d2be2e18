using System.ComponentModel;
using System.Diagnostics;
using System.Security.Cryptography;

namespace Pipeline.TestSupport;

/// <summary>
/// Installs what a folder of the tests locks in its package-lock.json from npm, once for every lock file, into a folder that git ignores.
/// Where that cannot be, the tests that need it are inconclusive on a developer's machine and fail in a pipeline.
/// </summary>
internal static class NpmInstallation
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);

    // Azure Pipelines sets the second name, most others the first.
    private static readonly bool InPipeline = ((string[])["CI", "TF_BUILD"]).Any(name => string.Equals(Environment.GetEnvironmentVariable(name), "true", StringComparison.OrdinalIgnoreCase));

    /// <summary>The folder to start node in: it holds the packages, and copies of these scripts.</summary>
    /// <param name="source">The folder, seen from <c>tests</c>, with package.json, its lock file and the scripts.</param>
    /// <param name="scripts">The names of the scripts.</param>
    public static async Task<string> RequireAsync(string source, params string[] scripts)
    {
        source = Path.GetFullPath(Path.Combine(SharedFiles.RepositoryRoot, "tests", source));
        string version = Convert.ToHexStringLower(SHA256.HashData(await File.ReadAllBytesAsync(Path.Combine(source, "package-lock.json"))))[..12];
        string folder = Path.Combine(source, "obj", version);
        string done = Path.Combine(folder, "installed");
        Directory.CreateDirectory(folder);
        await using FileStream turn = await TakeTurnAsync(Path.Combine(source, "obj", ".lock"));
        if (!File.Exists(done))
        {
            Copy(source, folder, "package.json", "package-lock.json");
            await InstallAsync(folder);
            await File.WriteAllBytesAsync(done, []);
        }

        Copy(source, folder, scripts);
        return folder;
    }

    // The tests of several projects run at once, and each of them may be the first.
    private static async Task<FileStream> TakeTurnAsync(string path)
    {
        Stopwatch clock = Stopwatch.StartNew();
        while (true)
        {
            try
            {
                return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException) when (clock.Elapsed < Patience)
            {
                await Task.Delay(200);
            }
        }
    }

    private static async Task InstallAsync(string folder)
    {
        try
        {
            string npm = OperatingSystem.IsWindows() ? "npm.cmd" : "npm";
            ToolProcess run = await ToolProcess.RunAsync(npm, ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"], folder);
            if (run.ExitCode != 0)
            {
                End($"npm cannot install {Path.GetRelativePath(SharedFiles.RepositoryRoot, Path.Combine(folder, "..", ".."))} here. It says: {run.Errors.Trim()}");
            }
        }
        catch (Win32Exception)
        {
            End("This test needs Node.js with npm, which is not here. Install Node.js 20 or newer.");
        }
    }

    private static void End(string reason)
    {
        if (InPipeline)
        {
            Assert.Fail(reason);
        }

        Assert.Inconclusive($"{reason} The test is skipped.");
    }

    private static void Copy(string from, string to, params string[] files)
    {
        foreach (string file in files)
        {
            File.Copy(Path.Combine(from, file), Path.Combine(to, file), overwrite: true);
        }
    }
}
