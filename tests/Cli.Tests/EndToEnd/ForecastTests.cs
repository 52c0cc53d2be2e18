using System.Text.Json;
using Pipeline.Cli.Tests.Support;
using Pipeline.TestSupport;

namespace Pipeline.Cli.Tests.EndToEnd;

[TestClass]
public sealed class ForecastTests
{
    [TestMethod]
    public async Task A_run_learns_to_forecast_and_problems_tech_centers_and_the_company_are_forecast()
    {
        using TempFolder folder = new();
        string data = folder["data"];
        CommandResult run = await CommandLine.RunAsync("run", "--incidents", SampleCsv.Write(folder["in.csv"], 900), "--data", data, "--tech-center-column", "none", "--json");
        run.ExitCode.ShouldBe(0, run.ToString());
        string id = (await CommandLine.RunAsync("problems", "--data", data, "--limit", "1", "--json")).Json.GetProperty("problems")[0].GetProperty("id").ToString();

        CommandResult all = await CommandLine.RunAsync("forecast", "--data", data, "--json");
        CommandResult center = await CommandLine.RunAsync("forecast", "--data", data, "--tech-center", "default", "--weeks", "2", "--json");
        CommandResult problem = await CommandLine.RunAsync("forecast", "--data", data, "--id", id, "--json");
        CommandResult read = await CommandLine.RunAsync("forecast", "--data", data, "--tech-center", "default");
        CommandResult runs = await CommandLine.RunAsync("runs", "list", "--kind", "forecast", "--data", data, "--json");

        (all.Json.GetProperty("techCenter").ValueKind, all.Json.GetProperty("weeks").GetArrayLength()).ShouldBe((JsonValueKind.Null, 8));
        string version = center.Json.GetProperty("model").GetString()!;
        (center.Json.GetProperty("weeks").GetArrayLength(), problem.Json.GetProperty("model").GetString()).ShouldBe((2, version));
        read.Output.ShouldContain($"as {version} weighs them");
        read.Output.ShouldContain("Expected");
        runs.Json.GetProperty("runs").EnumerateArray().ShouldHaveSingleItem().GetProperty("version").GetString().ShouldBe(version);
    }

    [TestMethod]
    public async Task A_damaged_version_is_listed_fails_the_validation_and_is_not_forecast_by()
    {
        using TempFolder folder = new();
        string data = folder["data"];
        (await CommandLine.RunAsync("run", "--incidents", SampleCsv.Write(folder["in.csv"], 600), "--data", data, "--tech-center-column", "none")).ExitCode.ShouldBe(0);
        string path = Directory.GetFiles(data, "20*_w*.json", SearchOption.AllDirectories).ShouldHaveSingleItem();
        await File.WriteAllTextAsync(path, (await File.ReadAllTextAsync(path)).Replace("\"method\": \"theta\"", "\"method\": \"oracle\"", StringComparison.Ordinal));

        CommandResult listed = await CommandLine.RunAsync("forecast", "models", "default", "--data", data);
        CommandResult validated = await CommandLine.RunAsync("validate", "--data", data);
        CommandResult forecast = await CommandLine.RunAsync("forecast", "--tech-center", "default", "--data", data, "--json");

        listed.Output.ShouldContain("production, damaged");
        listed.Output.ShouldContain("no method 'oracle'");
        validated.ExitCode.ShouldNotBe(0);
        validated.Output.ShouldContain("FAIL  all versions of forecasts: 'forecast-models/");
        (forecast.ExitCode, forecast.Json.TryGetProperty("model", out _)).ShouldBe((0, false));
    }

    [TestMethod]
    public async Task Versions_of_forecasts_are_trained_listed_and_not_promoted_twice()
    {
        using TempFolder folder = new();
        string data = folder["data"];
        (await CommandLine.RunAsync("run", "--incidents", SampleCsv.Write(folder["in.csv"], 600), "--data", data, "--tech-center-column", "none")).ExitCode.ShouldBe(0);

        CommandResult trained = await CommandLine.RunAsync("forecast", "train", "--data", data, "--json");
        CommandResult listed = await CommandLine.RunAsync("forecast", "models", "default", "--data", data);

        string version = trained.Json.GetProperty("techCenters").EnumerateArray().ShouldHaveSingleItem().GetProperty("version").GetString()!;
        listed.Output.ShouldContain(version);
        listed.Output.ShouldContain("production");
        (await CommandLine.RunAsync("forecast", "train", "--data", data)).Output.ShouldContain("MASE");
        (await CommandLine.RunAsync("forecast", "promote", "default", version, "--data", data)).ShouldHaveFailed(2, "in production already");
        (await CommandLine.RunAsync("forecast", "promote", "default", "2020_w01", "--data", data)).ShouldHaveFailed(2, "no forecasts of the version '2020_w01'");
        (await CommandLine.RunAsync("forecast", "rollback", "default", "--data", data)).ShouldHaveFailed(2, "no previous version");
        (await CommandLine.RunAsync("forecast", "--tech-center", "Nowhere", "--data", data)).ShouldHaveFailed(2, "no model of the tech center 'Nowhere'");
    }
}
