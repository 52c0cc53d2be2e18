using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Pipeline.Archive;
using Pipeline.Datasets;
using Pipeline.Erasure;
using Pipeline.Incidents;
using Pipeline.Intake;
using Pipeline.Preprocessing;
using Pipeline.Storage;
using Pipeline.Training;

namespace Pipeline.Triggers;

/// <summary>What takes incidents out: into the archive, and for good.</summary>
internal static class RetentionServices
{
    private const int MostErasures = 100_000;

    /// <summary>Adds the use cases. Needs the ports of a warehouse and an <see cref="IObjectStore"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A setting is out of its range; the message names it and the range.</exception>
    public static void AddRetention(this IServiceCollection services, IConfiguration configuration, TrainingOptions training)
    {
        ArchiveOptions archive = configuration.GetSection("Archive").Get<ArchiveOptions>() ?? new ArchiveOptions();
        archive.Validate(training.WindowMonths);
        RetentionOptions retention = configuration.GetSection("Retention").Get<RetentionOptions>() ?? new RetentionOptions();
        retention.Validate(training.WindowMonths);
        services.TryAddSingleton(s => new ArchiveIncidents(
            s.GetRequiredService<ITechCenters>(), s.GetRequiredService<IRemovals>(), s.GetRequiredService<IObjectStore>(), s.GetRequiredService<DatasetCatalog>(), archive, training.WindowMonths, s.GetRequiredService<TimeProvider>()));
        services.TryAddSingleton(s => new ErasedNumbers(async token => await ReadAsync(s.GetRequiredService<IErasures>(), token), s.GetRequiredService<TimeProvider>()));
        services.TryAddSingleton<EraseFromModels>();
        services.TryAddSingleton<EraseFromStreams>();
        services.TryAddSingleton<EraseFromFiles>();
        services.TryAddSingleton<EraseFromArchive>();
        services.TryAddSingleton<EraseIncident>();
        services.TryAddSingleton(s => new RetainIncidents(
            s.GetRequiredService<IRemovals>(), s.GetRequiredService<PreprocessIncidents>(), s.GetRequiredService<IPreprocessedIncidents>(), s.GetRequiredService<IObjectStore>(), s.GetRequiredService<IIngestionLog>(),
            s.GetRequiredService<EraseFromModels>(), retention, training.WindowMonths, s.GetRequiredService<TimeProvider>()));
    }

    // An erasure that was given up may be asked for again, and until then the incident is there.
    private static async Task<IReadOnlySet<string>> ReadAsync(IErasures erasures, CancellationToken cancellationToken) =>
        (await erasures.ReadErasuresAsync(MostErasures, cancellationToken)).Where(e => e.Problem is null).Select(e => e.NumberSha256).ToHashSet(StringComparer.Ordinal);
}
