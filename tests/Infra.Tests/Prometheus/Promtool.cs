using Pipeline.Infra.Tests.Support;
using Pipeline.TestSupport;

namespace Pipeline.Infra.Tests.Prometheus;

/// <summary>Prometheus' own checker.</summary>
internal static class Promtool
{
    private static readonly DebianTool Tool = new("promtool", "prometheus", "--version");

    /// <summary>Runs it in infra/prometheus.</summary>
    public static Task<ToolProcess> RunAsync(params string[] arguments) => Tool.RunAsync(Path.Combine(SharedFiles.RepositoryRoot, "infra", "prometheus"), arguments);
}
