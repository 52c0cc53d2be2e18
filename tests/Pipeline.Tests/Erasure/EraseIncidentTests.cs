using System.Text;
using Pipeline.Archive;
using Pipeline.Datasets;
using Pipeline.Encryption;
using Pipeline.Erasure;
using Pipeline.Incidents;
using Pipeline.Intake;
using Pipeline.Models;
using Pipeline.Storage;
using Pipeline.Streams;
using Pipeline.Tests.Fakes;
using Pipeline.Tests.Support;
using Pipeline.Training;

namespace Pipeline.Tests.Erasure;

[TestClass]
public sealed class EraseIncidentTests
{
    private const string Number = "INC0815";
    private const string Phrase = "heron on floor walrus";
    private const string Text = $"Printer {Phrase} shows a paper jam and does not print";

    private static readonly EnvelopeSeal Seal = EnvelopeSeal.WithoutKeys;

    [TestMethod]
    public async Task Nothing_of_an_erased_incident_is_left_anywhere_and_the_record_does_not_name_it()
    {
        await using SmallCompany company = await CompanyAsync();
        await ArchiveItAsync(company, Number);
        await StreamItAsync(company, Number);
        Everything(company).ShouldContain(Phrase);

        ErasureRecord done = await EraseAsync(company, Number);

        Everything(company).ShouldNotContain(Phrase);
        Everything(company).ShouldNotContain(Number);
        (await company.Warehouse.ReadChangesAsync(0, 1000)).ShouldNotContain(c => c.Incident.Number == Number);
        (await company.Warehouse.ReadPredictedAsync().ToArrayAsync()).ShouldNotContain(p => p.Summary.Contains(Phrase, StringComparison.Ordinal));
        done.Removed.ShouldBe(new ErasureCounts { Incidents = 1, Preprocessed = 1, Predictions = 1, ArchivedRows = 1, NewRevisions = 1, DeletedVersions = 1, StreamObjects = 2 });
        (done.Number, done.NumberSha256, done.RequestedBy, done.FinishedAt).ShouldBe((null, EraseIncident.HashOf(Number), "anna", company.Clock.GetUtcNow()));
        (await company.Warehouse.ReadErasuresAsync(10)).ShouldBe([done]);
    }

    [TestMethod]
    public async Task The_model_answers_on_in_a_new_revision_that_does_not_know_the_text()
    {
        await using SmallCompany company = await CompanyAsync();
        ModelManifest before = (await company.Models.FindServingAsync(SmallCompany.TechCenter)).ShouldNotBeNull();
        ModelContent old = await company.Models.ReadAsync(before);
        StoredIncident incident = (await company.Warehouse.FindIncidentAsync(Number)).ShouldNotBeNull();
        FittedModel.Load(before, old).Recall(incident.ContentHash!).ShouldNotBe(ClusterAssignment.None);

        await EraseAsync(company, Number);

        ModelManifest after = (await company.Models.ListAsync(SmallCompany.TechCenter)).ShouldHaveSingleItem();
        after.Version.ShouldBe($"{before.Version}_r2");
        (after.TrainingRun, after.PreviousVersion, after.Clusters).ShouldBe((before.TrainingRun, before.PreviousVersion, before.Clusters));
        ModelContent content = await company.Models.ReadAsync(after);
        FittedModel model = FittedModel.Load(after, content);
        model.Recall(incident.ContentHash!).ShouldBe(ClusterAssignment.None);
        string[] kept = [.. company.Objects.Objects.Where(o => o.Key.EndsWith("/sample-vectors.json", StringComparison.Ordinal)).Select(o => System.Text.Encoding.UTF8.GetString(o.Value))];
        kept.ShouldHaveSingleItem().ShouldNotContain(incident.ContentHash!);
        content.Arrays["members.vectors"].Shape[0].ShouldBe(old.Arrays["members.vectors"].Shape[0] - 1);
        content.Arrays["texts.hash"].Shape[0].ShouldBe(old.Arrays["texts.hash"].Shape[0] - 1);
        await company.PredictAsync();
        (await company.Warehouse.ReadPredictedAsync().ToArrayAsync()).ShouldAllBe(p => p.Prediction.ModelVersion == model.Name);
    }

