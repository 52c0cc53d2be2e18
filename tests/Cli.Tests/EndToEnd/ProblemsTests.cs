using System.Text.Json;
using Pipeline.Cli.Tests.Support;
using Pipeline.TestSupport;

namespace Pipeline.Cli.Tests.EndToEnd;

[TestClass]
public sealed class ProblemsTests
{
    [TestMethod]
    public async Task Problems_are_listed_with_their_trends_and_each_can_be_shown_with_its_variants()
    {
        using TempFolder folder = new();
        string csv = SampleCsv.Write(folder["in.csv"], 900);
        CommandResult run = await CommandLine.RunAsync("run", "--incidents", csv, "--data", folder["data"], "--tech-center-column", "none", "--json");
        run.ExitCode.ShouldBe(0, run.ToString());

        CommandResult listed = await CommandLine.RunAsync("problems", "--data", folder["data"], "--limit", "3", "--json");
        JsonElement first = listed.Json.GetProperty("problems")[0];
        string id = first.GetProperty("id").ToString();
        CommandResult shown = await CommandLine.RunAsync("problems", "--data", folder["data"], "--tech-center", "default", "--id", id, "--json");
        CommandResult read = await CommandLine.RunAsync("problems", "--data", folder["data"], "--tech-center", "default", "--id", id);

        listed.ExitCode.ShouldBe(0, listed.ToString());
        listed.Json.GetProperty("total").GetInt32().ShouldBe(run.Json.GetProperty("techCenters")[0].GetProperty("problems").GetInt32());
        listed.Json.GetProperty("problems").GetArrayLength().ShouldBe(3);
        shown.Json.GetProperty("summary").GetRawText().ShouldBe(first.GetRawText());
        shown.Json.GetProperty("variants").GetArrayLength().ShouldBe(first.GetProperty("variants").GetInt32());
        read.Output.ShouldContain(first.GetProperty("label").GetString()!);
        read.Output.ShouldContain("Variant");
    }

    [TestMethod]
    public async Task A_problem_that_is_not_there_or_has_no_tech_center_is_wrong_usage()
    {
        using TempFolder folder = new();
        (await CommandLine.RunAsync("problems", "--data", folder["data"], "--id", "4")).ShouldHaveFailed(2, "--id needs --tech-center");

        string csv = SampleCsv.Write(folder["in.csv"], 300);
        (await CommandLine.RunAsync("run", "--incidents", csv, "--data", folder["data"], "--tech-center-column", "none")).ExitCode.ShouldBe(0);

        (await CommandLine.RunAsync("problems", "--data", folder["data"], "--tech-center", "default", "--id", "99999")).ShouldHaveFailed(2, "has a problem '99999'");
        (await CommandLine.RunAsync("problems", "--data", folder["data"], "--sort", "colour")).ShouldHaveFailed(2, "size, label, trend, lastSeen");
    }
}
