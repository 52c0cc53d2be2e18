using System.Globalization;

namespace Pipeline.Alerts;

/// <summary>Carries messages about alerts to people or programs.</summary>
public interface IAlertChannel
{
    /// <summary>The channel's name, as routes call it.</summary>
    string Name { get; }

    /// <summary>Sends a message; done means that the other side has taken it.</summary>
    /// <exception cref="AlertChannelException">The other side did not take it; the message says why, without secrets.</exception>
    Task SendAsync(AlertMessage message, CancellationToken cancellationToken = default);
}

/// <summary>What is said about an alert.</summary>
/// <param name="Alert">The alert.</param>
/// <param name="Route">The route that asks for the message.</param>
/// <param name="IsEscalated">Whether an earlier route got no answer.</param>
public sealed record AlertMessage(Alert Alert, string Route, bool IsEscalated)
{
    /// <summary>One line for subjects and headings.</summary>
    public string Subject => $"[{Alert.Severity}{(IsEscalated ? ", nobody answered" : "")}] {Alert.Title}";

    /// <summary>How to acknowledge it.</summary>
    public string HowToAnswer => $"Acknowledge it with 'alerts ack {Alert.Id}' or POST /api/alerts/{Alert.Id}/ack. The runbook, docs/operations.md, says what to do under '{Alert.Rule}'.";

    /// <summary>The message as lines of plain text.</summary>
    public string PlainText => string.Create(CultureInfo.InvariantCulture, $"{Alert.Text}\n\nRaised at {Alert.RaisedAt:yyyy-MM-dd HH:mm:ss} UTC, {Alert.Count} time{(Alert.Count == 1 ? "" : "s")}.\n{HowToAnswer}\n");
}

/// <summary>A channel did not take a message.</summary>
public sealed class AlertChannelException : Exception
{
    /// <summary>Creates the exception with what went wrong.</summary>
    public AlertChannelException(string message)
        : base(message)
    {
    }

    /// <summary>Creates the exception with what went wrong, and its cause.</summary>
    public AlertChannelException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }
}