    [TestMethod]
    public async Task A_text_that_another_incident_has_too_stays_in_the_models_until_the_last_of_them_is_erased()
    {
        await using SmallCompany company = await CompanyAsync();
        ModelManifest version = (await company.Models.FindServingAsync(SmallCompany.TechCenter)).ShouldNotBeNull();
        string example = (await company.Models.ReadClustersAsync(version)).Clusters[0].Examples[0];
        string[] numbers = [.. (await company.Warehouse.ReadPredictedAsync().ToArrayAsync()).Where(p => p.Summary == example).Select(p => p.Prediction.IncidentId)];
        numbers.Length.ShouldBeGreaterThan(1);

        foreach (string number in numbers[..^1])
        {
            (await EraseAsync(company, number)).Removed.NewRevisions.ShouldBe(0);
        }

        (await EraseAsync(company, numbers[^1])).Removed.ShouldBe(new ErasureCounts { Incidents = 1, Preprocessed = 1, Predictions = 1, NewRevisions = 1, DeletedVersions = 1 });
        ModelManifest after = (await company.Models.FindServingAsync(SmallCompany.TechCenter)).ShouldNotBeNull();
        (await company.Models.ReadClustersAsync(after)).Clusters.SelectMany(c => c.Examples).ShouldNotContain(example, StringComparer.Ordinal);
    }

    [TestMethod]
    public async Task Every_version_that_holds_the_text_goes_and_the_newest_of_its_quarter_is_published_anew()
    {
        await using SmallCompany company = await CompanyAsync();
        await company.TrainAsync(new TrainingRequest(2026, 2, null));
        await company.TrainAsync(new TrainingRequest(2026, 3, null));
        (await company.Models.ListAsync(SmallCompany.TechCenter)).Select(v => v.Version).ShouldBe(["2026_q2", "2026_q2_r2", "2026_q3"]);

        ErasureRecord done = await EraseAsync(company, Number);

        (done.Removed.NewRevisions, done.Removed.DeletedVersions).ShouldBe((2, 3));
        (await company.Models.ListAsync(SmallCompany.TechCenter)).Select(v => v.Version).ShouldBe(["2026_q2_r3", "2026_q3_r2"]);
        Everything(company).ShouldNotContain(Phrase);
    }

    [TestMethod]
    public async Task Killed_at_any_step_an_erasure_goes_on_until_nothing_is_left()
    {
        int steps = 0;
        for (bool crashed = true; crashed; steps++)
        {
            await using SmallCompany company = await CompanyAsync();
            await ArchiveItAsync(company, Number);
            CrashPoint crash = new(steps + 1);
            ErasureRecord begun = await Erase(company).BeginAsync(Number, "anna");
            try
            {
                await Erase(company, crash).RunAsync(begun.Id);
            }
            catch (CrashException)
            {
                // The next one goes on.
            }

            crashed = crash.Happened;
            ErasureRecord done = await Erase(company).RunAsync(begun.Id);

            done.FinishedAt.ShouldNotBeNull();
            Everything(company).ShouldNotContain(Phrase, Case.Sensitive, $"after a kill at step {steps + 1}");
            (await company.Warehouse.FindIncidentAsync(Number)).ShouldBeNull();
            (await company.Warehouse.CountChangesAsync(0)).ShouldBe(125);
            (await company.Models.ListAsync(SmallCompany.TechCenter)).Count.ShouldBe(1);
        }

        steps.ShouldBeGreaterThan(15);
    }

    [TestMethod]
    public async Task What_is_not_there_is_recorded_as_looked_for()
    {
        await using SmallCompany company = await SmallCompany.OpenAsync();

        ErasureRecord done = await EraseAsync(company, "INC404");

        done.FinishedAt.ShouldNotBeNull();
        done.Removed.IsNothing.ShouldBeTrue();
        (await Erase(company).RunAsync(done.Id)).ShouldBe(done);
    }

