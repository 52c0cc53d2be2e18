using Pipeline.Archive;
using Pipeline.Datasets;
using Pipeline.Incidents;
using Pipeline.Storage;
using Pipeline.Tests.Fakes;
using Pipeline.Tests.Support;

namespace Pipeline.Tests.Archive;

[TestClass]
public sealed class ArchiveIncidentsTests
{
    private const int Window = 1;
    private static readonly DateTimeOffset First = new(2026, 1, 5, 9, 0, 0, TimeSpan.Zero);

    [TestMethod]
    public async Task Incidents_that_are_old_enough_leave_the_warehouse_and_are_found_in_the_folder_of_their_day()
    {
        await using SmallCompany company = await CompanyAsync(90);

        ArchiveOutcome outcome = await Archive(company).RunAsync();

        // The newest is of 4 April 2026: what is before 4 March goes.
        outcome.Before.ShouldBe(new DateTimeOffset(2026, 3, 4, 0, 0, 0, TimeSpan.Zero));
        (outcome.Days, outcome.Incidents, outcome.Files).ShouldBe((58, 58, 58));
        (await company.Warehouse.CountChangesAsync(0)).ShouldBe(32);
        Files(company).Length.ShouldBe(58);
        Files(company)[0].ShouldStartWith("archive/incidents/year=2026/month=01/day=05/");
        Files(company)[^1].ShouldStartWith("archive/incidents/year=2026/month=03/day=03/");
    }

    [TestMethod]
    public async Task An_archived_row_has_everything_that_the_warehouse_had()
    {
        await using SmallCompany company = await SmallCompany.TrainedAsync();
        StoredIncident before = (await company.Warehouse.ReadOpenedAsync(DateTimeOffset.MinValue, DateTimeOffset.MaxValue, null, 1))[0];
        await company.Warehouse.UpsertIncidentsAsync([before.Incident with
        {
            Texts = ["Printer \u65e5\u672c", "", "second"], UpdatedOn = First.AddTicks(1234567), ResolvedOn = First.AddDays(2), Priority = "1 - High", State = "", CloseNotes = "turned it on", ReopenCount = 2, Location = "Floor 3", ConfigurationItem = "PRN-1",
        }]);
        await company.Preprocess.RunAsync();
        await company.PredictAsync();
        StoredIncident stored = (await company.Warehouse.FindIncidentAsync(before.Incident.Number)).ShouldNotBeNull();
        stored.ClusterLabel.ShouldNotBeNull();

        await Archive(company).RunAsync();

        ArchivedRow row = (await RowsAsync(company)).Single(r => r.Number == before.Incident.Number);
        row.Texts.ShouldBe(["Printer \u65e5\u672c", "", "second"]);
        (row.CreatedOn, row.UpdatedOn, row.ResolvedOn).ShouldBe((before.Incident.CreatedOn!.Value.UtcDateTime, First.AddTicks(1234560).UtcDateTime, First.AddDays(2).UtcDateTime));
        (row.Priority, row.State, row.CloseNotes, row.ReopenCount, row.Location, row.ConfigurationItem).ShouldBe(("1 - High", "", "turned it on", 2, "Floor 3", "PRN-1"));
        (row.Summary, row.ClusterId, row.ClusterLabel, row.DomainName, row.Confidence, row.ModelVersion).ShouldBe((stored.Summary, stored.ClusterId, stored.ClusterLabel, stored.DomainName, stored.Confidence, stored.ModelVersion));
    }

