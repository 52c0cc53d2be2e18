using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Pipeline.Functions;

/// <summary>What the worker tells Application Insights.</summary>
internal static class WorkerLogs
{
    private const string InsightsProvider = "Microsoft.Extensions.Logging.ApplicationInsights.ApplicationInsightsLoggerProvider";

    // ASP.NET Core and the worker write six lines for each request, which the request's own telemetry says already.
    private static readonly string[] Frameworks = ["Microsoft", "System", "Azure", "DurableTask", "Grpc"];

    /// <summary>Sends the pipeline's own lines by the levels of the settings, and of the frameworks warnings and worse.</summary>
    public static ILoggingBuilder AddPipelineLevels(this ILoggingBuilder logging)
    {
        foreach (string framework in Frameworks)
        {
            logging.AddFilter(framework, LogLevel.Warning);
        }

        // Application Insights brings a rule of its own that keeps warnings and worse only, the pipeline's included.
        logging.Services.Configure<LoggerFilterOptions>(options =>
        {
            if (options.Rules.FirstOrDefault(rule => string.Equals(rule.ProviderName, InsightsProvider, StringComparison.Ordinal)) is LoggerFilterRule own)
            {
                options.Rules.Remove(own);
            }
        });
        return logging;
    }
}
