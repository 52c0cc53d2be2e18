namespace Pipeline.TestSupport;

/// <summary>Finds the folder <c>shared</c> beside the repository, which holds real input and reference outputs.</summary>
internal static class SharedFiles
{
    /// <summary>The path of a file or folder below <c>shared</c>; ends the test as inconclusive where it is missing.</summary>
    public static string Require(string relativePath)
    {
        string path = Path.Combine(RepositoryRoot, "..", "shared", relativePath);
        if (!Path.Exists(path))
        {
            Assert.Inconclusive($"'../shared/{relativePath}' is not beside the repository: this test needs it and is skipped.");
        }

        return Path.GetFullPath(path);
    }

    /// <summary>The repository's root: the folder that holds Pipeline.sln.</summary>
    public static string RepositoryRoot { get; } = FindRoot();

    private static string FindRoot()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Pipeline.sln")))
            {
                return folder.FullName;
            }
        }

        throw new InvalidOperationException("Pipeline.sln was not found above the test's folder.");
    }
}
