using Pipeline.Alerts;

namespace Pipeline.Adapters.Notifications;

/// <summary>A Teams channel, by the workflow "Post to a channel when a webhook request is received", which takes an adaptive card.</summary>
internal sealed class TeamsChannel(AlertChannelOptions options) : PostingChannel(options)
{
    // Teams refuses messages over 28 KB.
    private const int LongestText = 3_000;

    /// <inheritdoc/>
    protected override object Body(AlertMessage message) => new
    {
        type = "message",
        attachments = new object[]
        {
            new
            {
                contentType = "application/vnd.microsoft.card.adaptive",
                content = new Dictionary<string, object>(StringComparer.Ordinal)
                {
                    ["$schema"] = "http://adaptivecards.io/schemas/adaptive-card.json",
                    ["type"] = "AdaptiveCard",
                    ["version"] = "1.4",
                    ["body"] = new object[]
                    {
                        new { type = "TextBlock", size = "Large", weight = "Bolder", wrap = true, text = Escape(message.Subject), color = message.Alert.Severity >= AlertSeverity.Error ? "Attention" : "Default" },
                        new { type = "TextBlock", wrap = true, text = Escape(message.Alert.Text) },
                        new { type = "TextBlock", wrap = true, isSubtle = true, text = message.HowToAnswer },
                    },
                },
            },
        },
    };

    // A card makes links of [words](address), and nothing else that leads away.
    private static string Escape(string text) => Cut(text).Replace("](", "]\\(", StringComparison.Ordinal);

    private static string Cut(string text) => text.Length <= LongestText ? text : string.Concat(text.AsSpan(0, LongestText - 1), "…");
}
