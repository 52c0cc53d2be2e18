using Pipeline.Incidents;
using Pipeline.Intake;
using Pipeline.Storage;

namespace Pipeline.Adapters.ServiceNow.Tests;

/// <summary>What comes in, and what is neither lost nor doubled, from a table that changes while it is read.</summary>
[TestClass]
public sealed class ServiceNowFeedTests
{
    [TestMethod]
    public async Task All_rows_come_by_pages_with_names_as_people_see_them_and_times_in_utc()
    {
        await using FeedFixture fixture = await FeedFixture.StartAsync();
        fixture.Fill(25);

        PullOutcome outcome = await fixture.Feed().PullAsync();

        (outcome.Rows, outcome.Added, outcome.Rejected, outcome.HasMore).ShouldBe((25, 25, 0, false));
        (await fixture.NumbersAsync()).ShouldBe(FeedFixture.Numbers(25));
        Incident last = (await fixture.StoredAsync())[^1];
        (last.TechCenter, last.State, last.Texts[0]).ShouldBe(("Network", "In Progress", "VPN drops"));
        (last.CreatedOn, last.UpdatedOn).ShouldBe((new DateTimeOffset(2026, 5, 1, 8, 0, 0, TimeSpan.Zero), FeedFixture.Now.AddHours(-1).AddSeconds(-1)));
        outcome.Until.ShouldBe(last.UpdatedOn);
    }

    [TestMethod]
    [DataRow(true)]
    [DataRow(false)]
    public async Task More_rows_of_one_second_than_a_page_holds_are_all_read(bool tellsOfPages)
    {
        await using FeedFixture fixture = await FeedFixture.StartAsync();
        fixture.Server.TellsOfPages = tellsOfPages;
        fixture.Fill(47, (row, i) => row with { Updated = FeedFixture.Now.AddHours(i < 5 ? -3 : i < 40 ? -2 : -1) });

        PullOutcome outcome = await fixture.Feed().PullAsync();

        (outcome.Rows, outcome.Added).ShouldBe((47, 47));
        (await fixture.NumbersAsync()).ShouldBe(FeedFixture.Numbers(47));
    }

    [TestMethod]
    public async Task Rows_that_change_while_the_table_is_read_leave_no_gap()
    {
        await using FeedFixture fixture = await FeedFixture.StartAsync();
        fixture.Fill(40);

        // With numbered pages each of these would push a row past the reader.
        fixture.Server.BeforePage = page =>
        {
            if (page is > 1 and <= 4)
            {
                fixture.Server.Put(new FakeRow($"{page:x32}", $"INC{page:0000}", FeedFixture.Now.AddMinutes(page), "Changed meanwhile"));
            }
        };

        await fixture.Feed().PullAsync();

        IReadOnlyList<Incident> stored = await fixture.StoredAsync();
        stored.Select(i => i.Number).ShouldBe(FeedFixture.Numbers(40));
        stored.Where(i => i.Texts[0] == "Changed meanwhile").Select(i => i.Number).ShouldBe(["INC0002", "INC0003", "INC0004"]);
    }

    [TestMethod]
    public async Task The_next_pull_reads_what_is_new_and_a_few_minutes_before_it()
    {
        await using FeedFixture fixture = await FeedFixture.StartAsync();
        ServiceNowFeed feed = fixture.Feed(o => o with { OverlapMinutes = 5 });
        fixture.Fill(30, (row, i) => row with { Updated = FeedFixture.Now.AddHours(-i - 1) });
        await feed.PullAsync();
        fixture.Server.Questions.Clear();

        // One is new; one was committed late, with a time before that of the last row; one is the last row itself.
        fixture.Server.Put(new FakeRow($"{100:x32}", "INC0100", FeedFixture.Now));
        fixture.Server.Put(new FakeRow($"{101:x32}", "INC0101", FeedFixture.Now.AddHours(-1).AddMinutes(-4)));
        PullOutcome outcome = await feed.PullAsync();
        PullOutcome again = await feed.PullAsync();

        (outcome.Rows, outcome.Added, outcome.Changed).ShouldBe((3, 2, 0));
        fixture.Server.Questions.First().ShouldStartWith("sys_updated_on>=2026-06-30 22:55:00^ORDERBY");
        (again.Rows, again.Added, again.Changed).ShouldBe((1, 0, 0));
    }

    [TestMethod]
    public async Task A_watermark_stays_where_no_row_of_its_minutes_is_left()
    {
        await using FeedFixture fixture = await FeedFixture.StartAsync();
        ServiceNowFeed feed = fixture.Feed(o => o with { Query = "active=true" });
        fixture.Fill(1);
        await feed.PullAsync();
        fixture.Fill(1, (row, _) => row with { IsActive = false });

        await feed.PullAsync();
        await feed.PullAsync();
        await feed.PullAsync();

        fixture.Server.Questions.TakeLast(2).Distinct(StringComparer.Ordinal).ShouldHaveSingleItem().ShouldStartWith("active=true^sys_updated_on>=2026-06-30 22:54:59^");
    }

    [TestMethod]
    public async Task Pages_of_which_nothing_may_be_seen_are_no_end()
    {
        await using FeedFixture fixture = await FeedFixture.StartAsync();
        fixture.Fill(60, (row, i) => row with { IsVisible = i is < 3 or > 52 });

        PullOutcome outcome = await fixture.Feed().PullAsync();

        outcome.Added.ShouldBe(10);
        (await fixture.NumbersAsync()).ShouldBe([.. FeedFixture.Numbers(60).Where((_, i) => i is < 3 or > 52)]);
    }

