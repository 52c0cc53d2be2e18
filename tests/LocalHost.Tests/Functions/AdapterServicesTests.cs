using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Recovery;
using Pipeline.Search;
using Pipeline.Storage;
using Pipeline.Triggers;

namespace Pipeline.LocalHost.Tests.Functions;

[TestClass]
public sealed class AdapterServicesTests
{
    [TestMethod]
    public void A_warehouse_that_the_program_was_built_without_is_refused_with_how_to_build_it()
    {
        IConfiguration settings = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>(StringComparer.Ordinal) { ["Warehouse:Kind"] = "bigquery" }).Build();

        Should.Throw<SettingException>(() => new ServiceCollection().AddAdapters(settings, "folder")).Message.ShouldContain("-p:BigQuery=true");
    }

    [TestMethod]
    public async Task A_warehouse_in_PostgreSQL_can_be_searched_and_backed_up_and_gives_the_turn_to_write_and_is_not_connected_to_before_it_is_used()
    {
        IConfiguration settings = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["Warehouse:Kind"] = "postgresql",
            ["PostgreSql:ConnectionString"] = "Host=nowhere.invalid;Database=d;Username=u",
            ["PostgreSql:LeaseSeconds"] = "45",
        }).Build();

        await using ServiceProvider services = new ServiceCollection().AddAdapters(settings, "folder").BuildServiceProvider();

        IWarehouse warehouse = services.GetRequiredService<IWarehouse>();
        services.GetRequiredService<ISearchIndex>().ShouldBeSameAs(warehouse);
        services.GetRequiredService<IWarehouseTables>().Kind.ShouldBe("PostgreSql");
        services.GetRequiredService<IWriterLease>().Duration.ShouldBe(TimeSpan.FromSeconds(45));
    }
}