    [TestMethod]
    public async Task Killed_at_any_step_nothing_is_lost_and_nothing_is_there_twice_once_it_has_run_again()
    {
        string[] expected;
        await using (SmallCompany undisturbed = await ThreeDaysAsync())
        {
            expected = [.. (await AllAsync(undisturbed)).Distinct(StringComparer.Ordinal)];
        }

        int steps = 0;
        for (bool crashed = true; crashed; steps++)
        {
            await using SmallCompany company = await ThreeDaysAsync();
            CrashPoint crash = new(steps + 1);
            try
            {
                await Archive(company, crash).RunAsync();
            }
            catch (CrashException)
            {
                // The next one goes on.
            }

            crashed = crash.Happened;
            (await AllAsync(company)).Distinct(StringComparer.Ordinal).ShouldBe(expected, $"after a kill at step {steps + 1} something is lost");
            await Archive(company).RunAsync();
            (await AllAsync(company)).ShouldBe(expected, $"after a kill at step {steps + 1} and another run something is lost or doubled");
            (await company.Warehouse.CountChangesAsync(0)).ShouldBe(1);
            Files(company).Length.ShouldBe(2, "a day is one file");
        }

        steps.ShouldBeGreaterThan(10);
    }

    [TestMethod]
    public async Task An_incident_that_comes_again_after_it_was_archived_replaces_its_row()
    {
        await using SmallCompany company = await ThreeDaysAsync();
        await Archive(company).RunAsync();
        await company.Warehouse.UpsertIncidentsAsync([Incident("A", First, "another text"), Incident("E", First.AddHours(1), "late")]);

        ArchiveOutcome again = await Archive(company).RunAsync();

        (again.Days, again.Incidents, again.Files).ShouldBe((1, 2, 1));
        (await AllAsync(company)).ShouldBe(["A: another text", "B: text B", "C: text C", "D: text D", "E: late"]);
    }

    [TestMethod]
    public async Task What_a_killed_run_has_written_is_not_written_again()
    {
        await using SmallCompany company = await ThreeDaysAsync();
        await Archive(company).RunAsync();
        await company.Warehouse.UpsertIncidentsAsync([Incident("E", First.AddDays(2), "text E")]);
        CrashPoint afterTheFile = new(2);
        await Should.ThrowAsync<CrashException>(() => Archive(company, afterTheFile).RunAsync());
        string[] files = Files(company);
        files.Length.ShouldBe(3);

        (await Archive(company).RunAsync()).Files.ShouldBe(0);

        Files(company).ShouldBe(files);
        (await AllAsync(company)).ShouldBe(["A: text A", "B: text B", "C: text C", "D: text D", "E: text E"]);
    }

    [TestMethod]
    public async Task An_incident_that_changes_while_its_day_is_archived_stays_in_the_warehouse()
    {
        await using SmallCompany company = await ThreeDaysAsync();
        InterruptedObjectStore interrupted = new(company.Objects, () => company.Warehouse.UpsertIncidentsAsync([Incident("A", First, "changed")]), ".parquet");

        await new ArchiveIncidents(company.Warehouse, company.Warehouse, interrupted, Datasets(company), new ArchiveOptions { AfterMonths = 1 }, Window, company.Clock).RunAsync();

        (await company.Warehouse.FindIncidentAsync("A")).ShouldNotBeNull().Incident.Texts.ShouldBe(["changed"]);
        await Archive(company).RunAsync();
        (await AllAsync(company)).ShouldBe(["A: changed", "B: text B", "C: text C", "D: text D"]);
    }

    [TestMethod]
    public async Task A_file_that_the_store_does_not_keep_as_it_was_written_costs_nothing()
    {
        await using SmallCompany company = await ThreeDaysAsync();
        string[] all = await AllAsync(company);
        BreakingObjectStore breaking = new(company.Objects);

        (await Should.ThrowAsync<ObjectStoreException>(() => new ArchiveIncidents(company.Warehouse, company.Warehouse, breaking, Datasets(company), new ArchiveOptions { AfterMonths = 1 }, Window, company.Clock).RunAsync()))
            .Message.ShouldContain("is not what was written: its bytes are others. It was removed, and nothing was taken out of the warehouse.");

        Files(company).Length.ShouldBe(1, "the file that was there before is still there");
        (await company.Warehouse.CountChangesAsync(0)).ShouldBe(4);
        (await AllAsync(company)).ShouldBe(all);
    }

