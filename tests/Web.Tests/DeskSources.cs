using Pipeline.TestSupport;

namespace Pipeline.Web.Tests;

/// <summary>The sources of the desk, and what they are built with.</summary>
internal static class DeskSources
{
    private static readonly string[] Folders = ["src", "public"];

    /// <summary>Where they are.</summary>
    public static string Folder { get; } = Path.Combine(SharedFiles.RepositoryRoot, "src", "Web");

    /// <summary>Installs what package-lock.json locks, and lays the sources beside it; gives the folder.</summary>
    public static async Task<string> InstallAsync()
    {
        string folder = await NpmInstallation.RequireAsync("../src/Web", "index.html", "tsconfig.json", "vite.config.ts", "package.json");
        foreach (string sources in Folders.Select(name => Path.Combine(Folder, name)))
        {
            string target = Path.Combine(folder, Path.GetRelativePath(Folder, sources));
            if (Directory.Exists(target))
            {
                Directory.Delete(target, recursive: true);
            }

            foreach (string file in Directory.EnumerateFiles(sources, "*", SearchOption.AllDirectories))
            {
                string copy = Path.Combine(target, Path.GetRelativePath(sources, file));
                Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
                File.Copy(file, copy);
            }
        }

        return folder;
    }
}
