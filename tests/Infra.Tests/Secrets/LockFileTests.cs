using System.Text.Json;
using System.Xml.Linq;
using Pipeline.TestSupport;

namespace Pipeline.Infra.Tests.Secrets;

/// <summary>The lock files are those of the projects as they are: a restore writes them, and who changes a package commits what it wrote.</summary>
[TestClass]
public sealed class LockFileTests
{
    private static readonly string Root = SharedFiles.RepositoryRoot;

    [TestMethod]
    public void Every_project_has_a_lock_file_with_the_hash_of_each_package_and_the_versions_that_are_asked_for()
    {
        Dictionary<string, string> versions = XDocument.Load(Path.Combine(Root, "Directory.Packages.props")).Descendants("PackageVersion")
            .ToDictionary(p => p.Attribute("Include")!.Value, p => p.Attribute("Version")!.Value, StringComparer.OrdinalIgnoreCase);
        string[] projects = [.. ((string[])["src", "tests", "bench", "tools", "samples"]).SelectMany(folder => Directory.EnumerateFiles(Path.Combine(Root, folder), "*.csproj", SearchOption.AllDirectories)).Where(IsSource)];
        projects.Length.ShouldBeGreaterThan(20);
        foreach (string project in projects)
        {
            string file = Path.Combine(Path.GetDirectoryName(project)!, "packages.lock.json");
            File.Exists(file).ShouldBeTrue($"'{file}' is missing: run 'dotnet restore' and commit it.");
            using JsonDocument locked = JsonDocument.Parse(File.ReadAllText(file));
            foreach (JsonProperty package in locked.RootElement.GetProperty("dependencies").EnumerateObject().SelectMany(framework => framework.Value.EnumerateObject()))
            {
                string type = package.Value.GetProperty("type").GetString()!;
                if (type is "Project")
                {
                    continue;
                }

                package.Value.GetProperty("contentHash").GetString()!.Length.ShouldBe(88, $"{package.Name} of {file}");
                if (type is "Direct" or "CentralTransitive" && versions.TryGetValue(package.Name, out string? version))
                {
                    package.Value.GetProperty("requested").GetString().ShouldBe($"[{version}, )", $"{package.Name} of '{file}': run 'dotnet restore' and commit what it changed.");
                }
            }
        }
    }

    [TestMethod]
    public void What_comes_from_npm_is_locked_with_a_hash_and_from_no_address_of_its_own()
    {
        string[] files = [.. ((string[])["src", "tests"]).SelectMany(folder => Directory.EnumerateFiles(Path.Combine(Root, folder), "package.json", SearchOption.AllDirectories)).Where(IsSource)];
        files.ShouldNotBeEmpty();
        foreach (string file in files)
        {
            string locked = Path.Combine(Path.GetDirectoryName(file)!, "package-lock.json");
            File.Exists(locked).ShouldBeTrue($"'{locked}' is missing: run 'npm install --package-lock-only'.");
            using JsonDocument document = JsonDocument.Parse(File.ReadAllText(locked));
            foreach (JsonProperty package in document.RootElement.GetProperty("packages").EnumerateObject().Where(package => package.Name.Length > 0 && !package.Value.TryGetProperty("link", out _)))
            {
                package.Value.TryGetProperty("integrity", out JsonElement hash).ShouldBeTrue($"{package.Name} of '{locked}' has no hash");
                hash.GetString()!.ShouldStartWith("sha512-");
            }
        }
    }

    private static bool IsSource(string file) => !file.Split(Path.DirectorySeparatorChar).Any(part => part is "obj" or "bin" or "node_modules" or "dist");
}