    [TestMethod]
    public async Task A_damaged_archive_file_stops_its_day_and_is_named()
    {
        await using SmallCompany company = await ThreeDaysAsync();
        await Archive(company).RunAsync();
        string file = Files(company)[0];
        company.Objects.Objects[file] = [1, 2, 3, 4];
        await company.Warehouse.UpsertIncidentsAsync([Incident("E", First.AddHours(1), "late")]);

        (await Should.ThrowAsync<ObjectStoreException>(() => Archive(company).RunAsync())).Message.ShouldContain($"'{file}' is damaged");
        (await company.Warehouse.FindIncidentAsync("E")).ShouldNotBeNull();
    }

    [TestMethod]
    public async Task Nothing_that_a_training_looks_at_can_be_archived()
    {
        await using SmallCompany company = await ThreeDaysAsync();
        ArchiveIncidents archive = new(company.Warehouse, company.Warehouse, company.Objects, Datasets(company), new ArchiveOptions(), 24, company.Clock);

        (await Should.ThrowAsync<ArgumentException>(() => archive.RunAsync(olderThanMonths: 23))).Message.ShouldContain("A training looks back 24 months");
        (await archive.RunAsync()).Incidents.ShouldBe(0, "36 months are the standard");
        (await Should.ThrowAsync<ArgumentException>(() => archive.RunAsync("survey"))).Message.ShouldContain("There is no data set 'survey'. Known: 'household-survey', 'incidents'.");
        Should.Throw<ArgumentOutOfRangeException>(() => new ArchiveOptions { AfterMonths = 12 }.Validate(24)).Message.ShouldContain("Archive:AfterMonths is 12; it must be from 24 to 1200.");
        new ArchiveOptions().Months(24).ShouldBe(36);
        new ArchiveOptions().Months(36).ShouldBe(48);
    }

    [TestMethod]
    public async Task Each_data_set_has_its_own_folders_and_goes_by_its_own_retention()
    {
        await using SmallCompany company = await ThreeDaysAsync();
        await Datasets(company).AddAsync(new Dataset { Name = "tickets", RetentionDays = 10 });
        Incident Ticket(string number, int day) => Incident($"tickets/{number}", First.AddDays(day), "ticket") with { TechCenter = "tickets/desk" };
        await company.Warehouse.UpsertIncidentsAsync([Ticket("1", 0), Ticket("2", 80), Ticket("3", 85)]);

        ArchiveOutcome outcome = await Archive(company).RunAsync("tickets");

        (outcome.Before, outcome.Incidents, outcome.IsComplete).ShouldBe((new DateTimeOffset(First.AddDays(75).Date, TimeSpan.Zero), 1, true));
        Files(company).Count(file => file.StartsWith("archive/tickets/year=2026/month=01/day=05/", StringComparison.Ordinal)).ShouldBe(1);
        (await company.Warehouse.FindIncidentAsync("B")).ShouldNotBeNull("another data set's");
        (await Archive(company).RunAsync(mostDays: 1)).IsComplete.ShouldBeFalse();
        (await Archive(company).RunAsync(mostDays: 1)).IsComplete.ShouldBeTrue();
        (await company.Warehouse.ReadChangesAsync(0, 10)).Select(c => c.Incident.Number).ShouldBe(["D", "tickets/2", "tickets/3"]);
    }

    [TestMethod]
    public async Task An_empty_warehouse_has_nothing_to_archive()
    {
        await using SmallCompany company = await SmallCompany.OpenAsync();
        (await Archive(company).RunAsync()).ShouldBe(new ArchiveOutcome("incidents", null, 0, 0, 0, IsComplete: true));
    }

