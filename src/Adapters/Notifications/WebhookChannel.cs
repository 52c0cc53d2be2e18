using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Pipeline.Alerts;

namespace Pipeline.Adapters.Notifications;

/// <summary>
/// Any address that takes the alert as JSON. The header <c>X-Pipeline-Signature</c> is <c>sha256=</c> and the HMAC-SHA256 in hexadecimal, under the channel's secret, of the
/// header <c>X-Pipeline-Timestamp</c> (seconds since 1970), a dot and the body: whoever takes it refuses old timestamps and other signatures.
/// </summary>
internal sealed class WebhookChannel(AlertChannelOptions options, TimeProvider clock) : PostingChannel(options)
{
    /// <summary>The header with the seconds since 1970.</summary>
    public const string TimestampHeader = "X-Pipeline-Timestamp";

    /// <summary>The header with the signature.</summary>
    public const string SignatureHeader = "X-Pipeline-Signature";

    private readonly string? _secret = options.Secret;

    /// <inheritdoc/>
    protected override object Body(AlertMessage message) => new
    {
        message.Alert.Id,
        message.Alert.Rule,
        message.Alert.Severity,
        message.Alert.TechCenter,
        message.Alert.Title,
        message.Alert.Text,
        message.Alert.RaisedAt,
        message.Alert.Count,
        message.Route,
        Escalated = message.IsEscalated,
    };

    /// <inheritdoc/>
    protected override void Sign(HttpRequestMessage request, byte[] body)
    {
        if (string.IsNullOrEmpty(_secret))
        {
            return;
        }

        string timestamp = clock.GetUtcNow().ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        byte[] signed = [.. Encoding.UTF8.GetBytes($"{timestamp}."), .. body];
        byte[] hash = HMACSHA256.HashData(Encoding.UTF8.GetBytes(_secret), signed);
        request.Headers.Add(TimestampHeader, timestamp);
        request.Headers.Add(SignatureHeader, $"sha256={Convert.ToHexStringLower(hash)}");
    }
}
