using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
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
}
