using System.Globalization;
using Pipeline.Alerts;
using Pipeline.Classification;
using Pipeline.EmergencyStop;
using Pipeline.Erasure;
using Pipeline.Incidents;
using Pipeline.Intake;
using Pipeline.Measures;
using Pipeline.Preprocessing;
using Pipeline.Recovery;
using Pipeline.Requests;
using Pipeline.Search;
using Pipeline.Storage;
using Pipeline.Tests.Fakes;
using Pipeline.Training;
using static Pipeline.Contracts.Rows;

namespace Pipeline.Contracts.Backups;

/// <summary>What every warehouse promises of its backups and the way back. Derive a test class to run it against one.</summary>
public abstract class BackupContract
{
    private static readonly string[] Filled =
        ["alerts", "dead_letters", "erasures", "incident_predictions", "incidents", "ingestions", "measures", "preprocessed_incidents", "settings", "training_run_centers", "training_runs", "watermarks"];

    /// <summary>An empty warehouse that this test has to itself, another one each time; the test class closes it.</summary>
    protected abstract IWarehouse Create();

    [TestMethod]
    public async Task Everything_comes_back_elsewhere_as_it_was_and_is_worked_on()
    {
        BackedUpPlace lost = await FilledAsync();
        BackupManifest backup = await lost.BackUpAsync();
        BackedUpPlace found = await EmptyAsync(lost);

        RestoreOutcome outcome = await found.RestoreAsync(new RestoreOrder(backup.Id));

        outcome.Damaged.ShouldBeEmpty();
        (outcome.Rows, outcome.Objects).ShouldBe((backup.Rows, backup.Objects));
        StoredState state = await lost.StateAsync();
        Filled.Except(state.Tables.Keys, StringComparer.Ordinal).ShouldBeEmpty();
        (await found.StateAsync()).DifferencesFrom(state).ShouldBeEmpty();
        (await found.Search.FindAsync(new SearchQuery(["text"], new float[] { 1, 2 }, "e", 5))).Count.ShouldBe(2);
        (await found.Incidents.UpsertIncidentsAsync([Incident("C")])).Added.ShouldBe(1);
        (await found.Incidents.ReadChangesAsync(2, 10)).ShouldHaveSingleItem().Sequence.ShouldBe(3);
    }

    [TestMethod]
    public async Task The_tables_of_a_backup_are_of_one_moment_however_much_changes_meanwhile()
    {
        BackedUpPlace place = await FilledAsync();
        StoredState before = await place.StateAsync();
        int written = 0;

        BackupManifest backup = await place.BackUpAsync(second: new BusyObjectStore(place.Second, async () =>
        {
            if (++written == 1)
            {
                await place.Incidents.UpsertIncidentsAsync([Incident("LATER"), Incident("B", "another text", createdOn: Day(2))]);
                await place.Warehouse<IRemovals>().EraseAsync("A");
                await place.Warehouse<ISettingsTable>().SetSettingAsync("columns", "others");
                await place.Warehouse<IMeasures>().SaveMeasuresAsync([new Measure(Day(2), null, null, "later", 1)]);
            }
        }));

        written.ShouldBeGreaterThan(5);
        BackedUpPlace found = await EmptyAsync(place);
        await found.RestoreAsync(new RestoreOrder(backup.Id));
        (await found.StateAsync()).DifferencesFrom(before).ShouldBeEmpty();
    }

