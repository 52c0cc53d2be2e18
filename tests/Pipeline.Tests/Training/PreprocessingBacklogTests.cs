using Pipeline.Tests.Support;
using Pipeline.Training;

namespace Pipeline.Tests.Training;

[TestClass]
public sealed class PreprocessingBacklogTests
{
    [TestMethod]
    public async Task A_training_waits_until_a_first_import_is_preprocessed()
    {
        await using SmallCompany company = await SmallCompany.OpenAsync();
        await company.ImportAsync("Network", 30);
        PreprocessingBacklog backlog = new(company.Warehouse, company.Preprocess);

        (await backlog.CountAsync()).ShouldBe(30);
        await company.Preprocess.RunAsync(limit: 20);
        (await backlog.CountAsync()).ShouldBe(10);
        await company.Preprocess.RunAsync();
        (await backlog.CountAsync()).ShouldBe(0);
    }

    [TestMethod]
    public async Task A_training_does_not_wait_for_the_few_that_came_just_now()
    {
        await using SmallCompany company = await SmallCompany.OpenAsync();
        await company.ReportAsync("Network", 200);
        await company.ImportAsync("Network", 2, new DateTimeOffset(2026, 9, 1, 0, 0, 0, TimeSpan.Zero));

        (await new PreprocessingBacklog(company.Warehouse, company.Preprocess).CountAsync()).ShouldBe(0);
    }
}
