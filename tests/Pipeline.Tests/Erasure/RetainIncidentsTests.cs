using System.Text;
using Pipeline.Archive;
using Pipeline.Datasets;
using Pipeline.Erasure;
using Pipeline.Incidents;
using Pipeline.Intake;
using Pipeline.Models;
using Pipeline.Storage;
using Pipeline.Tests.Fakes;
using Pipeline.Tests.Support;

namespace Pipeline.Tests.Erasure;

[TestClass]
public sealed class RetainIncidentsTests
{
    private const int Window = 1;
    private const string Phrase = "heron on floor walrus";

    // The clock stands at 1 July 2026, so that of three months what is before 1 April goes.
    private static readonly DateTimeOffset Before = new(2026, 4, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly RetentionRequest ThreeMonths = new() { Months = 3 };

    [TestMethod]
    public async Task What_is_older_leaves_the_warehouse_the_archive_kept_files_and_models_and_what_is_younger_stays()
    {
        await using SmallCompany company = await CompanyAsync();
        string[] younger = await YoungerAsync(company);
        Everything(company).ShouldContain(Phrase);

        RetentionOutcome outcome = await Retain(company).RunAsync(ThreeMonths);

        (outcome.Before, outcome.DryRun, outcome.IsComplete, outcome.Problem).ShouldBe((Before, false, true, null));
        (outcome.Incidents, outcome.ArchivedRows, outcome.ArchiveFiles, outcome.KeptFiles).ShouldBe((59, 2, 1, 1));
        (outcome.Texts > 0, outcome.NewRevisions, outcome.DeletedVersions).ShouldBe((true, 1, 1));
        Everything(company).ShouldNotContain(Phrase);
        (await company.Warehouse.FindOldestAsync(NewestDate.Earliest, Before)).ShouldBeNull();
        (await YoungerAsync(company)).ShouldBe(younger);
        Names(company).Where(name => name.StartsWith("archive/", StringComparison.Ordinal) || name.StartsWith("accepted/", StringComparison.Ordinal) || name.StartsWith("retention/", StringComparison.Ordinal))
            .ShouldBe(["accepted/young/export.csv", "archive/incidents/year=2026/month=05/day=01/kept.parquet"], ignoreOrder: true);
        ModelManifest serving = (await company.Models.FindServingAsync(SmallCompany.TechCenter)).ShouldNotBeNull();
        serving.Version.ShouldBe("2026_q2_r2");
        await company.PredictAsync();
    }

    [TestMethod]
    public async Task A_text_that_a_younger_incident_has_too_stays_in_the_models()
    {
        await using SmallCompany company = await CompanyAsync();
        string[] before = await ExamplesAsync(company);
        HashSet<string> still = (await company.Warehouse.ReadPredictedAsync().ToArrayAsync()).Where(p => p.CreatedOn >= Before).Select(p => p.Summary).ToHashSet(StringComparer.Ordinal);

        await Retain(company).RunAsync(ThreeMonths);

        string[] after = await ExamplesAsync(company);
        after.ShouldBe(before.Where(still.Contains));
        after.ShouldNotBeEmpty();
    }

    [TestMethod]
    public async Task Rows_whose_date_cannot_be_or_that_have_none_stay()
    {
        await using SmallCompany company = await SmallCompany.OpenAsync();
        await company.Warehouse.UpsertIncidentsAsync(
        [
            Incident("no date", null), Incident("1900", new DateTimeOffset(1900, 1, 1, 0, 0, 0, TimeSpan.Zero)), Incident("9999", new DateTimeOffset(9999, 12, 31, 0, 0, 0, TimeSpan.Zero)),
            Incident("old", Before.AddTicks(-1)), Incident("on the day", Before), Incident("new", company.Clock.GetUtcNow().AddDays(-1)),
        ]);

        (await Retain(company).RunAsync(ThreeMonths)).Incidents.ShouldBe(1);

        (await company.Warehouse.ReadChangesAsync(0, 10)).Select(c => c.Incident.Number).ShouldBe(["no date", "1900", "9999", "on the day", "new"]);
    }

    [TestMethod]
    public async Task Where_all_is_old_by_the_clock_nothing_is_removed_until_a_person_says_so()
    {
        await using SmallCompany company = await SmallCompany.OpenAsync();
        await company.Warehouse.UpsertIncidentsAsync([Incident("9999", new DateTimeOffset(9999, 12, 31, 0, 0, 0, TimeSpan.Zero)), Incident("a", Before), Incident("b", Before.AddDays(1))]);
        company.Clock.Advance(TimeSpan.FromDays(365));

        RetentionOutcome refused = await Retain(company).RunAsync(ThreeMonths);
        long stayed = await company.Warehouse.CountChangesAsync(0);
        RetentionOutcome forced = await Retain(company).RunAsync(ThreeMonths with { Force = true });

        refused.Problem.ShouldNotBeNull().ShouldContain("2027-07-01, which is today by this machine's clock");
        (refused.Incidents, stayed).ShouldBe((0, 3));
        (forced.Problem, forced.Incidents).ShouldBe((null, 2));
        (await Retain(company).RunAsync(ThreeMonths)).Problem.ShouldBeNull("nothing is left to remove");
    }

    [TestMethod]
    public async Task A_dry_run_counts_and_changes_nothing()
    {
        await using SmallCompany company = await CompanyAsync();
        string[] names = Names(company);
        long incidents = await company.Warehouse.CountChangesAsync(0);

        RetentionOutcome counted = await Retain(company).RunAsync(ThreeMonths with { DryRun = true });

        (counted.DryRun, counted.Incidents, counted.ArchivedRows, counted.ArchiveFiles, counted.KeptFiles, counted.Texts).ShouldBe((true, 59, 2, 1, 1, 0));
        (await company.Warehouse.CountChangesAsync(0)).ShouldBe(incidents);
        Names(company).ShouldBe(names);
    }

    [TestMethod]
    public async Task Done_in_parts_it_removes_what_it_removes_at_once()
    {
        await using SmallCompany company = await CompanyAsync();
        RetentionOutcome sum = await Retain(company).RunAsync(ThreeMonths with { MostDays = 25 });
        int parts = 1;
        for (; !sum.IsComplete; parts++)
        {
            sum += await Retain(company).RunAsync(ThreeMonths with { MostDays = 25 });
        }

        (parts, sum.Incidents, sum.ArchivedRows, sum.KeptFiles).ShouldBe((3, 59, 2, 1));
        Everything(company).ShouldNotContain(Phrase);
    }

    [TestMethod]
    public async Task Killed_at_any_step_it_goes_on_until_nothing_older_is_left_and_everything_younger_is_there()
    {
        int steps = 0;
        for (bool crashed = true; crashed; steps++)
        {
            await using SmallCompany company = await SmallCompanyOfTwoDaysAsync();
            string[] younger = await YoungerAsync(company);
            CrashPoint crash = new(steps + 1);
            try
            {
                await Retain(company, crash).RunAsync(ThreeMonths);
            }
            catch (CrashException)
            {
                // The next one goes on.
            }

            crashed = crash.Happened;
            await Retain(company).RunAsync(ThreeMonths);
            Everything(company).ShouldNotContain(Phrase, customMessage: $"after a kill at step {steps + 1}");
            (await company.Warehouse.FindOldestAsync(NewestDate.Earliest, Before)).ShouldBeNull();
            (await YoungerAsync(company)).ShouldBe(younger, $"after a kill at step {steps + 1}");
            Names(company).ShouldNotContain(name => name.StartsWith("retention/", StringComparison.Ordinal));
            (await company.Models.FindServingAsync(SmallCompany.TechCenter)).ShouldNotBeNull($"after a kill at step {steps + 1}");
        }

        steps.ShouldBeGreaterThan(15);
    }

    [TestMethod]
    public async Task Less_than_a_training_looks_back_is_never_removed()
    {
        await using SmallCompany company = await SmallCompany.OpenAsync();

        (await Should.ThrowAsync<ArgumentException>(() => Retain(company, window: 24).RunAsync(ThreeMonths))).Message.ShouldContain("A training looks back 24 months");
        (await Should.ThrowAsync<ArgumentException>(() => Retain(company).RunAsync(new RetentionRequest()))).Message.ShouldContain("Set Retention:Months");
        Should.Throw<ArgumentOutOfRangeException>(() => new RetentionOptions { Months = 12 }.Validate(24)).Message.ShouldContain("Retention:Months is 12; it must be from 24 to 1200.");
        (Retain(company).IsOn, Retain(company, months: 3).IsOn).ShouldBe((false, true));
    }

    /// <summary>One tech center with a model, of 125 days from 2 February 2026, and one incident of its own words; an old and a young archive file, and an old and a young file that came in.</summary>
    private static async Task<SmallCompany> CompanyAsync()
    {
        SmallCompany company = await SmallCompany.OpenAsync();
        await company.ReportAsync(SmallCompany.TechCenter, 125);
        await FinishAsync(company);
        return company;
    }

    /// <summary>The same, of which two days are old.</summary>
    private static async Task<SmallCompany> SmallCompanyOfTwoDaysAsync()
    {
        SmallCompany company = await SmallCompany.OpenAsync();
        await company.ReportAsync(SmallCompany.TechCenter, 60, Before.AddDays(-2).AddHours(9));
        await FinishAsync(company);
        return company;
    }

    private static async Task FinishAsync(SmallCompany company)
    {
        await company.Warehouse.UpsertIncidentsAsync([Incident("INC0815", Before.AddDays(-1).AddHours(3)) with { Texts = [$"Printer {Phrase} shows a paper jam and does not print"] }]);
        await company.Preprocess.RunAsync();
        await company.TrainAsync();
        await company.PredictAsync();
        await ArchiveAsync(company, new DateTimeOffset(2024, 5, 1, 0, 0, 0, TimeSpan.Zero), "old-1", "old-2");
        await ArchiveAsync(company, new DateTimeOffset(2026, 5, 1, 0, 0, 0, TimeSpan.Zero), "young-1");
        company.Objects.Objects["accepted/old/export.csv"] = Encoding.UTF8.GetBytes($"number,text\nINC0815,{Phrase}\n");
        company.Objects.Objects["accepted/young/export.csv"] = "number,text\n1,a\n"u8.ToArray();
    }

    private static async Task ArchiveAsync(SmallCompany company, DateTimeOffset day, params string[] numbers)
    {
        await using ArchiveFile file = new();
        foreach (string number in numbers)
        {
            string text = number.StartsWith("old", StringComparison.Ordinal) ? $"{Phrase} {number}" : "still kept";
            await file.AddAsync(ArchivedRow.Of(new StoredIncident(1, Incident(number, day) with { Texts = [text] }) { Summary = text }), CancellationToken.None);
        }

        string name = await file.PublishAsync(company.Objects, new ArchiveFolder(company.Objects, Dataset.Incidents).Of(day), CancellationToken.None);
        if (day > Before)
        {
            company.Objects.Objects[name[..(name.LastIndexOf('/') + 1)] + "kept.parquet"] = company.Objects.Objects[name];
            await company.Objects.DeleteAsync(name);
        }
    }

    private static RetainIncidents Retain(SmallCompany company, CrashPoint? crash = null, int window = Window, int? months = null)
    {
        IObjectStore objects = crash is null ? company.Objects : new CrashingObjectStore(company.Objects, crash);
        return new RetainIncidents(
            crash is null ? company.Warehouse : new CrashingRemovals(company.Warehouse, crash),
            company.Preprocess,
            company.Warehouse,
            objects,
            new TwoIngestions(),
            new EraseFromModels(new ModelStore(objects), objects, company.Clock),
            new RetentionOptions { Months = months },
            window,
            company.Clock);
    }

    private static Incident Incident(string number, DateTimeOffset? created) => new() { Number = number, CreatedOn = created, Texts = [$"text {number}"], TechCenter = SmallCompany.TechCenter };

    private static async Task<string[]> YoungerAsync(SmallCompany company) =>
        [.. (await company.Warehouse.ReadOpenedAsync(Before, DateTimeOffset.MaxValue, null, 1000)).Select(stored => $"{stored.Incident.Number} {stored.Summary} {stored.ClusterId}")];

    private static async Task<string[]> ExamplesAsync(SmallCompany company) =>
        [.. (await company.Models.ReadClustersAsync((await company.Models.FindServingAsync(SmallCompany.TechCenter))!)).Clusters.SelectMany(c => c.Examples)];

    private static string[] Names(SmallCompany company) => [.. company.Objects.Objects.Keys.Order(StringComparer.Ordinal)];

    private static string Everything(SmallCompany company) => string.Concat(company.Objects.Objects.Select(item => item.Key + Encoding.Latin1.GetString(item.Value)));

    /// <summary>A log of one file that came in long ago, and of one that came in yesterday.</summary>
    private sealed class TwoIngestions : IIngestionLog
    {
        public Task RecordIngestionAsync(Ingestion ingestion, CancellationToken cancellationToken = default) => throw new NotSupportedException();

        public Task<Ingestion> BeginIngestionAsync(Ingestion ingestion, DateTimeOffset since, CancellationToken cancellationToken = default) => throw new NotSupportedException();

        public Task<Ingestion?> FindIngestionAsync(string id, CancellationToken cancellationToken = default) => Task.FromResult(
            id is "old" or "young"
                ? new Ingestion(id is "old" ? Before.AddDays(-1) : Before.AddDays(1), 0, "test", "export.csv", "", 0, null, 0, 0, 0, new Dictionary<RejectKind, int>(), 0, 0, null) { Id = id }
                : null);

        public Task<IReadOnlyList<Ingestion>> ReadIngestionsAsync(int limit, CancellationToken cancellationToken = default) => throw new NotSupportedException();
    }
}