    [TestMethod]
    public async Task An_incremental_backup_holds_each_change_whatever_it_is_and_nothing_is_made_where_nothing_has_changed()
    {
        BackedUpPlace place = await FilledAsync();
        BackupManifest full = await place.BackUpAsync();
        (await place.TryBackUpAsync(BackupType.Incremental)).ShouldBeNull();
        (string What, Func<Task> Change)[] changes =
        [
            ("a text", () => place.Incidents.UpsertIncidentsAsync([Incident("A", "changed", updatedOn: Day(5))])),
            ("an incident of another day", () => place.Incidents.UpsertIncidentsAsync([Incident("D", createdOn: Day(20))])),
            ("one that is erased where another comes in", async () =>
            {
                await place.Warehouse<IRemovals>().EraseAsync("D");
                await place.Incidents.UpsertIncidentsAsync([Incident("E", createdOn: Day(20))]);
            }),
            ("a summary", () => place.Warehouse<IPreprocessedIncidents>().SavePreprocessedAsync([Preprocessed("A", "other", createdOn: Day(1))], [], "preprocess", 9)),
            ("an embedder", () => place.Warehouse<IPreprocessedIncidents>().SavePreprocessedAsync([Preprocessed("A", "other", embedder: "f", createdOn: Day(1), embedding: [3f, 4f, 5f])], [], "preprocess", 9)),
            ("a prediction", () => place.Warehouse<IPredictions>().SavePredictionsAsync([Answer("A", "other", modelVersion: "network/2026_q3", clusterId: 4)])),
            ("the same one later", () => place.Warehouse<IPredictions>().SavePredictionsAsync([Answer("A", "other", modelVersion: "network/2026_q3", clusterId: 4) with { PredictedAt = Day(9).AddTicks(8) }])),
            ("a measure", () => place.Warehouse<IMeasures>().SaveMeasuresAsync([new Measure(Day(1).AddMinutes(1), null, null, "m", double.MaxValue)])),
            ("a setting", () => place.Warehouse<ISettingsTable>().SetSettingAsync("columns", "[]")),
            ("an incident that leaves", () => place.Warehouse<IRemovals>().EraseAsync("E")),
        ];

        foreach ((string what, Func<Task> change) in changes)
        {
            await change();
            BackupManifest increment = (await place.TryBackUpAsync(BackupType.Incremental)).ShouldNotBeNull(what);
            increment.Base.ShouldBe(full.Id, what);
            increment.NewBytes.ShouldBeLessThan(increment.Bytes, what);
            (await place.TryBackUpAsync(BackupType.Incremental)).ShouldBeNull(what);
            BackedUpPlace found = await EmptyAsync(place);
            await found.RestoreAsync(new RestoreOrder(increment.Id));
            (await found.StateAsync()).DifferencesFrom(await place.StateAsync()).ShouldBeEmpty(what);
        }
    }

    [TestMethod]
    public async Task What_is_there_stays_without_the_word_to_replace_it_and_goes_with_it()
    {
        BackedUpPlace place = await FilledAsync();
        BackupManifest backup = await place.BackUpAsync();
        StoredState then = await place.StateAsync();
        await place.Incidents.UpsertIncidentsAsync([Incident("LATER")]);

        (await Should.ThrowAsync<RequestException>(() => place.RestoreAsync(new RestoreOrder(backup.Id)))).Message.ShouldContain("--replace");
        (await place.Incidents.CountChangesAsync(0)).ShouldBe(3);

        await place.RestoreAsync(new RestoreOrder(backup.Id, Replace: true));
        (await place.StateAsync()).DifferencesFrom(then).ShouldBeEmpty();
        (await place.Search.FindAsync(new SearchQuery(["text"], new float[] { 1, 2 }, "e", 5))).Count.ShouldBe(2);
    }

    [TestMethod]
    public async Task A_part_is_restored_by_itself()
    {
        BackedUpPlace place = await FilledAsync();
        BackupManifest backup = await place.BackUpAsync();
        await place.Warehouse<ISettingsTable>().SetSettingAsync("columns", "others");
        await place.Incidents.UpsertIncidentsAsync([Incident("LATER")]);

        await place.RestoreAsync(new RestoreOrder(backup.Id, [BackupArea.Configuration], Replace: true));

        (await place.Warehouse<ISettingsTable>().GetSettingAsync("columns")).ShouldBe("{}");
        (await place.Incidents.CountChangesAsync(0)).ShouldBe(3);
    }

