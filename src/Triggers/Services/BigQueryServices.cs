using Google.Apis.Auth.OAuth2;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Pipeline.Adapters.BigQuery;
using Pipeline.Intake;

namespace Pipeline.Triggers;

/// <summary>The warehouse of the kind <c>BigQuery</c>, which needs a client that some builds leave out.</summary>
internal static class BigQueryServices
{
    /// <summary>Adds the warehouse, and a feed of the user's own table where the settings name one. Its credentials are read again before each step, so a rotated key needs no restart.</summary>
    /// <param name="services">Where they are added.</param>
    /// <param name="configuration">The settings.</param>
    /// <param name="connect">Makes a client of BigQuery.</param>
    /// <exception cref="SettingException">A setting is missing or wrong.</exception>
    public static void Add(IServiceCollection services, IConfiguration configuration, Func<BigQueryOptions, GoogleCredential?, IBigQuery> connect)
    {
        BigQueryOptions options = Read<BigQueryOptions>(configuration);
        options.Validate();
        services.AddWarehouse(s => new BigQueryWarehouse(options, () => configuration["BigQuery:Credentials"], connect, s.GetService<ILogger<BigQueryWarehouse>>()));
        BigQuerySource source = Read<BigQuerySource>(configuration);
        if (source.SourceTable.Length > 0)
        {
            source.Validate();
            services.AddSingleton(s => s.GetRequiredService<BigQueryWarehouse>().FeedOf(source, s.GetRequiredService<FeedStores>()));
        }
    }

    private static T Read<T>(IConfiguration configuration)
        where T : new()
    {
        try
        {
            return configuration.GetSection("BigQuery").Get<T>() ?? new T();
        }
        catch (InvalidOperationException e)
        {
            throw new SettingException("BigQuery", $"has a value that cannot be read: {e.Message}", e);
        }
    }
}