    private static ArchiveIncidents Archive(SmallCompany company, CrashPoint? crash = null) => new(
        company.Warehouse,
        crash is null ? company.Warehouse : new CrashingRemovals(company.Warehouse, crash),
        crash is null ? company.Objects : new CrashingObjectStore(company.Objects, crash),
        Datasets(company),
        new ArchiveOptions { AfterMonths = 1 },
        Window,
        company.Clock);

    private static DatasetCatalog Datasets(SmallCompany company) => new(company.Objects, company.Warehouse);

    private static async Task<SmallCompany> CompanyAsync(int incidents)
    {
        SmallCompany company = await SmallCompany.OpenAsync();
        await company.ImportAsync(SmallCompany.TechCenter, incidents, First);
        return company;
    }

    /// <summary>Two incidents of one day, one of the next, and one that is too new; an archive file of the first day is there already.</summary>
    private static async Task<SmallCompany> ThreeDaysAsync()
    {
        SmallCompany company = await SmallCompany.OpenAsync();
        await company.Warehouse.UpsertIncidentsAsync([Incident("A", First, "text A"), Incident("D", First.AddMonths(3), "text D")]);
        await Archive(company).RunAsync();
        await company.Warehouse.UpsertIncidentsAsync([Incident("A", First, "text A"), Incident("B", First.AddMinutes(1), "text B"), Incident("C", First.AddDays(1), "text C")]);
        return company;
    }

    private static Incident Incident(string number, DateTimeOffset created, string text) => new() { Number = number, CreatedOn = created, Texts = [text], TechCenter = "network" };

    private static string[] Files(SmallCompany company) => [.. company.Objects.Objects.Keys.Where(name => name.StartsWith("archive/", StringComparison.Ordinal))];

    private static async Task<List<ArchivedRow>> RowsAsync(SmallCompany company)
    {
        List<ArchivedRow> rows = [];
        foreach (string file in Files(company))
        {
            await foreach (ArchivedRow row in ArchiveFile.ReadAsync(company.Objects, file, CancellationToken.None))
            {
                rows.Add(row);
            }
        }

        return rows;
    }

    /// <summary>Every incident that is somewhere, as often as it is there, in order.</summary>
    private static async Task<string[]> AllAsync(SmallCompany company)
    {
        IEnumerable<string> kept = (await company.Warehouse.ReadChangesAsync(0, 1000)).Select(c => $"{c.Incident.Number}: {c.Incident.Texts[0]}");
        IEnumerable<string> archived = (await RowsAsync(company)).Select(row => $"{row.Number}: {row.Texts[0]}");
        return [.. kept.Concat(archived).Order(StringComparer.Ordinal)];
    }

    /// <summary>An object store that keeps other bytes than it was given.</summary>
    private sealed class BreakingObjectStore(IObjectStore objects) : IObjectStore
    {
        public Task<bool> WriteAsync(string name, Func<Stream, CancellationToken, Task> write, bool onlyIfAbsent = false, CancellationToken cancellationToken = default) => objects.WriteAsync(
            name,
            async (stream, token) =>
            {
                await write(stream, token);
                await stream.WriteAsync(new byte[1], token);
            },
            onlyIfAbsent,
            cancellationToken);

        public Task<Stream?> OpenReadAsync(string name, CancellationToken cancellationToken = default) => objects.OpenReadAsync(name, cancellationToken);

        public Task<TaggedObject?> ReadTaggedAsync(string name, CancellationToken cancellationToken = default) => objects.ReadTaggedAsync(name, cancellationToken);

        public Task<bool> ReplaceAsync(string name, ReadOnlyMemory<byte> content, string? tag, CancellationToken cancellationToken = default) => objects.ReplaceAsync(name, content, tag, cancellationToken);

        public IAsyncEnumerable<StoredObject> ListAsync(string prefix, CancellationToken cancellationToken = default) => objects.ListAsync(prefix, cancellationToken);

        public Task DeleteAsync(string name, CancellationToken cancellationToken = default) => objects.DeleteAsync(name, cancellationToken);
    }
}
