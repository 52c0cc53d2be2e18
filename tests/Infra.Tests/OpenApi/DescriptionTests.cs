using System.Text.Json;
using Pipeline.TestSupport;

namespace Pipeline.Infra.Tests.OpenApi;

/// <summary>The description of the HTTP interface, read by a linter that knows OpenAPI 3.</summary>
[TestClass]
public sealed class DescriptionTests
{
    [TestMethod]
    public async Task The_linter_finds_nothing_in_the_description_of_the_HTTP_interface()
    {
        string description = Directory.EnumerateFiles(Path.Combine(SharedFiles.RepositoryRoot, "src"), "openapi.json", SearchOption.AllDirectories)
            .Where(file => !file.Split(Path.DirectorySeparatorChar).Any(part => part is "bin" or "obj"))
            .ShouldHaveSingleItem();

        (await LintAsync(description)).ShouldBeEmpty();
    }

    [TestMethod]
    public async Task A_description_that_is_wrong_is_found()
    {
        string file = Path.Combine(Path.GetTempPath(), $"openapi-{Guid.NewGuid():N}.json");
        await File.WriteAllTextAsync(file, """
            {
              "openapi": "3.0.3", "info": { "title": "Wrong", "version": "1" }, "servers": [{ "url": "/api" }],
              "paths": { "/a/{id}": { "get": { "operationId": "a", "summary": "A.", "responses": { "200": { "description": "Yes.", "content": { "application/json": { "schema": { "$ref": "#/components/schemas/Missing" } } } } } } } }
            }
            """);
        try
        {
            string[] problems = await LintAsync(file);
            problems.ShouldContain(problem => problem.Contains("no-unresolved-refs", StringComparison.Ordinal));
            problems.ShouldContain(problem => problem.Contains("path-parameters-defined", StringComparison.Ordinal));
        }
        finally
        {
            File.Delete(file);
        }
    }

    // All rules that the linter recommends, its warnings too, but one: not every route has a way to fail by the caller's fault.
    private static async Task<string[]> LintAsync(string description)
    {
        string folder = await NpmInstallation.RequireAsync("Checkers");
        Dictionary<string, string?> quiet = new(StringComparer.Ordinal) { ["REDOCLY_TELEMETRY"] = "off", ["REDOCLY_SUPPRESS_UPDATE_NOTICE"] = "true" };
        string[] arguments = ["node_modules/@redocly/cli/bin/cli.js", "lint", description, "--format", "json", "--extends", "recommended-strict", "--skip-rule", "operation-4xx-response"];
        ToolProcess lint = await ToolProcess.RunAsync("node", arguments, folder, environment: quiet);
        using JsonDocument result = JsonDocument.Parse(lint.Output);
        string[] problems = [.. result.RootElement.GetProperty("problems").EnumerateArray().Select(problem =>
            $"{problem.GetProperty("ruleId").GetString()}: {problem.GetProperty("message").GetString()} ({problem.GetProperty("location")[0].GetProperty("pointer").GetString()})")];
        lint.ExitCode.ShouldBe(problems.Length == 0 ? 0 : 1, lint.Errors);
        return problems;
    }
}