    [TestMethod]
    public async Task A_number_that_is_none_and_an_erasure_that_is_none_are_refused()
    {
        await using SmallCompany company = await SmallCompany.OpenAsync();

        (await SmallCompany.RefusedAsync(() => Erase(company).BeginAsync(" ", "anna"))).Message.ShouldBe("The number is missing. Name the incident that is to be erased.");
        (await SmallCompany.RefusedAsync(() => Erase(company).BeginAsync(new string('1', 257), "anna"))).Message.ShouldContain("257 characters");
        (await Should.ThrowAsync<ArgumentException>(() => Erase(company).RunAsync("42"))).Message.ShouldContain("There is no erasure '42'.");
        (await company.Warehouse.ReadErasuresAsync(10)).ShouldBeEmpty();
    }

    [TestMethod]
    public async Task An_erasure_that_came_to_no_end_is_taken_up_by_the_next_of_its_number_and_one_that_did_is_not()
    {
        await using SmallCompany company = await SmallCompany.OpenAsync();
        ErasureRecord begun = await Erase(company).BeginAsync(Number, "anna");

        (await Erase(company).ResumeAsync("INC-OTHER", "bert")).ShouldNotBe(begun);
        (await Erase(company).ResumeAsync(Number, "bert")).ShouldBe(begun);
        await Erase(company).RunAsync(begun.Id);
        (await Erase(company).ResumeAsync(Number, "bert")).Number.ShouldBe(Number);
    }

    [TestMethod]
    public async Task An_erasure_that_is_given_up_says_why_and_forgets_the_number()
    {
        await using SmallCompany company = await SmallCompany.OpenAsync();
        ErasureRecord begun = await Erase(company).BeginAsync(Number, "anna");

        await Erase(company).GiveUpAsync(begun.Id, "The disk is full.");

        ErasureRecord record = (await company.Warehouse.FindErasureAsync(begun.Id)).ShouldNotBeNull();
        (record.Number, record.FinishedAt, record.Problem).ShouldBe((null, null, "The disk is full."));
    }

    [TestMethod]
    public async Task An_incident_that_its_source_sends_again_after_its_erasure_is_refused_and_nothing_of_its_row_is_kept()
    {
        await using SmallCompany company = await CompanyAsync();
        await EraseAsync(company, Number);
        ErasedNumbers erased = new(async token => (await company.Warehouse.ReadErasuresAsync(10, token)).Select(e => e.NumberSha256).ToHashSet(StringComparer.Ordinal), company.Clock);
        using RejectedRows rejects = new();
        using MemoryStream content = new(Encoding.UTF8.GetBytes($"number,opened_at,assignment_group,short_description\n{Number},2026-02-03 04:05:06,Network,{Text}\nINC0816,2026-02-03 04:05:06,Network,Another printer is down\n"));
        using SourceFile file = SourceFile.Of(content, "again.csv");

        IntakeResult result = await ImportIncidents.ImportAsync(file, new IntakeOptions(), company.Warehouse, rejectsPath: null, clock: company.Clock, kept: rejects, erased: erased);

        result.Numbers.ShouldBe(["INC0816"]);
        result.RejectReasons.ShouldBe(new Dictionary<RejectKind, int> { [RejectKind.Erased] = 1 });
        (await company.Warehouse.FindIncidentAsync(Number)).ShouldBeNull();
        using MemoryStream kept = new();
        await rejects.CopyToAsync(kept, CancellationToken.None);
        Encoding.UTF8.GetString(kept.ToArray()).ShouldSatisfyAllConditions(k => k.ShouldContain("was erased"), k => k.ShouldNotContain(Number), k => k.ShouldNotContain(Phrase));
    }

    private static async Task<SmallCompany> CompanyAsync()
    {
        SmallCompany company = await SmallCompany.OpenAsync();
        await company.ReportAsync(SmallCompany.TechCenter, 125);
        await company.Warehouse.UpsertIncidentsAsync([new Incident { Number = Number, CreatedOn = new DateTimeOffset(2026, 2, 3, 4, 5, 6, TimeSpan.Zero), Texts = [Text], TechCenter = SmallCompany.TechCenter }]);
        await company.Preprocess.RunAsync();
        await company.TrainAsync();
        await company.PredictAsync();
        return company;
    }

