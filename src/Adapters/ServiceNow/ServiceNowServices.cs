using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Intake;

namespace Pipeline.Adapters.ServiceNow;

/// <summary>Adds the feed of ServiceNow where the settings name an instance.</summary>
public static class ServiceNowServices
{
    /// <summary>Adds the feed. Its settings are checked at once; nothing is asked before it is first pulled.</summary>
    /// <exception cref="SettingException">A setting under <c>ServiceNow</c> is missing or wrong.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A setting is out of its range; the message names it and the range.</exception>
    public static IServiceCollection AddServiceNowFeed(this IServiceCollection services, IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        if (string.IsNullOrWhiteSpace(configuration[$"{ServiceNowOptions.Section}:{nameof(ServiceNowOptions.Instance)}"]))
        {
            return services;
        }

        ServiceNowOptions options = Read(configuration);
        options.Validate();
        Secrets(configuration).Validate();
        return services.AddSingleton<IIncidentFeed>(s => new ServiceNowFeed(options, () => Secrets(configuration), s.GetRequiredService<IntakeOptions>(), s.GetRequiredService<FeedStores>()));
    }

    private static ServiceNowSecrets Secrets(IConfiguration configuration)
    {
        IConfigurationSection section = configuration.GetSection(ServiceNowOptions.Section);
        return new ServiceNowSecrets(section["UserName"], section["Password"], section["ClientId"], section["ClientSecret"]);
    }

    private static ServiceNowOptions Read(IConfiguration configuration)
    {
        try
        {
            return configuration.GetSection(ServiceNowOptions.Section).Get<ServiceNowOptions>() ?? new ServiceNowOptions();
        }
        catch (InvalidOperationException e)
        {
            throw new SettingException(ServiceNowOptions.Section, $"has a value that cannot be read: {e.Message}", e);
        }
    }
}
