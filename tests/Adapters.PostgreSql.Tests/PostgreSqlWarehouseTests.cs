using Pipeline.Incidents;
using Pipeline.Intake;
using Pipeline.Storage;
using Pipeline.TestSupport;
using static Pipeline.Contracts.Rows;

namespace Pipeline.Adapters.PostgreSql.Tests;

[TestClass]
public sealed class PostgreSqlWarehouseTests
{
    [TestMethod]
    public async Task What_was_acknowledged_is_there_after_reopening()
    {
        string schema = PostgreSqlServer.Require().NewSchema();
        await using (PostgreSqlWarehouse first = TestWarehouses.New(schema))
        {
            await first.UpsertIncidentsAsync([Incident("A")]);
        }

        await using PostgreSqlWarehouse second = TestWarehouses.New(schema);
        (await second.CountChangesAsync(0)).ShouldBe(1);
    }

    [TestMethod]
    public async Task What_the_server_cannot_hold_is_replaced_and_the_rest_of_the_batch_goes_on()
    {
        await using PostgreSqlWarehouse warehouse = TestWarehouses.New();
        await warehouse.UpsertIncidentsAsync([Incident("A\0", "nul \0 and half \ud83d of it") with { Priority = "\udda8" }, Incident("B")]);

        IReadOnlyList<IncidentChange> changes = await warehouse.ReadChangesAsync(0, 10);

        changes.Select(c => (c.Incident.Number, c.Incident.Texts[0], c.Incident.Priority)).ShouldBe([("A\ufffd", "nul \0 and half \ufffd of it", "\ufffd"), ("B", "printer is down", null)]);
        (await warehouse.UpsertIncidentsAsync([Incident("A\0", "nul \0 and half \ud83d of it") with { Priority = "\udda8" }])).Unchanged.ShouldBe(1);
    }

    [TestMethod]
    public async Task Dates_of_every_year_come_back_to_the_tick_and_read_well_in_sql()
    {
        string schema = PostgreSqlServer.Require().NewSchema();
        await using PostgreSqlWarehouse warehouse = TestWarehouses.New(schema);
        DateTimeOffset[] dates = [DateTimeOffset.MinValue, new(1969, 12, 31, 23, 59, 59, TimeSpan.Zero), Day(1).AddTicks(12_345_679), DateTimeOffset.MaxValue];
        await warehouse.UpsertIncidentsAsync([.. dates.Select((date, i) => Incident($"{i}", createdOn: date))]);

        (await warehouse.ReadChangesAsync(0, 10)).Select(c => c.Incident.CreatedOn!.Value.UtcTicks).ShouldBe(dates.Select(d => d.UtcTicks));
        PostgreSqlServer.Require().One<string>($"SELECT string_agg(to_char(sys_created_on AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US'), ' | ' ORDER BY number) FROM {schema}.incidents")
            .ShouldBe("0001-01-01 00:00:00.000000 | 1969-12-31 23:59:59.000000 | 2026-01-01 08:30:01.234567 | 9999-12-31 23:59:59.999999");
    }

    [TestMethod]
    public async Task A_file_that_was_taken_in_is_found_again_by_what_stands_for_the_same()
    {
        await using PostgreSqlWarehouse warehouse = TestWarehouses.New();
        Ingestion first = new(Day(2), 1.5, "ann", "a.csv", "aa", 10, "csv", 3, 2, 1, new Dictionary<RejectKind, int> { [Enum.GetValues<RejectKind>()[0]] = 1 }, 2, 0, null) { Id = "1", State = IngestionState.Accepted, Dataset = "incidents", IdempotencyKey = "k", ObjectName = "o", Reading = new IntakeOptions { DayFirst = true } };

        (await warehouse.BeginIngestionAsync(first, Day(1))).Id.ShouldBe("1");
        (await warehouse.BeginIngestionAsync(first with { Id = "2" }, Day(1))).Id.ShouldBe("1", "the same key");
        (await warehouse.BeginIngestionAsync(first with { Id = "3", IdempotencyKey = null, ObjectName = null }, Day(1))).Id.ShouldBe("1", "the same content, read in the same way");
        (await warehouse.BeginIngestionAsync(first with { Id = "4", IdempotencyKey = null, ObjectName = null, Reading = null }, Day(1))).Id.ShouldBe("4", "read in another way");
        (await warehouse.BeginIngestionAsync(first with { Id = "5" }, Day(3))).Id.ShouldBe("5", "long ago");
        await warehouse.RecordIngestionAsync(first with { State = IngestionState.Failed, Problem = "no" });

        Ingestion found = (await warehouse.FindIngestionAsync("1")).ShouldNotBeNull();
        (found.State, found.Problem, found.Seconds, found.StartedAt, found.Reading!.DayFirst, found.RejectReasons.Values.Single()).ShouldBe((IngestionState.Failed, "no", 1.5, Day(2), true, 1));
        (await warehouse.ReadIngestionsAsync(2)).Select(i => i.Id).ShouldBe(["5", "4"]);
    }

