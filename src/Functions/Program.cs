using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Pipeline;
using Pipeline.Adapters.Azure.KeyVault;
using Pipeline.Adapters.Azure.Telemetry;
using Pipeline.Functions;
using Pipeline.Triggers;

const int WrongConfiguration = 2;

IHost host;
try
{
    FunctionsApplicationBuilder builder = FunctionsApplication.CreateBuilder(args);
    builder.ConfigureFunctionsWebApplication();
    builder.Configuration.AddKeyVaultSecrets(builder.Configuration, Console.Error.WriteLine);
    AddTelemetry(builder);
    AddPipeline(builder);
    AddAccess(builder);
    host = builder.Build();
}
catch (Exception e) when (e is SettingException or ArgumentOutOfRangeException or InvalidOperationException or InvalidDataException or FormatException)
{
    // The Functions host shows what a worker writes here before it ends; the message says what to mend.
    await Console.Error.WriteLineAsync($"The app cannot start. {e.Message.ReplaceLineEndings(" ")}");
    return WrongConfiguration;
}

// Nothing is opened before it is first used: while storage does not answer, the app lives, and /api/ready says what is wrong.
using (host)
{
    await host.RunAsync();
    return 0;
}

static void AddPipeline(FunctionsApplicationBuilder builder)
{
    string folder = builder.Configuration["DataFolder"] is { Length: > 0 } named ? named : "pipeline-data";
    builder.Services.AddAdapters(builder.Configuration, Path.GetFullPath(folder, AppRoot.Of(AppContext.BaseDirectory)));
    builder.Services.AddPipeline(builder.Configuration);
}

// One middleware decides who may call what; the host lets every request pass to it.
static void AddAccess(FunctionsApplicationBuilder builder)
{
    builder.Services.AddAccess(builder.Configuration, new AccessMode(IsDevelopment(builder.Configuration)));
    builder.UsePipelineAccess();
}

// Core Tools say Development by themselves; an app in Azure, which has an instance, asks for credentials whatever its settings say.
static bool IsDevelopment(IConfiguration configuration) =>
    string.Equals(configuration["AZURE_FUNCTIONS_ENVIRONMENT"], "Development", StringComparison.OrdinalIgnoreCase) && string.IsNullOrEmpty(configuration["WEBSITE_INSTANCE_ID"]);

static void AddTelemetry(FunctionsApplicationBuilder builder)
{
    // The host samples what it sends (host.json). A second sampling here would drop failures.
    builder.Services.AddApplicationInsightsTelemetryWorkerService(options => options.EnableAdaptiveSampling = false);
    builder.Services.ConfigureFunctionsApplicationInsights();
    builder.Services.AddApplicationInsightsMetrics();
    builder.Logging.AddPipelineLevels();
}
