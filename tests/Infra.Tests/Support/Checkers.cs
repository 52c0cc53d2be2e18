using System.Text.Json;
using Pipeline.TestSupport;

namespace Pipeline.Infra.Tests.Support;

/// <summary>The analyzers that come from npm, all in one installation.</summary>
internal static class Checkers
{
    private static readonly JsonSerializerOptions Names = new(JsonSerializerDefaults.Web);

    /// <summary>Runs one of the scripts of <c>tests/Checkers</c> on <paramref name="input"/>.</summary>
    public static async Task<T> RunAsync<T>(string script, object input)
    {
        string folder = await NpmInstallation.RequireAsync("Checkers", script);
        ToolProcess node = await ToolProcess.RunAsync("node", [script], folder, JsonSerializer.Serialize(input, Names));
        node.ExitCode.ShouldBe(0, $"{script}: {node.Errors}");
        return JsonSerializer.Deserialize<T>(node.Output, Names)!;
    }
}
