using System.IO.Compression;
using System.Xml.Linq;

namespace Pipeline.TestSupport;

/// <summary>A project of this repository as <c>dotnet pack</c> makes a package of what was built for this test.</summary>
internal sealed class PackedProject : IDisposable
{
    private readonly TempFolder _folder = new();

    private PackedProject()
    {
    }

    /// <summary>Where the package is.</summary>
    public string Folder => _folder["packed"];

    /// <summary>The names of the files in the package, without those that make it one.</summary>
    public string[] Files => [.. Names("*.nupkg").Where(name => !name.StartsWith("_rels/", StringComparison.Ordinal) && !name.StartsWith("package/", StringComparison.Ordinal) && !name.StartsWith('['))];

    /// <summary>The names of the files in the package of symbols.</summary>
    public string[] Symbols => Names("*.snupkg");

    /// <summary>What the package says of itself.</summary>
    public XElement Metadata
    {
        get
        {
            using MemoryStream text = new(Read(Files.Single(name => name.EndsWith(".nuspec", StringComparison.Ordinal))));
            XElement root = XDocument.Load(text).Root!;
            foreach (XElement element in root.DescendantsAndSelf())
            {
                element.Name = element.Name.LocalName;
            }

            return root.Element("metadata")!;
        }
    }

    /// <summary>Packs a project that this test's build has built. Fails on a warning, too.</summary>
    /// <param name="project">Its folder, from the repository's root.</param>
    /// <param name="properties">Properties of the build.</param>
    public static async Task<PackedProject> PackAsync(string project, params string[] properties)
    {
        PackedProject packed = new();
        string configuration = new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name;
        ToolProcess pack = await ToolProcess.RunAsync(
            "dotnet",
            ["pack", Path.Combine(SharedFiles.RepositoryRoot, project), "--no-build", "-c", configuration, "-o", packed.Folder, "--nologo", .. properties.Select(property => $"-p:{property}")],
            SharedFiles.RepositoryRoot);
        (pack.ExitCode, pack.Output.Contains("warning", StringComparison.OrdinalIgnoreCase)).ShouldBe((0, false), pack.Output + pack.Errors);
        return packed;
    }

    /// <summary>The bytes of a file in the package.</summary>
    public byte[] Read(string name)
    {
        using ZipArchive zip = Open("*.nupkg");
        using Stream file = zip.GetEntry(name)!.Open();
        using MemoryStream bytes = new();
        file.CopyTo(bytes);
        return bytes.ToArray();
    }

    public void Dispose() => _folder.Dispose();

    private string[] Names(string pattern)
    {
        using ZipArchive zip = Open(pattern);
        return [.. zip.Entries.Select(entry => entry.FullName)];
    }

    private ZipArchive Open(string pattern) => ZipFile.OpenRead(Directory.GetFiles(Folder, pattern).Single());
}
