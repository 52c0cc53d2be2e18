using System.Globalization;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;

namespace Pipeline.Triggers;

/// <summary>Moves what is old into the archive, on schedule.</summary>
public sealed class ArchiveFunctions(TimeProvider clock)
{
    /// <summary>Starts the archiving.</summary>
    [Function("ArchiveOnSchedule")]
    [ExponentialBackoffRetry(5, "00:00:10", "00:05:00")]
    public Task OnScheduleAsync([TimerTrigger(Schedules.Archive)] TimerInfo timer, [DurableClient] DurableTaskClient client, CancellationToken cancellationToken) =>
        ArchiveOrchestration.StartAsync(client, clock.GetUtcNow().ToString("yyyyMMdd", CultureInfo.InvariantCulture), cancellationToken);
}