    [TestMethod]
    public async Task Tables_of_the_first_version_become_those_of_this_one_with_all_that_is_in_them_and_those_of_a_newer_one_are_refused()
    {
        PostgreSqlServer server = PostgreSqlServer.Require();
        string schema = server.NewSchema();
        PostgreSqlOptions options = new() { ConnectionString = server.Connection(), Schema = schema };
        await using (PostgreSqlDatabase database = new(options, () => PostgreSqlServer.Password, (_, _) => Task.CompletedTask))
        {
            await PostgreSqlSchema.CompleteAsync(database, 1, CancellationToken.None);
        }

        server.Execute($"INSERT INTO {schema}.incidents (number, texts, tech_center, change_sequence, created_ticks, priority) VALUES ('A', '[]', 'network', 1, 864000000000, 'P1')");
        server.Execute($"INSERT INTO {schema}.incident_predictions (incident_id, tech_center, predicted_problem_id, predicted_problem_label, predicted_cluster_id, predicted_cluster_label, predicted_domain_id, predicted_domain_name, confidence_score, model_table_used, blob_model_path, content_hash, predicted_ticks) VALUES ('A', 'network', 7, '', 3, '', 1, '', 1, '', '', 'h', 0)");
        server.Execute($"INSERT INTO {schema}.preprocessed_incidents (number, tech_center, content_hash, embedder, combined_incidents_summary, embedding) VALUES ('A', 'network', 'h', 'e', 'the old printer', '\\x0000803f00000000')");
        await using (PostgreSqlWarehouse warehouse = TestWarehouses.New(schema))
        {
            (await warehouse.FindEmbeddingsAsync("e", ["h"]))["h"].ToArray().ShouldBe([1f, 0f]);
            (await warehouse.CountByDayAsync()).ShouldHaveSingleItem().ShouldBe(new Problems.ProblemDay("network", 7, new DateOnly(1, 1, 2), 1) { Prioritised = 1, Urgent = 1 });
            server.One<long>($"SELECT COUNT(*) FROM {schema}.search_entries WHERE words = ARRAY['the', 'old', 'printer']").ShouldBe(1);
            server.One<int>($"SELECT MAX(version) FROM {schema}.schema_versions").ShouldBe(PostgreSqlSchema.Version);
        }

        server.Execute($"INSERT INTO {schema}.schema_versions (version) VALUES ({PostgreSqlSchema.Version + 1})");
        await using PostgreSqlWarehouse old = TestWarehouses.New(schema);
        string message = (await Should.ThrowAsync<WarehouseException>(() => old.CountChangesAsync(0))).Message;
        message.ShouldContain($"have schema version {PostgreSqlSchema.Version + 1}, this program knows versions up to {PostgreSqlSchema.Version}");
        message.ShouldContain("PostgreSql:Schema");
    }

    [TestMethod]
    public async Task A_user_with_the_rights_of_the_docs_and_no_others_can_do_everything_and_one_without_them_is_told()
    {
        PostgreSqlServer server = PostgreSqlServer.Require();
        string schema = server.NewSchema();
        server.Execute($"CREATE ROLE least_{schema} LOGIN PASSWORD '{PostgreSqlServer.Password}'; CREATE ROLE none_{schema} LOGIN PASSWORD '{PostgreSqlServer.Password}'; CREATE SCHEMA {schema} AUTHORIZATION least_{schema}");
        PostgreSqlOptions options = new() { ConnectionString = server.Connection(user: $"least_{schema}"), Schema = schema };
        await using (PostgreSqlWarehouse warehouse = new(options, () => PostgreSqlServer.Password))
        {
            await warehouse.UpsertIncidentsAsync([Incident("A")]);
            (await warehouse.CountChangesAsync(0)).ShouldBe(1);
        }

        await using PostgreSqlWarehouse refused = new(options with { ConnectionString = server.Connection(user: $"none_{schema}") }, () => PostgreSqlServer.Password);
        (await Should.ThrowAsync<WarehouseException>(() => refused.CountChangesAsync(0))).Message.ShouldContain("denies a right");
    }

