using Microsoft.Extensions.AI;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Pipeline.Encryption;
using Pipeline.Incidents;
using Pipeline.Preprocessing;
using Pipeline.Storage;
using Pipeline.Streams;
using Pipeline.Telemetry;

namespace Pipeline.Triggers;

/// <summary>The streams: what takes items in, shows what they make, and looks after them.</summary>
internal static partial class StreamServices
{
    /// <summary>Adds the use cases. Needs an <see cref="IObjectStore"/>, an embedding generator and <see cref="PreprocessIncidents"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A setting is out of its range; the message names it and the range.</exception>
    public static void AddStreams(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddEncryption(configuration);
        services.TryAddSingleton(s => new StreamDirectory(
            s.GetRequiredService<IObjectStore>(),
            s.GetRequiredService<EnvelopeSeal>(),
            s.GetRequiredService<PreprocessIncidents>().Embedder,
            s.GetRequiredService<TimeProvider>(),
            opening => Tell(LoggerOf(s), opening)));
        services.TryAddSingleton(s => new TakeStreamItems(
            s.GetRequiredService<StreamDirectory>(), s.GetRequiredService<PreprocessIncidents>().Summaries, s.GetRequiredService<IEmbeddingGenerator<string, Embedding<float>>>(), s.GetRequiredService<TimeProvider>(), s.GetRequiredService<ErasedNumbers>()));
        EmergingOptions emerging = configuration.GetSection("Emerging").Get<EmergingOptions>() ?? new EmergingOptions();
        emerging.Validate();
        services.TryAddSingleton(emerging);
        services.TryAddSingleton(s => new EmergingProblems(s.GetRequiredService<IObjectStore>(), s.GetRequiredService<EnvelopeSeal>(), why => LogUnreadable(LoggerOf(s), why)));
        services.TryAddSingleton<EmergingFeed>();
        services.TryAddSingleton<ListEmerging>();
        services.TryAddSingleton<BrowseStreams>();
        services.TryAddSingleton<KeepStreams>();
    }

    private static ILogger LoggerOf(IServiceProvider services) => services.GetService<ILoggerFactory>()?.CreateLogger(typeof(StreamServices)) ?? NullLogger.Instance;

    private static void Tell(ILogger logger, StreamOpening opening)
    {
        if (opening.Damaged.Count > 0)
        {
            LogDamaged(logger, opening.Stream, string.Join(' ', opening.Damaged), opening.Snapshot?.ToString("O") ?? "the beginning", opening.Replayed);
        }
        else
        {
            LogReplayed(logger, opening.Stream, opening.Snapshot?.ToString("O") ?? "the beginning", opening.Replayed);
        }
    }

    [LoggerMessage(PipelineEvents.StreamReplayed, LogLevel.Information, "The stream {Stream} goes on from {Snapshot} and {Replayed} entries of its log")]
    private static partial void LogReplayed(ILogger logger, string stream, string snapshot, long replayed);

    [LoggerMessage(PipelineEvents.StreamProblemsUnreadable, LogLevel.Error, "What was told of emerging problems is passed over, and ids that were told may be given anew: {Why}")]
    private static partial void LogUnreadable(ILogger logger, string why);

    [LoggerMessage(PipelineEvents.StreamDamaged, LogLevel.Error, "Of the stream {Stream} some snapshots cannot be used: {Damaged} It goes on from {Snapshot} and {Replayed} entries of its log")]
    private static partial void LogDamaged(ILogger logger, string stream, string damaged, string snapshot, long replayed);
}
