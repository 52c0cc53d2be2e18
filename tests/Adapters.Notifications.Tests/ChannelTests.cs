using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Pipeline.Alerts;
using Pipeline.TestSupport;

namespace Pipeline.Adapters.Notifications.Tests;

[TestClass]
public sealed class ChannelTests
{
    private static readonly AlertMessage Message = new(
        new Alert
        {
            Id = "20261128090000-1",
            Fingerprint = "training-failed|Network",
            Rule = "training-failed",
            Severity = AlertSeverity.Error,
            TechCenter = "Network",
            Title = "A training failed: Network",
            Text = "1 training failed, <Network> & others. Grüße",
            RaisedAt = new DateTimeOffset(2026, 11, 28, 9, 0, 0, TimeSpan.Zero),
            LastAt = new DateTimeOffset(2026, 11, 28, 9, 0, 0, TimeSpan.Zero),
        },
        "operations",
        IsEscalated: false);

    [TestMethod]
    public async Task A_mail_server_takes_one_message_for_all_recipients()
    {
        await using MailServer server = await MailServer.StartAsync();
        await Email(server.Port, "ann@example.com", "bob@example.com").SendAsync(Message);

        Mail mail = await server.TakeAsync();
        mail.From.ShouldBe("pipeline@example.com");
        mail.To.ShouldBe(["ann@example.com", "bob@example.com"]);
        mail.Subject.ShouldBe("[Error] A training failed: Network");
        mail.Text.ShouldContain("1 training failed, <Network> & others. Grüße");
        mail.Text.ShouldContain("alerts ack 20261128090000-1");
        mail.Alert.ShouldBe("20261128090000-1");
    }

    [TestMethod]
    public async Task A_mail_server_that_asks_who_one_is_gets_the_account()
    {
        await using MailServer server = await MailServer.StartAsync();
        AlertChannelOptions account = Options(server.Port, "ann@example.com") with { User = "pipeline", Password = "right" };

        await AlertChannels.Create(account, TimeProvider.System).SendAsync(Message);
        (await server.TakeAsync()).To.ShouldBe(["ann@example.com"]);

        AlertChannelException refused = await Should.ThrowAsync<AlertChannelException>(() => AlertChannels.Create(account with { Password = "a-wrong-one" }, TimeProvider.System).SendAsync(Message));
        refused.Message.ShouldContain("127.0.0.1");
        refused.Message.ShouldNotContain("a-wrong-one");
    }

    [TestMethod]
    public async Task A_recipient_that_the_server_does_not_know_is_told()
    {
        await using MailServer server = await MailServer.StartAsync();
        (await Should.ThrowAsync<AlertChannelException>(() => Email(server.Port, "nobody@example.com").SendAsync(Message))).Message.ShouldContain("No such mailbox");
    }

    [TestMethod]
    public async Task A_server_that_is_not_there_is_told() =>
        (await Should.ThrowAsync<AlertChannelException>(() => Email(1, "ann@example.com").SendAsync(Message))).Message.ShouldContain("port 1,");

    [TestMethod]
    public async Task Slack_gets_blocks_in_which_nothing_is_markup_that_was_text()
    {
        await using Receiver slack = await Receiver.StartAsync();
        AlertMessage longest = Message with { Alert = Message.Alert with { Text = new string('<', 5_000), Title = new string('t', 300) } };
        IAlertChannel channel = Posting(AlertChannelKind.Slack, $"{slack.Address}/services/T0/B0/secret");

        await channel.SendAsync(Message);
        await channel.SendAsync(longest);

        Posted posted = slack.Taken.First();
        posted.ContentType.ShouldStartWith("application/json");
        using JsonDocument body = JsonDocument.Parse(posted.Body);
        body.RootElement.GetProperty("text").GetString().ShouldBe("[Error] A training failed: Network");
        body.RootElement.GetProperty("blocks")[1].GetProperty("text").GetProperty("text").GetString().ShouldBe("1 training failed, &lt;Network&gt; &amp; others. Grüße");
        slack.Taken.Count.ShouldBe(2);
    }

    [TestMethod]
    public async Task Teams_gets_an_adaptive_card()
    {
        await using Receiver teams = await Receiver.StartAsync();
        await Posting(AlertChannelKind.Teams, $"{teams.Address}/workflows/1").SendAsync(Message);

        using JsonDocument body = JsonDocument.Parse(teams.Taken.ShouldHaveSingleItem().Body);
        JsonElement card = body.RootElement.GetProperty("attachments")[0];
        card.GetProperty("contentType").GetString().ShouldBe("application/vnd.microsoft.card.adaptive");
        card.GetProperty("content").GetProperty("type").GetString().ShouldBe("AdaptiveCard");
        card.GetProperty("content").GetProperty("body").EnumerateArray().Select(block => block.GetProperty("text").GetString()).ShouldContain("[Error] A training failed: Network", StringComparer.Ordinal);
    }

