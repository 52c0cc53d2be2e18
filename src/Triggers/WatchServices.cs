using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Pipeline.Alerts;

namespace Pipeline.Triggers;

/// <summary>Adds what watches the pipeline: alerts.</summary>
internal static class WatchServices
{
    /// <summary>Adds the use cases.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A setting is out of its range; the message names it and the range.</exception>
    /// <exception cref="InvalidOperationException">A setting cannot be read; the message names it.</exception>
    /// <exception cref="SettingException">A route or channel is incomplete, or names what is not there.</exception>
    public static IServiceCollection AddWatch(this IServiceCollection services, IConfiguration configuration)
    {
        AlertOptions alerts = configuration.GetSection("Alerts").Get<AlertOptions>() ?? new AlertOptions();
        alerts.Validate();
        services.TryAddSingleton(alerts);
        services.TryAddSingleton<RaiseAlert>();
        return services;
    }
}
