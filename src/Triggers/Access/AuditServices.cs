using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Pipeline.Audit;
using Pipeline.Storage;
using Pipeline.Telemetry;

namespace Pipeline.Triggers;

/// <summary>The audit: what writes it, shows it and verifies it.</summary>
public static partial class AuditServices
{
    /// <summary>Adds the use cases. Needs an <see cref="IObjectStore"/>, an <see cref="ISettingsTable"/> and a <see cref="TimeProvider"/> among the services.</summary>
    public static IServiceCollection AddAudit(this IServiceCollection services)
    {
        services.TryAddSingleton(s =>
        {
            ILogger logger = s.GetRequiredService<ILoggerFactory>().CreateLogger<AuditLog>();
            return new AuditLog(
                s.GetRequiredService<IObjectStore>(),
                s.GetRequiredService<TimeProvider>(),
                (entry, hash) => LogWritten(logger, entry.Action, entry.Outcome, entry.Number, hash),
                (why, waiting) => LogWaits(logger, why, waiting));
        });
        services.TryAddSingleton<AuditCounts>();
        services.TryAddSingleton<BrowseAudit>();
        services.TryAddSingleton<VerifyAudit>();
        services.TryAddSingleton<KeepAudit>();
        services.TryAddSingleton<RequestAudit>();
        return services;
    }

    // The hash in the log is an anchor that whoever can write the object store cannot change. Who did it stays in the audit.
    [LoggerMessage(PipelineEvents.Audited, LogLevel.Information, "Audit: {Action} {Outcome}, entry {Number} with the hash {Hash}")]
    private static partial void LogWritten(ILogger logger, string action, AuditOutcome outcome, long number, string hash);

    [LoggerMessage(PipelineEvents.AuditWaits, LogLevel.Error, "The audit cannot be written now; {Waiting} acts wait in memory")]
    private static partial void LogWaits(ILogger logger, Exception exception, int waiting);
}
