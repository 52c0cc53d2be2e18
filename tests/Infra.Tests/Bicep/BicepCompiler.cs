using System.Reflection;
using Pipeline.TestSupport;

namespace Pipeline.Infra.Tests.Bicep;

/// <summary>The Bicep compiler, which comes as a package. It runs without Azure: environments are evaluated with names that stand for a user's own.</summary>
internal static class BicepCompiler
{
    /// <summary>Evaluated as a user with two addresses on call and no operator would: what every environment reads, and nothing of this machine's own.</summary>
    private static readonly Dictionary<string, string?> Environment = new(StringComparer.Ordinal)
    {
        ["AZURE_ENV_NAME"] = "azd",
        ["AZURE_LOCATION"] = "westeurope",
        ["AZURE_PRINCIPAL_ID"] = null,
        ["BIGQUERY_PROJECT_ID"] = "my-project-1",
        ["BIGQUERY_DATASET"] = null,
        ["BIGQUERY_LOCATION"] = null,
        ["BIGQUERY_FEDERATION_AUDIENCE"] = null,
        ["BIGQUERY_FEDERATION_RESOURCE"] = null,
        ["ALERT_EMAIL"] = "one@example.com,two@example.com",
        ["ALERT_WEBHOOK"] = null,
        ["READY_KEY"] = null,
        ["MONTHLY_BUDGET"] = null,
        ["PRIVATE_NETWORKING"] = null,
        ["PEER_NETWORK_ID"] = null,
    };

    private static readonly string? Program = typeof(BicepCompiler).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .FirstOrDefault(attribute => attribute.Key is "Bicep")?.Value;

    /// <summary>The folder with the templates.</summary>
    public static string Templates { get; } = Path.Combine(SharedFiles.RepositoryRoot, "infra", "bicep");

    /// <summary>Runs the compiler among the templates; ends the test as inconclusive where there is none for this kind of machine.</summary>
    public static Task<ToolProcess> RunAsync(params string[] arguments)
    {
        if (Program is null)
        {
            Assert.Inconclusive("The Bicep compiler's package is for Linux on x64: this test needs it and is skipped.");
        }

        return ToolProcess.RunAsync(Program, arguments, Templates, environment: Environment);
    }
}
