using Pipeline.Models;
using Pipeline.Tests.Support;

namespace Pipeline.Tests.Models;

[TestClass]
public sealed class ModelDirectoryTests
{
    [TestMethod]
    public async Task A_new_tech_center_is_found_once_the_list_is_old_and_only_one_caller_waits_for_it()
    {
        await using SmallCompany company = await SmallCompany.TrainedAsync();
        await company.Known.ListAsync();
        await company.ReportAsync("Network", 125);
        await company.TrainAsync();

        IReadOnlyList<string> early = await company.Known.ListAsync();
        company.Clock.Advance(TimeSpan.FromSeconds(31));
        company.Objects.Pause();
        Task<IReadOnlyList<string>> reader = company.Known.ListAsync();
        IReadOnlyList<string> meanwhile = await company.Known.ListAsync();
        company.Objects.Resume();

        early.ShouldBe([SmallCompany.TechCenter]);
        meanwhile.ShouldBe([SmallCompany.TechCenter]);
        (await reader).ShouldBe(["Network", SmallCompany.TechCenter]);
        (await company.Known.ListAsync()).ShouldBe(["Network", SmallCompany.TechCenter]);
    }

    [TestMethod]
    public async Task A_list_that_cannot_be_renewed_is_an_error_once_and_stays_in_use()
    {
        await using SmallCompany company = await SmallCompany.TrainedAsync();
        await company.Known.ListAsync();
        company.Objects.Objects["hdbscan-models/office-it/2026_q2/manifest.json"][0] ^= 1;
        company.Clock.Advance(TimeSpan.FromSeconds(31));

        await Should.ThrowAsync<ModelException>(() => company.Known.ListAsync());
        (await company.Known.ListAsync()).ShouldBe([SmallCompany.TechCenter]);
    }
}