    [TestMethod]
    public async Task What_cannot_be_reached_says_what_where_and_how_to_mend_it_and_no_password()
    {
        PostgreSqlServer server = PostgreSqlServer.Require();
        PostgreSqlOptions options = new() { ConnectionString = server.Connection() + ";Password=secret-in-the-string", Schema = server.NewSchema(), Attempts = 1 };

        (await FailureAsync(options, "wrong-and-secret")).ShouldContain("refuses the user or the password");
        (await FailureAsync(options with { ConnectionString = server.Connection("nowhere") }, PostgreSqlServer.Password)).ShouldContain("The PostgreSQL database 'nowhere' on 127.0.0.1");
        (await FailureAsync(options with { ConnectionString = server.Connection("nowhere") }, PostgreSqlServer.Password)).ShouldContain("is not there. Make it");
        (await FailureAsync(options with { ConnectionString = server.Connection(port: 9) }, PostgreSqlServer.Password)).ShouldContain("cannot be reached");
        (await FailureAsync(options with { ConnectionString = server.Connection() }, null)).ShouldContain("PostgreSql:Password");
        (await FailureAsync(options with { ConnectionString = server.Connection() + ";SSL Mode=Require" }, PostgreSqlServer.Password)).ShouldContain("SSL");
        options.ToString().ShouldNotContain("secret");
    }

    [TestMethod]
    [DataRow("", "is missing")]
    [DataRow("Host=h;Database=d", "names no host, no database or no user")]
    [DataRow("Host=h;Database=d;Username=u;Password=secret;Wrong=1", "cannot be read")]
    [DataRow("Host=h;Port=secret;Database=d;Username=u", "cannot be read")]
    public void A_wrong_connection_string_is_told_without_what_it_holds(string text, string expected)
    {
        string message = Should.Throw<SettingException>(() => new PostgreSqlWarehouse(new PostgreSqlOptions { ConnectionString = text })).Message;
        message.ShouldContain("PostgreSql:ConnectionString");
        message.ShouldContain(expected);
        message.ShouldNotContain("secret");
    }

    [TestMethod]
    [DataRow("Bad-Name", 8, 30, "PostgreSql:Schema")]
    [DataRow("fine", 0, 30, "PostgreSql:Attempts")]
    [DataRow("fine", 8, 4, "PostgreSql:LeaseSeconds")]
    public void Other_settings_are_checked(string schema, int attempts, int lease, string expected) => Should.Throw<SettingException>(() =>
        new PostgreSqlOptions { ConnectionString = "Host=h;Database=d;Username=u", Schema = schema, Attempts = attempts, LeaseSeconds = lease }.Validate()).Message.ShouldContain(expected);

    [TestMethod]
    public async Task A_row_that_something_else_has_changed_is_named()
    {
        PostgreSqlServer server = PostgreSqlServer.Require();
        string schema = server.NewSchema();
        await using PostgreSqlWarehouse warehouse = TestWarehouses.New(schema);
        await warehouse.UpsertIncidentsAsync([Incident("A")]);
        server.Execute($"UPDATE {schema}.incidents SET texts = 'not json'");

        (await Should.ThrowAsync<WarehouseException>(() => warehouse.FindIncidentAsync("A"))).Message.ShouldContain("did not write");
    }

    [TestMethod]
    public async Task A_reader_that_leaves_off_leaves_its_connection_usable()
    {
        await using PostgreSqlWarehouse warehouse = TestWarehouses.New();
        await warehouse.SavePreprocessedAsync([.. Enumerable.Range(0, 2_000).Select(i => Preprocessed($"{i:0000}"))], [], "w", 1);
        for (int i = 0; i < 5; i++)
        {
            await foreach (Preprocessing.PreprocessedIncident incident in warehouse.ReadWindowAsync("network", "e", Day(1), Day(2)))
            {
                incident.Number.ShouldBe("0000");
                break;
            }
        }

        (await warehouse.GetWatermarkAsync("w")).ShouldBe(1);
    }

    private static async Task<string> FailureAsync(PostgreSqlOptions options, string? password)
    {
        await using PostgreSqlWarehouse warehouse = new(options, () => password);
        WarehouseException failure = await Should.ThrowAsync<WarehouseException>(() => warehouse.CountChangesAsync(0));
        failure.ToString().ShouldNotContain("secret");
        return failure.Message;
    }
}
