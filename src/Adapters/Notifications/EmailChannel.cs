using System.Globalization;
using MailKit;
using MailKit.Net.Smtp;
using MailKit.Security;
using MimeKit;
using Pipeline.Alerts;

namespace Pipeline.Adapters.Notifications;

/// <summary>E-mail by SMTP: one message to all recipients. Azure Communication Services and every mail provider take it.</summary>
internal sealed class EmailChannel(AlertChannelOptions options) : IAlertChannel
{
    private const int TlsFromTheStart = 465;
    private const int MillisecondsToWait = 30_000;

    /// <inheritdoc/>
    public string Name => options.Name;

    /// <inheritdoc/>
    public async Task SendAsync(AlertMessage message, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(message);
        try
        {
            using MimeMessage mail = Write(message);
            using SmtpClient client = new() { Timeout = MillisecondsToWait };
            SecureSocketOptions security = !options.Tls ? SecureSocketOptions.None : options.Port == TlsFromTheStart ? SecureSocketOptions.SslOnConnect : SecureSocketOptions.StartTls;
            await client.ConnectAsync(options.Host!, options.Port, security, cancellationToken);
            if (!string.IsNullOrEmpty(options.User))
            {
                await client.AuthenticateAsync(options.User, options.Password ?? "", cancellationToken);
            }

            await client.SendAsync(mail, cancellationToken);
            await client.DisconnectAsync(quit: true, cancellationToken);
        }
        catch (Exception e) when (e is CommandException or ProtocolException or ServiceNotConnectedException or ServiceNotAuthenticatedException or MailKit.Security.AuthenticationException
            or SslHandshakeException or IOException or System.Net.Sockets.SocketException or FormatException or ParseException or TimeoutException or NotSupportedException)
        {
            throw new AlertChannelException(string.Create(CultureInfo.InvariantCulture, $"The mail server {options.Host}, port {options.Port}, did not take the message: {e.Message}"), e);
        }
    }

    private MimeMessage Write(AlertMessage message)
    {
        MimeMessage mail = new()
        {
            Subject = message.Subject.ReplaceLineEndings(" "),
            Body = new TextPart("plain") { Text = message.PlainText },
        };
        mail.From.Add(MailboxAddress.Parse(options.From!));
        foreach (string address in options.To)
        {
            mail.To.Add(MailboxAddress.Parse(address));
        }

        // Mail programs put the messages of an alert together, and answer nothing by themselves.
        mail.Headers.Add("Auto-Submitted", "auto-generated");
        mail.Headers.Add("X-Pipeline-Alert", message.Alert.Id);
        return mail;
    }
}
