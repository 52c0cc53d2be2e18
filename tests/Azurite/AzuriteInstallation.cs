using System.ComponentModel;
using System.Diagnostics;
using System.Security.Cryptography;

namespace Pipeline.TestSupport;

/// <summary>Installs the locked version of Azurite from npm, once for every lock file, into a folder that git ignores.</summary>
internal static class AzuriteInstallation
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);

    /// <summary>The folder to start it in.</summary>
    /// <exception cref="AzuriteMissingException">There is no Node.js, or npm cannot install it.</exception>
    public static async Task<string> RequireAsync()
    {
        string source = Path.Combine(SharedFiles.RepositoryRoot, "tests", "Azurite");
        string version = Convert.ToHexStringLower(SHA256.HashData(await File.ReadAllBytesAsync(Path.Combine(source, "package-lock.json"))))[..12];
        string folder = Path.Combine(source, "obj", version);
        string done = Path.Combine(folder, "installed");
        Directory.CreateDirectory(folder);
        await using FileStream turn = await TakeTurnAsync(Path.Combine(source, "obj", ".lock"));
        if (!File.Exists(done))
        {
            foreach (string file in (string[])["package.json", "package-lock.json"])
            {
                File.Copy(Path.Combine(source, file), Path.Combine(folder, file), overwrite: true);
            }

            await InstallAsync(folder);
            await File.WriteAllBytesAsync(done, []);
        }

        File.Copy(Path.Combine(source, "azurite.cjs"), Path.Combine(folder, "azurite.cjs"), overwrite: true);
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
        ProcessStartInfo start = new(OperatingSystem.IsWindows() ? "npm.cmd" : "npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"])
        {
            WorkingDirectory = folder,
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        try
        {
            using Process npm = Process.Start(start)!;
            Task<string> errors = npm.StandardError.ReadToEndAsync();
            await npm.StandardOutput.ReadToEndAsync().WaitAsync(Patience);
            await npm.WaitForExitAsync();
            if (npm.ExitCode != 0)
            {
                throw new AzuriteMissingException($"npm cannot install Azurite here. It says: {(await errors).Trim()}");
            }
        }
        catch (Win32Exception e)
        {
            throw new AzuriteMissingException("Azurite needs Node.js with npm, which is not here. Install Node.js 20 or newer.", e);
        }
    }
}
