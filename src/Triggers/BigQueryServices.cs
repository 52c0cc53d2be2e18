using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Adapters.BigQuery;

namespace Pipeline.Triggers;

/// <summary>The warehouse of the kind <c>BigQuery</c>, for hosts that are built with it.</summary>
internal static class BigQueryServices
{
    /// <summary>Adds the warehouse. Its credentials are read again before each step, so a rotated key needs no restart.</summary>
    /// <exception cref="SettingException">A setting is missing or wrong.</exception>
    public static void Add(IServiceCollection services, IConfiguration configuration)
    {
        BigQueryOptions options = Read(configuration);
        options.Validate();
        services.AddWarehouse(_ => new BigQueryWarehouse(options, () => configuration["BigQuery:Credentials"]));
    }

    private static BigQueryOptions Read(IConfiguration configuration)
    {
        try
        {
            return configuration.GetSection("BigQuery").Get<BigQueryOptions>() ?? new BigQueryOptions();
        }
        catch (InvalidOperationException e)
        {
            throw new SettingException("BigQuery", $"has a value that cannot be read: {e.Message}", e);
        }
    }
}
