using Pipeline.Intake;

namespace Pipeline.Adapters.ServiceNow.Tests;

/// <summary>What ServiceNow and the way to it do wrong, and how the feed signs in.</summary>
[TestClass]
public sealed class ServiceNowFaultTests
{
    private const string HalfPage = """{"result":[{"number":{"display_value":"INC9999","value":"INC9999"}}],"error":{"message":"Transaction cancelled: maximum execution time exceeded","detail":null},"status":"failure"}""";

    [TestMethod]
    [DataRow(429, "", "7", 7.0, DisplayName = "throttled for so many seconds")]
    [DataRow(429, "", "Wed, 01 Jul 2026 00:00:09 GMT", 9.0, DisplayName = "throttled until a time")]
    [DataRow(503, "", null, 1.0, DisplayName = "unavailable")]
    [DataRow(500, """{"error":{"message":"Row transform failed"}}""", null, 1.0, DisplayName = "an error of the server")]
    [DataRow(200, """{"result":[{"number":{"display_""", null, 1.0, DisplayName = "JSON that is broken off")]
    [DataRow(200, "<html>Your instance is hibernating</html>", null, 1.0, DisplayName = "a page instead of rows")]
    [DataRow(200, HalfPage, null, 1.0, DisplayName = "half a page")]
    public async Task A_fault_that_passes_costs_a_pause_and_nothing_else(int status, string body, string? retryAfter, double pause)
    {
        await using FeedFixture fixture = await FeedFixture.StartAsync();
        fixture.Fill(25);
        fixture.Server.Fail(status, body, retryAfter);

        PullOutcome outcome = await fixture.Feed().PullAsync();

        (outcome.Rows, outcome.Added).ShouldBe((25, 25));
        (await fixture.NumbersAsync()).ShouldBe(FeedFixture.Numbers(25));
        fixture.Clock.Waits.ShouldBe([TimeSpan.FromSeconds(pause)]);
    }

    [TestMethod]
    public async Task A_connection_that_is_dropped_in_the_middle_of_a_page_is_taken_up_again()
    {
        await using FeedFixture fixture = await FeedFixture.StartAsync();
        fixture.Fill(25);
        fixture.Server.Drop();

        (await fixture.Feed().PullAsync()).Added.ShouldBe(25);
    }

    [TestMethod]
    public async Task A_question_that_takes_too_long_is_asked_again_for_half_as_many_rows()
    {
        await using FeedFixture fixture = await FeedFixture.StartAsync();
        fixture.Fill(45);
        fixture.Server.Fail(200, HalfPage);
        fixture.Server.Stall();

        PullOutcome outcome = await fixture.Feed(o => o with { PageSize = 80, TimeoutSeconds = 1 }).PullAsync();

        outcome.Added.ShouldBe(45);
        fixture.Server.Questions.First().ShouldEndWith(" 20 0");
    }

    [TestMethod]
    public async Task A_fault_that_stays_is_told_with_where_it_ended_and_the_next_pull_goes_on_there()
    {
        await using FeedFixture fixture = await FeedFixture.StartAsync();
        fixture.Fill(45);
        fixture.Server.BeforePage = page =>
        {
            for (int i = 0; page == 2 && i < 3; i++)
            {
                fixture.Server.Fail(503);
            }
        };
        PullIncidents pull = new([fixture.Feed()]);

        PullOutcome failed = await pull.RunAsync("ServiceNow incident");
        int before = (await fixture.StoredAsync()).Count;
        PullOutcome ended = await pull.RunAsync("ServiceNow incident");

        failed.Problem.ShouldNotBeNull();
        failed.Problem.ShouldContain("tried 3 times: status 503");
        failed.Problem.ShouldContain(fixture.Server.Address);
        before.ShouldBe(10);
        (ended.Added, ended.Problem).ShouldBe((35, null));
        (await fixture.Warehouse.ReadChangesAsync(0, 1000)).Count.ShouldBe(45);
    }

