using Pipeline.Requests;

namespace Pipeline.Alerts;

/// <summary>The use case of whoever has set up a channel: sends a test message at once, past routes and log, and says what became of it.</summary>
public sealed class TryChannels(IEnumerable<IAlertChannel> channels, TimeProvider clock)
{
    private readonly IAlertChannel[] _channels = [.. channels];

    /// <summary>Sends the message.</summary>
    /// <param name="name">The channel; null for all.</param>
    /// <param name="cancellationToken">Stops the sending.</param>
    /// <exception cref="RequestException">There is no channel of this name, or none at all.</exception>
    public async Task<IReadOnlyList<ChannelTrial>> RunAsync(string? name = null, CancellationToken cancellationToken = default)
    {
        IAlertChannel[] asked = [.. _channels.Where(c => name is null || string.Equals(c.Name, name, StringComparison.Ordinal))];
        if (asked.Length == 0)
        {
            throw RequestException.Invalid("channel", _channels.Length == 0
                ? "There is no channel. Set one up under Alerts:Channels; docs/watch.md shows how."
                : $"There is no channel '{name}'. Known: {string.Join(", ", _channels.Select(c => c.Name))}.");
        }

        DateTimeOffset now = clock.GetUtcNow();
        AlertRule rule = AlertRules.Find(AlertRules.Test);
        Alert alert = new() { Id = "test", Fingerprint = rule.Name, Rule = rule.Name, Severity = rule.Severity, Title = rule.Title, Text = rule.Description, RaisedAt = now, LastAt = now };
        List<ChannelTrial> trials = [];
        foreach (IAlertChannel channel in asked)
        {
            try
            {
                await channel.SendAsync(new AlertMessage(alert, "test", IsEscalated: false), cancellationToken);
                trials.Add(new ChannelTrial(channel.Name, Sent: true));
            }
            catch (AlertChannelException e)
            {
                trials.Add(new ChannelTrial(channel.Name, Sent: false, e.Message));
            }
        }

        return trials;
    }
}

/// <summary>What became of a test message.</summary>
/// <param name="Channel">The channel.</param>
/// <param name="Sent">Whether the other side took it.</param>
/// <param name="Problem">Why not; null where it did.</param>
public sealed record ChannelTrial(string Channel, bool Sent, string? Problem = null);
