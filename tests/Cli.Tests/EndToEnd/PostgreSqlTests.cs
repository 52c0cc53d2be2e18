using System.Text.Json;
using Pipeline.Cli.Tests.Support;
using Pipeline.TestSupport;

namespace Pipeline.Cli.Tests.EndToEnd;

/// <summary>The command line with its warehouse in PostgreSQL.</summary>
[TestClass]
public sealed class PostgreSqlTests
{
    [TestMethod]
    public async Task Killed_on_its_way_a_run_finds_the_problems_of_an_undisturbed_one_on_a_file_and_they_are_searched_backed_up_and_drilled()
    {
        using TempFolder folder = new();
        string csv = SampleCsv.Write(folder["in.csv"], 600);
        Dictionary<string, string> settings = PostgreSqlSettings.Of();
        (await CommandLine.RunAsync("run", "--incidents", csv, "--data", folder["file"])).ExitCode.ShouldBe(0);
        string[] run = ["run", "--incidents", csv, "--data", folder["data"]];
        await CommandLine.KillAsync(run, "Training", 200, settings);

        CommandResult last = await CommandLine.RunAsync(run, settings);

        last.ExitCode.ShouldBe(0, last.ToString());
        string problems = await ProblemsAsync(folder["data"], settings);
        problems.ShouldBe(await ProblemsAsync(folder["file"], null));
        File.Exists(folder["data/warehouse.db"]).ShouldBeFalse("the warehouse is elsewhere");
        CommandResult validated = await CommandLine.RunAsync(["validate", "--data", folder["data"]], settings);
        validated.ExitCode.ShouldBe(0, validated.ToString());
        string[] search = ["search", "printer", "--json", "--data"];
        Found(await CommandLine.RunAsync([.. search, folder["data"]], settings)).ShouldBe(Found(await CommandLine.RunAsync([.. search, folder["file"]], null)));

        (await CommandLine.RunAsync(["backup", "--data", folder["data"], "--store", folder["store"]], settings)).ExitCode.ShouldBe(0);
        Dictionary<string, string> elsewhere = PostgreSqlSettings.Of();
        CommandResult restored = await CommandLine.RunAsync(["restore", "latest", "--data", folder["elsewhere"], "--store", folder["store"]], elsewhere);
        restored.ExitCode.ShouldBe(0, restored.ToString());
        (await ProblemsAsync(folder["elsewhere"], elsewhere)).ShouldBe(problems);

        CommandResult drill = await CommandLine.RunAsync(["drill", "--data", folder["data"], "--work", folder["work"], "--json"], settings);
        drill.ExitCode.ShouldBe(0, drill.ToString());
        drill.Json.GetProperty("passed").GetBoolean().ShouldBeTrue(drill.ToString());
        PostgreSqlServer.Require().One<long>("SELECT COUNT(*) FROM pg_namespace WHERE nspname LIKE 'drill\\_%'").ShouldBe(0, "the drill's schemas go with it");
        (await ProblemsAsync(folder["data"], settings)).ShouldBe(problems);
    }

    [TestMethod]
    public async Task The_demo_runs_on_a_database()
    {
        using TempFolder folder = new();
        Dictionary<string, string> settings = PostgreSqlSettings.Of();

        CommandResult demo = await CommandLine.RunAsync(["demo", "--incidents", "3000", "--data", folder["data"], "--json"], settings);

        demo.ExitCode.ShouldBe(0, demo.ToString());
        PostgreSqlServer.Require().One<long>($"SELECT COUNT(*) FROM {settings["PostgreSql__Schema"]}.incident_predictions").ShouldBeGreaterThan(2_900);
        (await CommandLine.RunAsync(["demo", "--incidents", "3000", "--data", folder["other"]], settings)).ShouldHaveFailed(2, "holds incidents");
    }

    [TestMethod]
    public async Task A_database_that_is_not_there_and_a_wrong_setting_are_told_with_what_to_do_and_without_the_password()
    {
        using TempFolder folder = new();
        string csv = folder.Write("in.csv", PlainCsv.Of(Enumerable.Range(1, 100).Select(row => PlainCsv.Row(row))));
        string[] import = ["import", csv, "--data", folder["data"]];
        Dictionary<string, string> settings = PostgreSqlSettings.Of();

        (await CommandLine.RunAsync(import, With(settings, "PostgreSql__ConnectionString", PostgreSqlServer.Require().Connection("nowhere")))).ShouldHaveFailed(1, "'nowhere'", "is not there. Make it");
        CommandResult wrong = await CommandLine.RunAsync(import, With(settings, "PostgreSql__Password", "wrong-secret"));
        wrong.ShouldHaveFailed(1, "refuses the user or the password");
        wrong.Errors.ShouldNotContain("wrong-secret");
        (await CommandLine.RunAsync(import, With(settings, "PostgreSql__ConnectionString", ""))).ShouldHaveFailed(2, "PostgreSql:ConnectionString is missing");
        (await CommandLine.RunAsync(import, With(settings, "PostgreSql__Attempts", "many"))).ShouldHaveFailed(2, "Attempts");
    }

    private static Dictionary<string, string> With(Dictionary<string, string> settings, string name, string value) => new(settings, StringComparer.Ordinal) { [name] = value };

    private static async Task<string> ProblemsAsync(string data, Dictionary<string, string>? settings)
    {
        CommandResult problems = await CommandLine.RunAsync(["problems", "--data", data, "--json"], settings);
        problems.ExitCode.ShouldBe(0, problems.ToString());
        return problems.Output;
    }

    private static string[] Found(CommandResult search)
    {
        search.ExitCode.ShouldBe(0, search.ToString());
        return [.. search.Json.EnumerateObject().First(p => p.Value.ValueKind == JsonValueKind.Array).Value.EnumerateArray().Select(found => found.GetProperty("number").GetString()!)];
    }
}