    [TestMethod]
    public async Task A_long_pull_goes_in_steps_that_end_where_the_next_begins()
    {
        await using FeedFixture fixture = await FeedFixture.StartAsync();
        fixture.Fill(95);
        List<int> told = [];
        PullIncidents pull = new([fixture.Feed(o => o with { PagesAtOnce = 4 })]);

        PullOutcome step = await pull.StepAsync("ServiceNow incident");
        PullOutcome outcome = await pull.RunAsync("ServiceNow incident", new Told(told));

        step.HasMore.ShouldBeTrue();
        (step.Rows + outcome.Rows, outcome.HasMore).ShouldBe((95, false));
        told.Count.ShouldBeGreaterThan(1);
        (await fixture.NumbersAsync()).ShouldBe(FeedFixture.Numbers(95));
    }

    [TestMethod]
    public async Task A_process_that_ends_between_storing_and_noting_it_loses_and_doubles_nothing()
    {
        await using FeedFixture fixture = await FeedFixture.StartAsync();
        fixture.Fill(35);

        for (int life = 0; life < 4; life++)
        {
            await Should.ThrowAsync<WarehouseException>(() => fixture.Feed(settings: new EndingSettings(fixture.Warehouse, life)).PullAsync());
        }

        await fixture.Feed().PullAsync();

        (await fixture.Warehouse.ReadChangesAsync(0, 1000)).Count.ShouldBe(35);
        (await fixture.NumbersAsync()).ShouldBe(FeedFixture.Numbers(35));
    }

    [TestMethod]
    public async Task Rows_that_cannot_be_used_are_kept_aside_and_stop_nothing()
    {
        await using FeedFixture fixture = await FeedFixture.StartAsync();
        fixture.Fill(30, (row, i) => row with { Title = i is >= 10 and < 20 or 25 ? "" : row.Title });

        PullOutcome outcome = await fixture.Feed().PullAsync();

        (outcome.Rows, outcome.Added, outcome.Rejected).ShouldBe((30, 19, 11));
        Ingestion ingestion = (await fixture.Warehouse.FindIngestionAsync(outcome.IngestionId!)).ShouldNotBeNull();
        (ingestion.File, ingestion.User, ingestion.State, ingestion.Rows, ingestion.Accepted, ingestion.Rejected).ShouldBe(("ServiceNow incident", "pulled", IngestionState.Accepted, 30, 19, 11));
        ingestion.RejectReasons.ShouldHaveSingleItem().ShouldBe(KeyValuePair.Create(RejectKind.EmptyText, 11));
        await using Stream kept = (await fixture.Objects.OpenReadAsync(IncomingFiles.RejectsOf(ingestion))).ShouldNotBeNull();
        RejectedRow[] rejects = [.. await ListAsync(RejectedRows.ReadAsync(kept, CancellationToken.None))];
        rejects.Length.ShouldBe(11);
        (rejects[0].Row, rejects[0].Field, rejects[0].Values["number"]).ShouldBe((11, "short_description", "INC0010"));
        (rejects[^1].Row, rejects[^1].Values["number"]).ShouldBe((26, "INC0025"));
    }

    [TestMethod]
    public async Task A_pull_that_finds_nothing_leaves_no_ingestion()
    {
        await using FeedFixture fixture = await FeedFixture.StartAsync();

        PullOutcome outcome = await fixture.Feed().PullAsync();

        (outcome.Rows, outcome.IngestionId).ShouldBe((0, null));
        (await fixture.Warehouse.ReadIngestionsAsync(10)).ShouldBeEmpty();
    }

    [TestMethod]
    public async Task Fields_that_the_settings_name_are_asked_for_and_read_as_they_say()
    {
        await using FeedFixture fixture = await FeedFixture.StartAsync();
        fixture.Fill(1);

        await fixture.Feed(o => o with { Fields = "u_details" }, reading: new IntakeOptions { TextColumns = ["short_description,u_details"] }).PullAsync();

        (await fixture.StoredAsync()).ShouldHaveSingleItem().Texts.ShouldBe(["VPN drops", "Since the update."]);
    }

    [TestMethod]
    public async Task A_user_whose_time_zone_is_not_gmt_is_refused_with_the_fix()
    {
        await using FeedFixture fixture = await FeedFixture.StartAsync();
        fixture.Fill(1);
        fixture.Server.Zone = TimeSpan.FromHours(-7);

        FeedException refused = await Should.ThrowAsync<FeedException>(() => fixture.Feed().PullAsync());

        refused.Message.ShouldContain("Set the time zone of that user to GMT");
        (await fixture.StoredAsync()).ShouldBeEmpty();
    }

    private static async Task<List<T>> ListAsync<T>(IAsyncEnumerable<T> items)
    {
        List<T> list = [];
        await foreach (T item in items)
        {
            list.Add(item);
        }

        return list;
    }

    private sealed class Told(List<int> told) : IProgress<PullOutcome>
    {
        public void Report(PullOutcome value) => told.Add(value.Rows);
    }

    /// <summary>Settings that are written some times, and then no more.</summary>
    private sealed class EndingSettings(ISettingsTable inner, int writes) : ISettingsTable
    {
        private int _left = writes % 2;

        public Task SetSettingAsync(string name, string value, CancellationToken cancellationToken = default) =>
            _left-- > 0 ? inner.SetSettingAsync(name, value, cancellationToken) : throw new WarehouseException("The process ends here.");

        public Task<string?> GetSettingAsync(string name, CancellationToken cancellationToken = default) => inner.GetSettingAsync(name, cancellationToken);
    }
}
