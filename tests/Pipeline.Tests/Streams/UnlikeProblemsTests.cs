using Pipeline.Classification;
using Pipeline.Models;
using Pipeline.Preprocessing;
using Pipeline.Streams;
using Pipeline.Tests.Support;

namespace Pipeline.Tests.Streams;

[TestClass]
public sealed class UnlikeProblemsTests
{
    private static readonly string[] Words = ["amber", "birch", "cedar", "dahlia", "elder", "fern", "ginger", "hazel", "iris", "juniper", "kale", "lotus"];
    private static readonly DateTimeOffset Start = new(2026, 8, 1, 0, 0, 0, TimeSpan.Zero);

    [TestMethod]
    public async Task What_a_known_problem_explains_is_left_out_and_what_comes_anew_is_found_whatever_the_model_answers()
    {
        await using SmallCompany company = await SmallCompany.TrainedAsync();
        IReadOnlyList<StreamItem> found = await FindAsync(company, [.. Enumerable.Range(0, 6).Select(Known), .. Enumerable.Range(0, 6).Select(New)]);
        found.Select(i => i.Id).Order(StringComparer.Ordinal).ShouldBe(Enumerable.Range(0, 6).Select(i => $"NEW{i}"));
        found.ShouldAllBe(i => i.Known == null);
    }

    [TestMethod]
    public async Task An_incident_that_comes_alone_is_found_when_another_like_it_comes()
    {
        await using SmallCompany company = await SmallCompany.TrainedAsync();
        (await FindAsync(company, [New(0), Known(1)])).ShouldBeEmpty();
        (await FindAsync(company, [New(1)])).Select(i => i.Id).ShouldBe(["NEW0", "NEW1"], "the first waits in the warehouse");
    }

    [TestMethod]
    public async Task Another_that_came_more_than_four_weeks_before_says_nothing()
    {
        await using SmallCompany company = await SmallCompany.TrainedAsync();
        (await FindAsync(company, [New(0), New(1) with { CreatedOn = Start.AddDays(29) }])).ShouldBeEmpty();
    }

    [TestMethod]
    public async Task A_text_of_a_problem_of_the_training_is_never_found_however_often_it_comes()
    {
        await using SmallCompany company = await SmallCompany.TrainedAsync();
        PreprocessedIncident trained = await FirstTrainedAsync(company);
        (await FindAsync(company, [.. Enumerable.Range(0, 20).Select(i => trained with { Number = $"AGAIN{i:00}", CreatedOn = Start.AddHours(i) })])).ShouldBeEmpty();
    }

    private static async Task<PreprocessedIncident> FirstTrainedAsync(SmallCompany company)
    {
        FittedModel model = await ModelAsync(company);
        await foreach (PreprocessedIncident row in ((IPreprocessedIncidents)company.Warehouse).ReadWindowAsync(SmallCompany.TechCenter, company.Preprocess.Embedder, Start.AddYears(-1), Start))
        {
            if (model.Recall(row.ContentHash).ClusterId >= 0)
            {
                return row;
            }
        }

        throw new InvalidOperationException("The company has no problem.");
    }

    private static PreprocessedIncident Known(int i) => Of($"KNOWN{i}", $"Printer {Words[i]} on floor {Words[i + 4]} shows a paper jam and does not print", Start.AddHours(i));

    private static PreprocessedIncident New(int i) => Of($"NEW{i}", $"Badge reader {i} at the gate rejects every card, door stays shut", Start.AddHours(i).AddMinutes(30));

    private static PreprocessedIncident Of(string number, string text, DateTimeOffset time) =>
        new() { Number = number, CreatedOn = time, TechCenter = SmallCompany.TechCenter, Summary = text, ContentHash = "", Embedder = "", Embedding = ReadOnlyMemory<float>.Empty };

    private static async Task<FittedModel> ModelAsync(SmallCompany company)
    {
        SoundVersion<FittedModel>? serving = await company.Models.LoadServingAsync(SmallCompany.TechCenter, async (manifest, token) => FittedModel.Load(manifest, await company.Models.ReadAsync(manifest, token)));
        return serving!.Loaded;
    }

    // As the pipeline does it: stored, masked and embedded, and then asked for as a batch.
    private static async Task<IReadOnlyList<StreamItem>> FindAsync(SmallCompany company, IReadOnlyList<PreprocessedIncident> incidents)
    {
        await company.Warehouse.UpsertIncidentsAsync([.. incidents.Select(i => new Pipeline.Incidents.Incident { Number = i.Number, CreatedOn = i.CreatedOn, Texts = [i.Summary], TechCenter = i.TechCenter })]);
        await company.Preprocess.RunAsync();
        FittedModel model = await ModelAsync(company);
        List<PreprocessedIncident> batch = [];
        await foreach (PreprocessedIncident row in ((IPreprocessedIncidents)company.Warehouse).ReadWindowAsync(SmallCompany.TechCenter, company.Preprocess.Embedder, Start, Start.AddDays(60)))
        {
            if (incidents.Any(i => string.Equals(i.Number, row.Number, StringComparison.Ordinal)))
            {
                batch.Add(row);
            }
        }

        IReadOnlyList<ClusterAssignment> answers = model.Classify([.. batch.Select(r => (r.ContentHash, r.Embedding))]);
        PreprocessedIncident[] dated = [.. batch.OrderBy(r => r.CreatedOn)];
        return [.. (await new UnlikeProblems(company.Warehouse, 0.8).FindAsync(new PredictedBatch(SmallCompany.TechCenter, model, batch, answers), dated, CancellationToken.None)).Items.Select(i => i.Item)];
    }
}