    [TestMethod]
    [DynamicData(nameof(HostileTexts.Rows), typeof(HostileTexts))]
    public async Task No_channel_makes_a_link_a_header_or_a_mention_of_a_text(string name)
    {
        string text = HostileTexts.All[name];
        AlertMessage hostile = Message with { Alert = Message.Alert with { Title = $"A training failed: {text}", Text = text } };
        await using Receiver chat = await Receiver.StartAsync();

        await Posting(AlertChannelKind.Slack, $"{chat.Address}/services/T0/B0/secret").SendAsync(hostile);
        await Posting(AlertChannelKind.Teams, $"{chat.Address}/workflows/1").SendAsync(hostile);

        JsonElement[] bodies = [.. chat.Taken.Select(posted => JsonSerializer.Deserialize<JsonElement>(posted.Body))];
        bodies.Length.ShouldBe(2);
        JsonElement section = bodies[0].GetProperty("blocks")[1].GetProperty("text");
        (section.GetProperty("verbatim").GetBoolean(), section.GetProperty("text").GetString()!.IndexOfAny(['<', '>'])).ShouldBe((true, -1));
        JsonElement[] blocks = [.. bodies[1].GetProperty("attachments")[0].GetProperty("content").GetProperty("body").EnumerateArray()];
        blocks.ShouldAllBe(block => !block.GetProperty("text").GetString()!.Contains("](", StringComparison.Ordinal));
    }

    [TestMethod]
    public async Task A_mail_of_a_text_with_line_breaks_has_no_header_of_it()
    {
        await using MailServer server = await MailServer.StartAsync();
        AlertMessage hostile = Message with { Alert = Message.Alert with { Title = "A training failed: x\r\nBcc: eve@example.com\r\n\r\n\u001b]8;;https://evil.example/\u0007" } };

        await Email(server.Port, "ann@example.com").SendAsync(hostile);

        Mail mail = await server.TakeAsync();
        mail.To.ShouldBe(["ann@example.com"]);
        mail.Subject.ShouldStartWith("[Error] A training failed: x Bcc: eve@example.com");
    }

    [TestMethod]
    public async Task A_webhook_gets_the_alert_with_a_signature_that_its_secret_makes()
    {
        await using Receiver hook = await Receiver.StartAsync();
        await AlertChannels.Create(new AlertChannelOptions { Name = "hook", Kind = AlertChannelKind.Webhook, Url = $"{hook.Address}/alerts", Secret = "shared" }, TimeProvider.System).SendAsync(Message);

        Posted posted = hook.Taken.ShouldHaveSingleItem();
        string signed = $"{posted.Headers["X-Pipeline-Timestamp"]}.{posted.Body}";
        posted.Headers["X-Pipeline-Signature"].ShouldBe($"sha256={Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes("shared"), Encoding.UTF8.GetBytes(signed)))}");
        using JsonDocument body = JsonDocument.Parse(posted.Body);
        body.RootElement.GetProperty("rule").GetString().ShouldBe("training-failed");
        body.RootElement.GetProperty("severity").GetString().ShouldBe("error");
    }

    [TestMethod]
    public async Task A_receiver_that_refuses_is_told_without_the_secret_of_its_address()
    {
        await using Receiver away = await Receiver.StartAsync(StatusCodes.Status503ServiceUnavailable);
        AlertChannelException refused = await Should.ThrowAsync<AlertChannelException>(() => Posting(AlertChannelKind.Slack, $"{away.Address}/services/T0/B0/secret").SendAsync(Message));

        refused.Message.ShouldBe("127.0.0.1 answered with the status 503.");
    }

    private static AlertChannelOptions Options(int port, params string[] to) =>
        new() { Name = "mail", Kind = AlertChannelKind.Email, Host = "127.0.0.1", Port = port, Tls = false, From = "Pipeline <pipeline@example.com>", To = to };

    private static IAlertChannel Email(int port, params string[] to) => AlertChannels.Create(Options(port, to), TimeProvider.System);

    private static IAlertChannel Posting(AlertChannelKind kind, string url) => AlertChannels.Create(new AlertChannelOptions { Name = "posted", Kind = kind, Url = url }, TimeProvider.System);
}