    [TestMethod]
    public async Task Ended_at_any_step_or_write_a_backup_spoils_no_other_and_a_restore_goes_on()
    {
        BackedUpPlace place = await EmptyAsync();
        await place.Incidents.UpsertIncidentsAsync([Incident("A"), Incident("B", createdOn: Day(3))]);
        await place.Warehouse<ISettingsTable>().SetSettingAsync("columns", "{}");
        await place.PutAsync("hdbscan-models/network/stages.json", "the stages");
        BackupManifest sound = await place.BackUpAsync();
        StoredState then = await place.StateAsync();
        CrashPoint crash;
        for (int step = 1; ; step++)
        {
            crash = new CrashPoint(step);
            try
            {
                await place.TryBackUpAsync(BackupType.Full, new CrashingObjectStore(place.Second, crash));
            }
            catch (CrashException)
            {
                // And the next one is tried.
            }

            foreach (BackupManifest backup in await place.Store.ListAsync())
            {
                (await new VerifyBackup(place.Store).RunAsync(backup.Id)).Sound.ShouldBeTrue(string.Create(CultureInfo.InvariantCulture, $"step {step}: {backup.Id}"));
            }

            if (!crash.Happened)
            {
                step.ShouldBeGreaterThan(8);
                break;
            }
        }

        for (int step = 1; ; step++)
        {
            BackedUpPlace found = await EmptyAsync(place);
            crash = new CrashPoint(step);
            try
            {
                await found.RestoreAsync(new RestoreOrder(sound.Id), crash);
            }
            catch (CrashException)
            {
                // Nobody works on what is half there; the same order goes on.
                StoredState half = await found.StateAsync();
                bool isWhole = half.DifferencesFrom(then).Count == 0, isEmpty = half.Rows == 0 && half.Objects.Count == 0;
                (isWhole || isEmpty || (await found.Modes.ReadAsync()).State == OperatingState.Halted).ShouldBeTrue(string.Create(CultureInfo.InvariantCulture, $"step {step}"));
                await found.RestoreAsync(new RestoreOrder(sound.Id, Replace: isWhole));
            }

            (await found.StateAsync()).DifferencesFrom(then).ShouldBeEmpty(string.Create(CultureInfo.InvariantCulture, $"step {step}"));
            (await found.Modes.ReadAsync()).State.ShouldBe(OperatingState.Running, string.Create(CultureInfo.InvariantCulture, $"step {step}"));
            if (!crash.Happened)
            {
                step.ShouldBeGreaterThan(10);
                break;
            }
        }
    }

    [TestMethod]
    public async Task Rows_of_a_newer_program_are_refused()
    {
        IWarehouseTables tables = (await EmptyAsync()).Tables;
        TableRows rows = new("settings", 0, [new("name", CellKind.Text), new("invented", CellKind.Text)], [["a", "b"]]);

        (await Should.ThrowAsync<WarehouseException>(() => tables.AddRowsAsync(rows))).Message.ShouldContain("settings.invented");
        (await Should.ThrowAsync<WarehouseException>(() => tables.AddRowsAsync(rows with { Table = "unheard_of" }))).Message.ShouldContain("unheard_of.name");
    }

    private async Task<BackedUpPlace> EmptyAsync(BackedUpPlace? other = null)
    {
        IWarehouse warehouse = Create();
        await warehouse.InitializeAsync();
        return new BackedUpPlace(warehouse, other);
    }

    /// <summary>Rows in every table of data, and objects.</summary>
    private async Task<BackedUpPlace> FilledAsync()
    {
        BackedUpPlace place = await EmptyAsync();
        await place.Incidents.UpsertIncidentsAsync([Incident("A", "ümlaut, \t 'quoted' \"text\"\nof two lines") with { ResolvedOn = Day(3).AddTicks(7), ReopenCount = 1 }, Incident("B") with { CreatedOn = null }]);
        await place.Warehouse<IPreprocessedIncidents>().SavePreprocessedAsync([Preprocessed("A", createdOn: Day(1), embedding: [0.1f, -3e-38f]), Preprocessed("B")], [new DeadLetter("Z", "preprocess", "no text")], "preprocess", 2);
        await place.Warehouse<IPredictions>().SavePredictionsAsync([Answer("A")]);
        await place.Warehouse<IMeasures>().SaveMeasuresAsync([new Measure(Day(1), "network", null, "m", 0.1 + 0.2)]);
        await place.Warehouse<IAlertLog>().RaiseAlertAsync(new Alert { Id = "a1", Fingerprint = "f", Rule = "drift", Severity = AlertSeverity.Warning, Title = "Incidents drift", Text = "0.7 of 1", RaisedAt = Day(1), LastAt = Day(1) }, Day(1));
        await place.Warehouse<ISettingsTable>().SetSettingAsync("columns", "{}");
        await place.Warehouse<IErasures>().RecordErasureAsync(new ErasureRecord("01", "aa", Day(1).AddTicks(3), "anna"));
        await place.Warehouse<IIngestionLog>().RecordIngestionAsync(new Ingestion(Day(1), 0.5, "anna", "export.csv", "aa", 2, null, 2, 0, 0, new Dictionary<RejectKind, int>(), 0, 0, null) { Id = "i1" });
        TrainingRun run = await place.Warehouse<ITrainingJournal>().OpenTrainingRunAsync(2026, 1, "all");
        await place.Warehouse<ITrainingJournal>().FinishTrainingCenterAsync(run.Id, "network", "{}");
        await place.PutAsync("hdbscan-models/network/stages.json", "the stages");
        await place.PutAsync("datasets/survey.json", "a data set");
        return place;
    }
}
