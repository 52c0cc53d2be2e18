using System.Diagnostics;
using System.Text.RegularExpressions;
using Pipeline.TestSupport;

namespace Pipeline.Infra.Tests.Containers;

/// <summary>
/// What the image holds, in an empty folder: the published program in /app, the runtime in /usr/share/dotnet, and of the system the loader and the libraries that these ask for.
/// It is started as a container starts it: below a root of its own that can only be read, as user 1000 without any right, with a folder for data and one for temporary files.
/// </summary>
internal sealed partial class ImageLayout : IDisposable
{
    private const string Dotnet = "usr/share/dotnet";
    private const string Program = "app/Pipeline.Cli.dll";

    // Mounts as the first user of a namespace of its own; starts the program as user 1000 of a second one, who has no rights in the first.
    private const string Start = """
        root=$1; data=$2; shift 2
        mount --bind "$root" "$root"
        mount --bind "$data" "$root/data"
        mount -t tmpfs -o mode=0777 tmpfs "$root/tmp"
        mount --rbind /proc "$root/proc"
        mount --rbind /dev "$root/dev"
        mount -o remount,bind,ro "$root"
        exec unshare --user --map-user=1000 --map-group=1000 --root="$root" --wd=/tmp -- "$@"
        """;

    private readonly TempFolder _folder = new();

    private ImageLayout()
    {
    }

    /// <summary>The folder that is the root.</summary>
    public string Root => _folder["root"];

    /// <summary>Builds it; ends the test as inconclusive where a process may not have namespaces of its own.</summary>
    public static async Task<ImageLayout> BuildAsync()
    {
        await RequireNamespacesAsync();
        ImageLayout layout = new();
        try
        {
            foreach (string folder in new[] { "root/tmp", "root/data", "root/proc", "root/dev", "data" })
            {
                Directory.CreateDirectory(layout._folder[folder]);
            }

            await layout.PublishAsync();
            layout.AddRuntime();
            await layout.AddLibrariesAsync();
            return layout;
        }
        catch
        {
            layout.Dispose();
            throw;
        }
    }

    /// <summary>Starts the program with these arguments.</summary>
    public Process Run(IReadOnlyDictionary<string, string> environment, params string[] arguments)
    {
        ProcessStartInfo start = new("unshare", ["--user", "--map-root-user", "--mount", "--fork", "--kill-child", "sh", "-ec", Start, "sh", Root, _folder["data"], $"/{Dotnet}/dotnet", $"/{Program}", .. arguments])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };

        // A container has the variables of its image and none of its builder's.
        string path = start.Environment["PATH"]!;
        start.Environment.Clear();
        start.Environment["PATH"] = path;
        start.Environment["DOTNET_EnableDiagnostics"] = "0";
        start.Environment["DOTNET_ROOT"] = $"/{Dotnet}";
        foreach ((string name, string value) in environment)
        {
            start.Environment[name] = value;
        }

        return Process.Start(start)!;
    }

    /// <inheritdoc/>
    public void Dispose() => _folder.Dispose();

    private static async Task RequireNamespacesAsync()
    {
        string? problem = OperatingSystem.IsLinux() ? null : "this is not Linux";
        if (problem is null)
        {
            using TempFolder folder = new();
            ToolProcess tried = await ToolProcess.RunAsync("unshare", ["--user", "--map-root-user", "--mount", "sh", "-ec", "mount -t tmpfs tmpfs \"$1\"; unshare --user --map-user=1000 --map-group=1000 true", "sh", folder["."]], ".");
            problem = tried.ExitCode == 0 ? null : $"this machine does not let a process have namespaces of its own ({tried.Errors.Trim()})";
        }

        if (problem is not null)
        {
            Assert.Inconclusive($"The image's content cannot be started: {problem}. The test is skipped.");
        }
    }

    // What the tests' build has made, as `dotnet publish` lays it out; nothing is compiled again.
    private async Task PublishAsync()
    {
        string configuration = AppContext.BaseDirectory.Contains($"{Path.DirectorySeparatorChar}Release{Path.DirectorySeparatorChar}", StringComparison.Ordinal) ? "Release" : "Debug";
        ToolProcess published = await ToolProcess.RunAsync(
            "dotnet", ["publish", "src/Cli", "--no-build", "--nologo", "--configuration", configuration, "-p:UseAppHost=false", "--output", Path.Combine(Root, "app")], SharedFiles.RepositoryRoot);
        published.ExitCode.ShouldBe(0, published.Output + published.Errors);
        File.Exists(Path.Combine(Root, Program)).ShouldBeTrue(published.Output);
    }

    private void AddRuntime()
    {
        DirectoryInfo framework = new(Path.GetDirectoryName(typeof(object).Assembly.Location)!);
        string version = framework.Name, home = framework.Parent!.Parent!.Parent!.FullName;
        foreach (string part in new[] { $"host/fxr/{version}", $"shared/Microsoft.NETCore.App/{version}", $"shared/Microsoft.AspNetCore.App/{version}" })
        {
            foreach (string file in Directory.EnumerateFiles(Path.Combine(home, part)))
            {
                Copy(file, $"{Dotnet}/{part}/{Path.GetFileName(file)}");
            }
        }

        Copy(Path.Combine(home, "dotnet"), $"{Dotnet}/dotnet");
    }

    // The loader and what the native parts are linked to; OpenSSL is looked for by its name when it is first used.
    private async Task AddLibrariesAsync()
    {
        string[] native = [.. Directory.EnumerateFiles(Root, "*.so", SearchOption.AllDirectories).Where(path => !path.Contains("/runtimes/", StringComparison.Ordinal) || path.Contains("/linux-x64/", StringComparison.Ordinal)), Path.Combine(Root, Dotnet, "dotnet")];
        ToolProcess linked = await ToolProcess.RunAsync("ldd", native, ".");
        ToolProcess known = await ToolProcess.RunAsync("/sbin/ldconfig", ["-p"], ".");
        IEnumerable<string> crypto = known.Output.Split('\n').Where(line => OpenSsl().IsMatch(line)).Select(line => line[line.IndexOf('/', StringComparison.Ordinal)..]);
        foreach (string library in linked.Output.Split('\n').Select(line => LibraryPath().Match(line)).Where(match => match.Success).Select(match => match.Groups["path"].Value).Concat(crypto).Distinct(StringComparer.Ordinal).Where(path => !path.StartsWith(Root, StringComparison.Ordinal)))
        {
            Copy(library, library[1..]);
        }
    }

    private void Copy(string from, string to)
    {
        string target = Path.Combine(Root, to);
        Directory.CreateDirectory(Path.GetDirectoryName(target)!);
        File.Copy(from, target, overwrite: true);
    }

    [GeneratedRegex(@"^\s.*?(?<path>/\S+) \(0x", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1_000)]
    private static partial Regex LibraryPath();

    [GeneratedRegex(@"lib(ssl|crypto)\.so\.3 .*x86-64", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1_000)]
    private static partial Regex OpenSsl();
}
