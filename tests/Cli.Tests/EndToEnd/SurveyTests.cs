using System.Globalization;
using System.Text.Json;
using Pipeline.Cli.Demo;
using Pipeline.Cli.Tests.Support;
using Pipeline.TestSupport;

namespace Pipeline.Cli.Tests.EndToEnd;

/// <summary>The household survey, whose groups are known, and data sets by the command line.</summary>
[TestClass]
public sealed class SurveyTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public TestContext TestContext { get; set; } = null!;

    public void Dispose() => _folder.Dispose();

    [TestMethod]
    [DataRow(42)]
    [DataRow(1)]
    [DataRow(2)]
    [DataRow(3)]
    [DataRow(4)]
    public async Task One_command_finds_the_groups_that_the_survey_was_made_of_and_says_what_sets_each_apart(int seed)
    {
        CommandResult result = await CommandLine.RunAsync("demo", "--survey", "--seed", seed.ToString(CultureInfo.InvariantCulture), "--data", _folder["survey"], "--threads", "2", "--json");

        result.ExitCode.ShouldBe(0, result.ToString());
        double agreement = result.Json.GetProperty("agreement").GetDouble();
        TestContext.WriteLine(string.Create(CultureInfo.InvariantCulture, $"seed {seed}: adjusted Rand index {agreement:0.000}"));
        agreement.ShouldBeGreaterThanOrEqualTo(0.8);
        (result.Json.GetProperty("incidents").GetInt32(), result.Json.GetProperty("predictions").GetInt32()).ShouldBe((2_000, 2_000));
        JsonElement[] groups = [.. result.Json.GetProperty("groups").EnumerateArray()];
        groups.Length.ShouldBeInRange(6, 9);
        groups.ShouldAllBe(group => group.GetProperty("traits").GetArrayLength() > 2 && group.GetProperty("techCenter").GetString() == "household-survey");
        JsonElement[] fishers = [.. groups.SelectMany(group => group.GetProperty("traits").EnumerateArray()).Where(trait => trait.GetProperty("value").GetString() == "fishing")];
        fishers.ShouldHaveSingleItem().GetProperty("here").GetDouble().ShouldBeGreaterThan(0.7);
        fishers[0].GetProperty("elsewhere").GetDouble().ShouldBeLessThan(0.1);
        File.Exists(_folder["survey/report.html"]).ShouldBeTrue();
    }

    [TestMethod]
    public async Task A_file_of_the_survey_is_run_by_the_name_of_its_data_set_and_the_groups_are_printed()
    {
        await using (FileStream file = File.Create(_folder["households.csv"]))
        {
            await DemoSurvey.WriteAsync(DemoSurvey.Generate(500, seed: 9), file);
        }

        CommandResult result = await CommandLine.RunAsync("run", "--incidents", _folder["households.csv"], "--dataset", "household-survey", "--data", _folder["data"], "--threads", "2");

        result.ExitCode.ShouldBe(0, result.ToString());
        result.Output.ShouldContain("What sets it apart");
        result.Output.ShouldContain("main_income fishing");
        (await File.ReadAllTextAsync(_folder["data/report.html"])).ShouldContain("main_income fishing ");
    }

    [TestMethod]
    public async Task A_data_set_is_added_listed_shown_and_takes_its_rows()
    {
        await File.WriteAllTextAsync(_folder["schema.json"], """{"required": ["id", "size"], "properties": {"id": {"type": "string"}, "size": {"type": "integer", "maximum": 9}}}""");
        await File.WriteAllTextAsync(_folder["homes.csv"], "id,size\nA,1\nB,2\nC,12\n");
        string[] data = ["--data", _folder["data"]];

        CommandResult added = await CommandLine.RunAsync(["dataset", "add", "homes", "--kind", "records", "--schema", _folder["schema.json"], "--number-column", "id", .. data]);
        CommandResult listed = await CommandLine.RunAsync(["dataset", "list", "--json", .. data]);
        CommandResult shown = await CommandLine.RunAsync(["dataset", "show", "homes", .. data]);
        CommandResult imported = await CommandLine.RunAsync(["import", _folder["homes.csv"], "--dataset", "homes", "--allow-rejects", "--json", .. data]);
        CommandResult strict = await CommandLine.RunAsync(["dataset", "add", "homes", "--kind", "records", "--schema", _folder["schema.json"], "--number-column", "id", "--strict", "--replace", .. data]);
        CommandResult refused = await CommandLine.RunAsync(["import", _folder["homes.csv"], "--dataset", "homes", "--allow-rejects", .. data]);

        (added.ExitCode, strict.ExitCode).ShouldBe((0, 0), added.ToString() + strict);
        listed.Json.GetProperty("datasets").EnumerateArray().Select(d => d.GetProperty("name").GetString()).ShouldBe(["homes", "household-survey", "incidents"]);
        shown.Output.ShouldContain("\"maximum\": 9");
        JsonElement file = imported.Json.GetProperty("files")[0];
        (file.GetProperty("accepted").GetInt32(), file.GetProperty("reasons").GetProperty("OutOfRange").GetInt32()).ShouldBe((2, 1), imported.ToString());
        refused.ExitCode.ShouldBe(1, refused.ToString());
        refused.Errors.ShouldContain("'homes' is strict, so nothing was stored");
    }

    [TestMethod]
    [DataRow("'homes'", "import", "x.csv", "--dataset", "homes")]
    [DataRow("must be text or records", "dataset", "add", "homes", "--kind", "pictures")]
    [DataRow("Records need a JSON Schema", "dataset", "add", "homes", "--kind", "records")]
    [DataRow("lower-case", "dataset", "add", "Homes")]
    [DataRow("--schema", "dataset", "add", "homes", "--schema", "missing.json")]
    [DataRow("There is no data set 'nobody'", "dataset", "show", "nobody")]
    public async Task What_is_wrong_with_a_data_set_is_said(string message, params string[] arguments)
    {
        await File.WriteAllTextAsync(_folder["x.csv"], "id,size\nA,1\n");
        CommandResult result = await CommandLine.RunAsync([.. arguments.Select(a => a == "x.csv" ? _folder["x.csv"] : a), "--data", _folder["data"]]);

        result.ShouldHaveFailed(2, message);
    }

    [TestMethod]
    public async Task A_data_set_that_is_there_is_not_added_again() =>
        (await CommandLine.RunAsync("dataset", "add", "incidents", "--data", _folder["data"])).ShouldHaveFailed(1, "There is a data set 'incidents' already");
}
