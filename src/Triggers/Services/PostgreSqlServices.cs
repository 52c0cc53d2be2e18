using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Adapters.PostgreSql;

namespace Pipeline.Triggers;

/// <summary>The warehouse of the kind <c>PostgreSql</c>.</summary>
public static class PostgreSqlServices
{
    /// <summary>Removes the schema that the settings name, with all that is in it.</summary>
    /// <exception cref="Storage.WarehouseException">It cannot be removed.</exception>
    public static async Task DropAsync(IConfiguration configuration)
    {
        await using PostgreSqlWarehouse warehouse = new(Read(configuration), () => configuration["PostgreSql:Password"]);
        await warehouse.DropAsync();
    }

    /// <summary>Adds the warehouse. Its password is read again before each new connection, so a rotated one needs no restart.</summary>
    /// <exception cref="SettingException">A setting is missing or wrong.</exception>
    public static void Add(IServiceCollection services, IConfiguration configuration)
    {
        PostgreSqlOptions options = Read(configuration);
        services.AddWarehouse(_ => new PostgreSqlWarehouse(options, () => configuration["PostgreSql:Password"]));
    }

    private static PostgreSqlOptions Read(IConfiguration configuration)
    {
        try
        {
            PostgreSqlOptions options = configuration.GetSection("PostgreSql").Get<PostgreSqlOptions>() ?? new PostgreSqlOptions();
            options.Validate();
            return options;
        }
        catch (InvalidOperationException e)
        {
            // The cause quotes the value, which may be a password that was put in a wrong place.
            throw new SettingException("PostgreSql", "has a value that is no number where one is expected: Attempts or LeaseSeconds.", e);
        }
    }
}
