using Microsoft.Extensions.AI;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Pipeline.Adapters.Notifications;
using Pipeline.Alerts;
using Pipeline.Drift;
using Pipeline.Incidents;
using Pipeline.Measures;
using Pipeline.Models;
using Pipeline.Monitoring;
using Pipeline.Operations;
using Pipeline.Preprocessing;
using Pipeline.Storage;

namespace Pipeline.Triggers;

/// <summary>Adds what watches the pipeline: measures, drift, rules, alerts and their channels, the weekly report.</summary>
internal static class WatchServices
{
    /// <summary>Adds the use cases.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A setting is out of its range; the message names it and the range.</exception>
    /// <exception cref="InvalidOperationException">A setting cannot be read; the message names it.</exception>
    /// <exception cref="SettingException">A route or channel is incomplete, or names what is not there.</exception>
    public static IServiceCollection AddWatch(this IServiceCollection services, IConfiguration configuration)
    {
        AlertOptions alerts = configuration.GetSection("Alerts").Get<AlertOptions>() ?? new AlertOptions();
        WatchOptions watch = configuration.GetSection("Watch").Get<WatchOptions>() ?? new WatchOptions();
        DriftOptions drift = configuration.GetSection("Drift").Get<DriftOptions>() ?? new DriftOptions();
        HealthOptions health = configuration.GetSection("Health").Get<HealthOptions>() ?? new HealthOptions();
        CostOptions cost = configuration.GetSection("Cost").Get<CostOptions>() ?? new CostOptions();
        cost.Validate();
        alerts.Validate();
        drift.Validate();
        watch.Validate();
        health.Validate();
        services.TryAddSingleton(alerts);
        services.TryAddSingleton(watch);
        services.TryAddSingleton(health);
        services.AddAlertChannels(alerts.Channels);
        services.TryAddSingleton<RaiseAlert>();
        services.TryAddSingleton<AnswerAlert>();
        services.TryAddSingleton<ShowAlerts>();
        services.TryAddSingleton<TryChannels>();
        services.TryAddSingleton<DeliverAlerts>();
        services.TryAddSingleton<TellOfOutage>();
        services.TryAddSingleton<MeasureCollector>();
        services.TryAddSingleton(s => new MachineUse(Path.GetTempPath(), s.GetRequiredService<TimeProvider>()));
        services.TryAddSingleton<NoteMeasures>();
        services.TryAddSingleton<EvaluateRules>();
        services.TryAddSingleton(drift);
        services.TryAddSingleton<DriftFiles>();
        services.TryAddSingleton<DriftReports>();
        services.TryAddSingleton<BrowseMeasures>();
        services.TryAddSingleton(s => new MeasureDrift(
            s.GetRequiredService<ITechCenters>(),
            s.GetRequiredService<IPreprocessedIncidents>(),
            s.GetRequiredService<ModelStore>(),
            s.GetRequiredService<DriftFiles>(),
            s.GetRequiredService<ISettingsTable>(),
            s.GetRequiredService<IEmbeddingGenerator<string, Embedding<float>>>(),
            s.GetRequiredService<PreprocessIncidents>().Embedder,
            s.GetRequiredService<RaiseAlert>(),
            drift,
            s.GetRequiredService<TimeProvider>()));
        services.TryAddSingleton(cost);
        services.TryAddSingleton<MakeWeeklyReport>();
        services.TryAddSingleton<WeeklyReports>();
        services.AddHostedService<Listening>();
        return services;
    }

    /// <summary>Makes the collector before anything is measured.</summary>
    private sealed class Listening(MeasureCollector collector) : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken)
        {
            _ = collector;
            return Task.CompletedTask;
        }

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
