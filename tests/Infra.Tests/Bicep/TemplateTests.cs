using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Pipeline.TestSupport;

namespace Pipeline.Infra.Tests.Bicep;

/// <summary>The templates as the vendor's compiler sees them: names, types and permitted values of all properties, for every environment.</summary>
[TestClass]
public sealed class TemplateTests
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private static readonly string Tests = Path.Combine(SharedFiles.RepositoryRoot, "tests", "Infra.Tests");

    [TestMethod]
    public async Task Every_template_builds_and_the_linter_has_nothing_to_say()
    {
        ToolProcess lint = await BicepCompiler.RunAsync("lint", "--pattern", "**/*.bicep");

        lint.Errors.ShouldBeEmpty();
        lint.Output.ShouldBeEmpty();
        lint.ExitCode.ShouldBe(0);
        foreach (string template in (string[])["main.bicep", "events.bicep"])
        {
            ToolProcess build = await BicepCompiler.RunAsync("build", template, "--stdout");
            build.Errors.ShouldBeEmpty();
            build.ExitCode.ShouldBe(0);
        }
    }

    [TestMethod]
    public void Every_environment_has_its_snapshot()
    {
        string[] environments = [.. Directory.EnumerateFiles(BicepCompiler.Templates, "*.bicepparam").Select(file => Path.GetFileNameWithoutExtension(file))];

        environments.ShouldBe(["dev", "main", "prod", "test"], ignoreOrder: true);
        Directory.EnumerateFiles(BicepCompiler.Templates, "*.snapshot.json").Select(file => Path.GetFileName(file)[..^".snapshot.json".Length]).ShouldBe(environments, ignoreOrder: true);
    }

    [TestMethod]
    [DataRow("dev")]
    [DataRow("test")]
    [DataRow("prod")]
    [DataRow("main")]
    public async Task The_parameters_of_an_environment_fit_the_template_and_give_what_its_snapshot_shows(string environment)
    {
        string file = $"{environment}.bicepparam";
        ToolProcess parameters = await BicepCompiler.RunAsync("build-params", file, "--stdout");
        parameters.Errors.ShouldBeEmpty();
        parameters.ExitCode.ShouldBe(0);

        await ValidateAsync(file);
    }

    [TestMethod]
    public Task All_options_at_once_give_what_their_snapshot_shows() => ValidateAsync(Path.Combine(Tests, "everything.bicepparam"));

    [TestMethod]
    public Task A_second_region_gives_what_its_snapshot_shows() => ValidateAsync(Path.Combine(Tests, "standby.bicepparam"));

    [TestMethod]
    public Task The_events_give_what_their_snapshot_shows() => ValidateAsync(Path.Combine(Tests, "events.bicepparam"), "--resource-group", "rg-pipeline-dev");

    private static async Task ValidateAsync(string parameters, params string[] more)
    {
        const string Nobody = "00000000-0000-0000-0000-000000000000";
        bool update = Environment.GetEnvironmentVariable("PIPELINE_SNAPSHOTS") is "update";
        string[] arguments =
        [
            "snapshot", parameters, "--mode", update ? "overwrite" : "validate", "--tenant-id", Nobody, "--subscription-id", Nobody,
            "--location", "westeurope", "--deployment-name", "pipeline", .. more,
        ];
        ToolProcess snapshot = await BicepCompiler.RunAsync(arguments);

        snapshot.ExitCode.ShouldBe(0, $"{snapshot.Output}{snapshot.Errors}If the templates are meant to give this, take it over: PIPELINE_SNAPSHOTS=update dotnet test tests/Infra.Tests");
        if (update)
        {
            SortOutputs(Path.ChangeExtension(Path.Combine(BicepCompiler.Templates, parameters), ".snapshot.json"));
            Assert.Inconclusive("The snapshot was written and not compared.");
        }
    }

    // The compiler writes them in another order each time; so a change shows what has changed.
    private static void SortOutputs(string file)
    {
        JsonObject snapshot = JsonNode.Parse(File.ReadAllText(file))!.AsObject();
        snapshot["outputs"] = new JsonObject(snapshot["outputs"]!.AsObject().OrderBy(output => output.Key, StringComparer.Ordinal).Select(output => KeyValuePair.Create(output.Key, output.Value?.DeepClone())));
        File.WriteAllText(file, snapshot.ToJsonString(Indented) + "\n");
    }
}
