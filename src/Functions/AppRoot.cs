namespace Pipeline.Functions;

/// <summary>Where the app lives: what a relative <c>DataFolder</c> is relative to.</summary>
internal static class AppRoot
{
    /// <summary>
    /// The root of the repository that the app was built in, so that the data outlives the output folder and is where the command line looks for it;
    /// for a deployed app, its own folder.
    /// </summary>
    /// <param name="appFolder">The folder with the app's assemblies.</param>
    public static string Of(string appFolder)
    {
        string app = Path.TrimEndingDirectorySeparator(Path.GetFullPath(appFolder));
        for (DirectoryInfo? folder = new(app); folder is not null; folder = folder.Parent)
        {
            if (folder.Exists && folder.EnumerateFiles("*.sln").Any())
            {
                return folder.FullName;
            }
        }

        return app;
    }
}
