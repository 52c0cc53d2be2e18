using Microsoft.ApplicationInsights;
using Microsoft.Extensions.DependencyInjection;

namespace Pipeline.Adapters.Azure.Telemetry;

/// <summary>Adds the passage of the pipeline's measures to Application Insights.</summary>
public static class ApplicationInsightsServices
{
    /// <summary>Passes measures on while the host runs. Needs a <see cref="TelemetryClient"/> among the services.</summary>
    public static IServiceCollection AddApplicationInsightsMetrics(this IServiceCollection services) =>
        services.AddHostedService(s => new ApplicationInsightsMetrics(s.GetRequiredService<TelemetryClient>(), s.GetService<TimeProvider>() ?? TimeProvider.System));
}
