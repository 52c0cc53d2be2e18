using Pipeline.Adapters.Local;
using Pipeline.Intake;
using Pipeline.Storage;
using Pipeline.TestSupport;

namespace Pipeline.Adapters.BigQuery.Tests;

/// <summary>How a pull from the user's own table is asked for and recorded; what its statements do is tested where Google's analyzer and evaluator are.</summary>
[TestClass]
public sealed class BigQueryFeedTests : IAsyncDisposable
{
    private static readonly DateTimeOffset Now = new(2026, 7, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly BigQuerySource Source = new() { SourceTable = "servicenow.incident", SourceOverlapMinutes = 30, SourceSinceDays = 10 };

    private readonly TempFolder _folder = new();
    private readonly SqliteWarehouse _warehouse;
    private readonly List<SourceQuestion> _asked = [];

    public BigQueryFeedTests() => _warehouse = new SqliteWarehouse(_folder["warehouse.db"]);

    public async ValueTask DisposeAsync()
    {
        await _warehouse.DisposeAsync();
        _folder.Dispose();
    }

    [TestMethod]
    public async Task The_first_pull_begins_some_days_back_and_a_later_one_some_minutes_before_what_was_reached()
    {
        long reached = Now.AddHours(-5).UtcTicks;
        BigQueryFeed feed = Feed(new SourceCounts(7, new Dictionary<RejectKind, int> { [RejectKind.InvalidDate] = 2 }, 4, 1, reached));

        PullOutcome outcome = await feed.PullAsync();
        await _warehouse.SetSettingAsync("feed:bigquery:servicenow.incident", reached.ToString(System.Globalization.CultureInfo.InvariantCulture));
        await feed.PullAsync();

        _asked.Select(question => question.Since).ShouldBe([Now.AddDays(-10), Now.AddHours(-5).AddMinutes(-30)]);
        _asked.ShouldAllBe(question => question.Latest == Now.AddDays(1) && question.WatermarkName == "feed:bigquery:servicenow.incident" && question.Script.Sql.Contains("FROM `servicenow`.`incident` AS source", StringComparison.Ordinal));
        (feed.IsInWarehouse, feed.Name).ShouldBe((true, "BigQuery servicenow.incident"));
        (outcome.Rows, outcome.Rejected, outcome.Added, outcome.Changed, outcome.HasMore, outcome.Until).ShouldBe((7, 2, 4, 1, false, Now.AddHours(-5)));
        Ingestion ingestion = (await _warehouse.FindIngestionAsync(outcome.IngestionId!)).ShouldNotBeNull();
        (ingestion.File, ingestion.Source, ingestion.Rows, ingestion.Accepted, ingestion.Rejected, ingestion.Added).ShouldBe(("BigQuery servicenow.incident", "BigQuery", 7, 5, 2, 4));
    }

    [TestMethod]
    public async Task A_pull_that_finds_what_it_has_read_before_leaves_no_ingestion()
    {
        PullOutcome outcome = await Feed(new SourceCounts(3, new Dictionary<RejectKind, int>(), 0, 0, Now.UtcTicks)).PullAsync();

        (outcome.Rows, outcome.IngestionId).ShouldBe((3, null));
        (await _warehouse.ReadIngestionsAsync(10)).ShouldBeEmpty();
    }

    [TestMethod]
    public async Task A_source_that_cannot_be_read_is_the_feeds_failure_and_not_the_warehouses()
    {
        FeedException failed = await Should.ThrowAsync<FeedException>(() => Feed(null).PullAsync());

        failed.Message.ShouldContain("BigQuery:SourceTable");
        failed.Message.ShouldContain("Not found: Table servicenow.incident");
    }

    [TestMethod]
    [DataRow("incident", "`incident`")]
    [DataRow("servicenow.incident", "`servicenow`.`incident`")]
    [DataRow("project-1.servicenow.incident", "`project-1`.`servicenow`.`incident`")]
    [DataRow("example.com:project-1.servicenow.incident", "`example.com:project-1`.`servicenow`.`incident`")]
    public void A_table_is_named_part_by_part(string table, string quoted)
    {
        BigQuerySource source = Source with { SourceTable = table };

        source.Validate();

        source.Script().Sql.ShouldContain($"FROM {quoted} AS source");
    }

    [TestMethod]
    public void Nothing_but_names_becomes_part_of_a_statement()
    {
        foreach (BigQuerySource wrong in new[]
        {
            Source with { SourceTable = "" },
            Source with { SourceTable = "a`; DROP TABLE incidents; --" },
            Source with { SourceTable = "a.b.c d" },
            Source with { SourceNumber = "number` OR TRUE" },
            Source with { SourceUpdated = "none" },
            Source with { SourceTexts = "short description" },
            Source with { SourceTexts = " , " },
            Source with { SourceTechCenter = "a.b.c.d" },
        })
        {
            Should.Throw<SettingException>(wrong.Validate).Setting.ShouldStartWith("BigQuery:Source");
        }

        Should.Throw<ArgumentOutOfRangeException>(() => (Source with { SourceOverlapMinutes = -1 }).Validate()).Message.ShouldContain("BigQuery:SourceOverlapMinutes");
    }

    private BigQueryFeed Feed(SourceCounts? counts) => new(
        Source,
        new FeedStores(_warehouse, _warehouse, new FileObjectStore(_folder["objects"]), _warehouse, new FixedClock()),
        (question, _) =>
        {
            _asked.Add(question);
            return counts is null ? throw new WarehouseException("Something is missing. (BigQuery: Not found: Table servicenow.incident)") : Task.FromResult(counts);
        });

    private sealed class FixedClock : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => Now;
    }
}