    [TestMethod]
    [DataRow(400, "ServiceNow:Query and ServiceNow:Fields")]
    [DataRow(403, "may not read the table 'incident'")]
    [DataRow(404, "ServiceNow:Table")]
    [DataRow(302, "leads elsewhere")]
    public async Task What_does_not_pass_is_told_at_once_with_the_setting_to_check(int status, string expected)
    {
        await using FeedFixture fixture = await FeedFixture.StartAsync();
        fixture.Server.Fail(status, """{"error":{"message":"Said by the instance","detail":""},"status":"failure"}""");

        FeedException refused = await Should.ThrowAsync<FeedException>(() => fixture.Feed().PullAsync());

        refused.Message.ShouldContain(expected);
        refused.Message.ShouldEndWith("(ServiceNow: Said by the instance)");
        fixture.Clock.Waits.ShouldBeEmpty();
    }

    [TestMethod]
    [DataRow(null, "client_credentials")]
    [DataRow("puller", "password")]
    public async Task A_token_is_asked_for_once_and_anew_where_it_is_refused(string? user, string grant)
    {
        await using FeedFixture fixture = await FeedFixture.StartAsync();
        fixture.Secrets = new ServiceNowSecrets(user, "a password", "client", "secret");
        fixture.Fill(25);
        fixture.Server.BeforePage = page =>
        {
            if (page == 2)
            {
                fixture.Server.RevokeTokens();
            }
        };

        PullOutcome outcome = await fixture.Feed().PullAsync();

        outcome.Added.ShouldBe(25);
        fixture.Server.Grants.ShouldBe([grant, grant]);
        fixture.Clock.Waits.ShouldBeEmpty();
    }

    [TestMethod]
    [DataRow(null, null, "client", "wrong", "ServiceNow:ClientSecret")]
    [DataRow("puller", "wrong", "client", "secret", "ServiceNow:Password")]
    [DataRow("puller", "wrong", null, null, "ServiceNow:Password")]
    public async Task Wrong_secrets_are_told_without_being_shown(string? user, string? password, string? client, string? secret, string setting)
    {
        await using FeedFixture fixture = await FeedFixture.StartAsync();
        fixture.Secrets = new ServiceNowSecrets(user, password, client, secret);

        FeedException refused = await Should.ThrowAsync<FeedException>(() => fixture.Feed().PullAsync());

        refused.Message.ShouldContain(setting);
        refused.ToString().ShouldNotContain("wrong");
    }

    [TestMethod]
    public async Task A_changed_password_is_used_at_once()
    {
        await using FeedFixture fixture = await FeedFixture.StartAsync();
        fixture.Fill(5);
        ServiceNowFeed feed = fixture.Feed();
        await feed.PullAsync();

        fixture.Server.Password = "another";
        fixture.Secrets = fixture.Secrets with { Password = "another" };

        (await feed.PullAsync()).Rows.ShouldBe(5);
    }

    [TestMethod]
    public void Settings_that_cannot_be_right_are_named()
    {
        ServiceNowOptions sound = new() { Instance = "https://name.service-now.com" };

        sound.Validate();
        Should.Throw<SettingException>(() => (sound with { Instance = "http://name.service-now.com" }).Validate()).Setting.ShouldBe("ServiceNow:Instance");
        Should.Throw<SettingException>(() => (sound with { Table = "incident?x=" }).Validate()).Setting.ShouldBe("ServiceNow:Table");
        Should.Throw<SettingException>(() => (sound with { Query = "active=true^NQpriority=1" }).Validate()).Message.ShouldContain("^OR");
        Should.Throw<SettingException>(() => (sound with { Fields = "a b" }).Validate()).Setting.ShouldBe("ServiceNow:Fields");
        Should.Throw<ArgumentOutOfRangeException>(() => (sound with { PageSize = 5 }).Validate()).Message.ShouldContain("from 10 to 10000");
        Should.Throw<SettingException>(() => new ServiceNowSecrets(null, null, null, null).Validate());
        Should.Throw<SettingException>(() => new ServiceNowSecrets("puller", null, null, null).Validate()).Message.ShouldContain("ServiceNow--Password");
    }
}
