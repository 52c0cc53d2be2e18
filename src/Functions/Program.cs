using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Pipeline;
using Pipeline.Adapters.Azure.KeyVault;
using Pipeline.Adapters.Azure.Telemetry;
using Pipeline.Storage;
using Pipeline.Triggers;

try
{
    FunctionsApplicationBuilder builder = FunctionsApplication.CreateBuilder(args);
    builder.ConfigureFunctionsWebApplication();
    builder.Configuration.AddKeyVaultSecrets(builder.Configuration, Console.Error.WriteLine);
    AddTelemetry(builder.Services);
    AddPipeline(builder);

    using IHost host = builder.Build();
    await host.Services.GetRequiredService<IWarehouse>().InitializeAsync();
    await host.RunAsync();
    return 0;
}
catch (Exception e) when (e is SettingException or ArgumentOutOfRangeException or InvalidOperationException or InvalidDataException or WarehouseException)
{
    // The host shows what a worker writes here before it ends; the message says what to mend.
    await Console.Error.WriteLineAsync($"The app cannot start. {e.Message}");
    throw;
}

static void AddPipeline(FunctionsApplicationBuilder builder)
{
    string folder = Path.GetFullPath(builder.Configuration["DataFolder"] is { Length: > 0 } named ? named : "pipeline-data");
    builder.Services.AddAdapters(builder.Configuration, folder);
    builder.Services.AddPipeline(builder.Configuration);
}

static void AddTelemetry(IServiceCollection services)
{
    // The host samples what it sends (host.json). A second sampling here would drop failures.
    services.AddApplicationInsightsTelemetryWorkerService(options => options.EnableAdaptiveSampling = false);
    services.ConfigureFunctionsApplicationInsights();
    services.AddApplicationInsightsMetrics();

    // Without a rule of its own Application Insights keeps warnings and worse only. The levels are those of the settings.
    services.Configure<LoggerFilterOptions>(options =>
    {
        LoggerFilterRule? rule = options.Rules.FirstOrDefault(r => string.Equals(r.ProviderName, "Microsoft.Extensions.Logging.ApplicationInsights.ApplicationInsightsLoggerProvider", StringComparison.Ordinal));
        if (rule is not null)
        {
            options.Rules.Remove(rule);
        }
    });
}
