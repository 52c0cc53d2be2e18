using Microsoft.Extensions.DependencyInjection;
using Pipeline.Alerts;

namespace Pipeline.Adapters.Notifications;

/// <summary>Makes the channels that the settings name.</summary>
public static class AlertChannels
{
    /// <summary>Adds one <see cref="IAlertChannel"/> for each; nothing is connected before the first message.</summary>
    /// <param name="services">Where they are added.</param>
    /// <param name="channels">The channels, checked by <see cref="AlertChannelOptions.Validate"/>.</param>
    public static IServiceCollection AddAlertChannels(this IServiceCollection services, IReadOnlyList<AlertChannelOptions> channels)
    {
        ArgumentNullException.ThrowIfNull(channels);
        foreach (AlertChannelOptions channel in channels)
        {
            services.AddSingleton(s => Create(channel, s.GetService<TimeProvider>() ?? TimeProvider.System));
        }

        return services;
    }

    /// <summary>Makes a channel.</summary>
    public static IAlertChannel Create(AlertChannelOptions options, TimeProvider clock)
    {
        ArgumentNullException.ThrowIfNull(options);
        return options.Kind switch
        {
            AlertChannelKind.Email => new EmailChannel(options),
            AlertChannelKind.Slack => new SlackChannel(options),
            AlertChannelKind.Teams => new TeamsChannel(options),
            AlertChannelKind.Webhook => new WebhookChannel(options, clock),
            _ => throw new ArgumentOutOfRangeException(nameof(options), options.Kind, "There is no channel of this kind."),
        };
    }
}
