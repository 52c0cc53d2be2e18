using Pipeline.Alerts;

namespace Pipeline.Adapters.Notifications;

/// <summary>A Slack channel, by an incoming webhook: https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks.</summary>
internal sealed class SlackChannel(AlertChannelOptions options) : PostingChannel(options)
{
    // Slack refuses longer texts of a header and of a section.
    private const int LongestHeader = 150;
    private const int LongestSection = 3_000;

    /// <inheritdoc/>
    protected override object Body(AlertMessage message) => new
    {
        text = Cut(Escape(message.Subject), LongestSection),
        blocks = new object[]
        {
            new { type = "header", text = new { type = "plain_text", text = Cut(message.Subject, LongestHeader) } },
            new { type = "section", text = new { type = "mrkdwn", verbatim = true, text = Cut(Escape(message.Alert.Text), LongestSection) } },
            new { type = "context", elements = new object[] { new { type = "mrkdwn", verbatim = true, text = Cut(Escape(message.HowToAnswer), LongestSection) } } },
        },
    };

    // With these three escaped and verbatim, no link, mention or channel is made of a text.
    private static string Escape(string text) => text.Replace("&", "&amp;", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal).Replace(">", "&gt;", StringComparison.Ordinal);

    private static string Cut(string text, int longest) => text.Length <= longest ? text : string.Concat(text.AsSpan(0, longest - 1), "…");
}
