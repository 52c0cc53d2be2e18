using System.ComponentModel;
using System.Globalization;
using System.Text.RegularExpressions;
using Pipeline.Infra.Tests.Support;
using Pipeline.TestSupport;

namespace Pipeline.Infra.Tests.Systemd;

/// <summary>The units for a machine of one's own, held to systemd's own checker, and to the verbs that the program has.</summary>
[TestClass]
public sealed class UnitTests
{
    private const string Program = "/opt/pipeline/Pipeline.Cli";

    // systemd's own scale: 0 is shut off from all, 10 from nothing; up to 2 it calls ok.
    private const double MostExposure = 2.0;

    private static readonly string Folder = Path.Combine(SharedFiles.RepositoryRoot, "infra", "systemd");

    public static IEnumerable<object[]> Services => Directory.EnumerateFiles(Folder, "*.service").Select(path => new object[] { Path.GetFileName(path) });

    [TestMethod]
    public async Task Systemd_takes_the_units()
    {
        // Where the program is not installed, systemd would say that and nothing else.
        using TempFolder copy = new();
        foreach (string unit in Directory.EnumerateFiles(Folder))
        {
            copy.Write(Path.GetFileName(unit), (await File.ReadAllTextAsync(unit)).Replace(Program, "/bin/true", StringComparison.Ordinal));
        }

        string[] units = [.. Directory.EnumerateFiles(Folder).Select(path => copy[Path.GetFileName(path)!.Replace("@.", "@7072.", StringComparison.Ordinal)])];
        File.Move(copy["pipeline-replica@.service"], copy["pipeline-replica@7072.service"]);
        ToolProcess verified = await AnalyzeAsync(["verify", "--recursive-errors=no", "--man=no", .. units]);

        verified.ExitCode.ShouldBe(0, verified.Output + verified.Errors);
        verified.Errors.Split('\n').Where(line => units.Any(unit => line.Contains(Path.GetFileName(unit), StringComparison.Ordinal))).ShouldBeEmpty();
    }

    [TestMethod]
    [DynamicData(nameof(Services))]
    public async Task A_service_reaches_little_of_its_machine(string unit)
    {
        ToolProcess judged = await AnalyzeAsync(["security", "--offline=yes", "--no-pager", Path.Combine(Folder, unit)]);

        Match overall = Regex.Match(judged.Output, "Overall exposure level for [^:]+: (?<level>[0-9.]+)", RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(1));
        overall.Success.ShouldBeTrue(judged.Output + judged.Errors);
        double.Parse(overall.Groups["level"].Value, CultureInfo.InvariantCulture).ShouldBeLessThanOrEqualTo(MostExposure, judged.Output);
    }

    [TestMethod]
    [DynamicData(nameof(Services))]
    public async Task What_a_service_starts_is_a_command_of_the_program(string unit)
    {
        string line = (await File.ReadAllLinesAsync(Path.Combine(Folder, unit))).Single(l => l.StartsWith("ExecStart=", StringComparison.Ordinal));
        string[] words = line["ExecStart=".Length..].Split(' ');

        words[0].ShouldBe(Program);
        await Verbs.RequireAsync(words[1..].Select(word => word.Replace("%i", "7072", StringComparison.Ordinal)));
    }

    [TestMethod]
    public void Every_timer_has_its_service() =>
        Directory.EnumerateFiles(Folder, "*.timer").ShouldAllBe(path => File.Exists(Path.ChangeExtension(path, ".service")));

    private static async Task<ToolProcess> AnalyzeAsync(string[] arguments)
    {
        try
        {
            return await ToolProcess.RunAsync("systemd-analyze", arguments, Folder);
        }
        catch (Win32Exception)
        {
            Assert.Inconclusive("This test needs systemd-analyze, which is not on this machine. Install systemd. The test is skipped.");
            return null;
        }
    }
}
