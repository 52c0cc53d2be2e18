namespace Pipeline.Monitoring;

/// <summary>Answers whether the pipeline is ready. The checks touch all storage, so they are made at most every half minute, however often one asks; whether it can be asked at all, every five seconds.</summary>
public sealed class Readiness(PipelineMonitor monitor, MachineUse machine, HealthOptions limits, TimeProvider clock) : IDisposable
{
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan FreshAnswer = TimeSpan.FromSeconds(5);

    private readonly SemaphoreSlim _gate = new(1, 1);
    private readonly SemaphoreSlim _answering = new(1, 1);
    private (ReadinessReport Report, long MadeAt)? _last;
    private (bool Answers, long At)? _answered;

    /// <summary>The newest report.</summary>
    public async Task<ReadinessReport> CheckAsync(CancellationToken cancellationToken = default)
    {
        await _gate.WaitAsync(cancellationToken);
        try
        {
            if (_last is not (ReadinessReport report, long madeAt) || clock.GetElapsedTime(madeAt) >= Fresh)
            {
                IReadOnlyList<Check> checks = await monitor.ValidateAsync(cancellationToken);
                report = new ReadinessReport(checks.All(c => c.Passed), clock.GetUtcNow(), checks, machine.Look(limits), await monitor.LastWatchAsync(cancellationToken));
                _last = (report, clock.GetTimestamp());
            }

            return report;
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>Whether requests may be sent here, for a balancer that asks every few seconds: the stores can be read.</summary>
    public async Task<TrafficState> AskAsync(CancellationToken cancellationToken = default)
    {
        await _answering.WaitAsync(cancellationToken);
        try
        {
            if (_answered is not (bool answers, long at) || clock.GetElapsedTime(at) >= FreshAnswer)
            {
                answers = await monitor.AnswersAsync(cancellationToken);
                _answered = (answers, clock.GetTimestamp());
            }

            return !answers ? TrafficState.Unavailable : machine.Look(limits).Degraded ? TrafficState.Degraded : TrafficState.Ready;
        }
        finally
        {
            _answering.Release();
        }
    }

    /// <summary>Frees the gates.</summary>
    public void Dispose()
    {
        _gate.Dispose();
        _answering.Dispose();
    }
}

/// <summary>Whether all that the pipeline needs is in order.</summary>
/// <param name="Ready">Whether every check passed.</param>
/// <param name="CheckedAt">When they were made, in UTC.</param>
/// <param name="Checks">One entry per check.</param>
/// <param name="Machine">How much of the machine this instance uses.</param>
/// <param name="WatchedAt">When the watch last did all that was due, in UTC; null where it never did, or that cannot be read.</param>
public sealed record ReadinessReport(bool Ready, DateTimeOffset CheckedAt, IReadOnlyList<Check> Checks, MachineHealth Machine, DateTimeOffset? WatchedAt);

/// <summary>Whether an instance can be asked.</summary>
public enum TrafficState
{
    /// <summary>It can.</summary>
    Ready,

    /// <summary>It can, and uses more of the machine than is well.</summary>
    Degraded,

    /// <summary>A store that it needs does not answer.</summary>
    Unavailable,
}