    /// <summary>Puts a copy of an incident into the archive, with a neighbour, as a run leaves it that was killed before it took them out of the warehouse.</summary>
    private static async Task ArchiveItAsync(SmallCompany company, string number)
    {
        StoredIncident stored = (await company.Warehouse.FindIncidentAsync(number)).ShouldNotBeNull();
        StoredIncident other = (await company.Warehouse.FindIncidentAsync($"{SmallCompany.TechCenter}-20260202-1")).ShouldNotBeNull();
        await using ArchiveFile file = new();
        await file.AddAsync(ArchivedRow.Of(stored), CancellationToken.None);
        await file.AddAsync(ArchivedRow.Of(other), CancellationToken.None);
        await file.PublishAsync(company.Objects, "archive/incidents/year=2026/month=02/day=03/", CancellationToken.None);
    }

    private static EraseIncident Erase(SmallCompany company, CrashPoint? crash = null)
    {
        IObjectStore objects = crash is null ? company.Objects : new CrashingObjectStore(company.Objects, crash);
        return new EraseIncident(
            crash is null ? company.Warehouse : new CrashingRemovals(company.Warehouse, crash),
            company.Warehouse,
            new EraseFromModels(new ModelStore(objects), objects, company.Clock),
            new EraseFromStreams(Streams(objects, company), new EmergingProblems(objects, Seal)),
            new EraseFromFiles(new NoIngestions(), objects, Datasets(company), new IntakeOptions()),
            new EraseFromArchive(objects),
            Datasets(company),
            company.Clock);
    }

    private static StreamDirectory Streams(IObjectStore objects, SmallCompany company) => new(objects, Seal, "embedder", company.Clock);

    /// <summary>Puts an incident into the stream of its tech center, as a prediction does, and into a snapshot of it.</summary>
    private static async Task StreamItAsync(SmallCompany company, string number)
    {
        await using StreamDirectory streams = Streams(company.Objects, company);
        string name = (await streams.CreateAsync("emerging/network", new StreamConfig(), "predictions")).Name;
        StreamItem[] items = [.. new[] { number, "INC-OTHER" }.Select((n, i) => new StreamItem(n, n == number ? Text : "another text", company.Clock.GetUtcNow(), StreamItem.NoAttributes, [1 - i, i]))];
        await streams.UseAsync(name, open => open.AddAsync(items, CancellationToken.None), CancellationToken.None);
    }

    private static DatasetCatalog Datasets(SmallCompany company) => new(company.Objects, company.Warehouse);

    private static async Task<ErasureRecord> EraseAsync(SmallCompany company, string number)
    {
        EraseIncident erase = Erase(company);
        return await erase.RunAsync((await erase.BeginAsync(number, "anna")).Id);
    }

    /// <summary>All bytes of all objects: archive files, compressed as they are, hold short texts readable. Names and keywords of clusters stay, which are single words.</summary>
    private static string Everything(SmallCompany company) => string.Concat(company.Objects.Objects.Select(item => item.Key + Encoding.Latin1.GetString(item.Value)));

    private sealed class NoIngestions : IIngestionLog
    {
        public Task RecordIngestionAsync(Ingestion ingestion, CancellationToken cancellationToken = default) => throw new NotSupportedException();

        public Task<Ingestion> BeginIngestionAsync(Ingestion ingestion, DateTimeOffset since, CancellationToken cancellationToken = default) => throw new NotSupportedException();

        public Task<Ingestion?> FindIngestionAsync(string id, CancellationToken cancellationToken = default) => Task.FromResult<Ingestion?>(null);

        public Task<IReadOnlyList<Ingestion>> ReadIngestionsAsync(int limit, CancellationToken cancellationToken = default) => throw new NotSupportedException();
    }
}
