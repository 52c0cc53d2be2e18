namespace Pipeline.Monitoring;

/// <summary>Answers whether the pipeline is ready. The checks touch all storage, so they are made at most every half minute, however often one asks.</summary>
public sealed class Readiness(PipelineMonitor monitor, TimeProvider clock) : IDisposable
{
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(30);

    private readonly SemaphoreSlim _gate = new(1, 1);
    private (ReadinessReport Report, long MadeAt)? _last;

    /// <summary>The newest report.</summary>
    public async Task<ReadinessReport> CheckAsync(CancellationToken cancellationToken = default)
    {
        await _gate.WaitAsync(cancellationToken);
        try
        {
            if (_last is not (ReadinessReport report, long madeAt) || clock.GetElapsedTime(madeAt) >= Fresh)
            {
                IReadOnlyList<Check> checks = await monitor.ValidateAsync(cancellationToken);
                report = new ReadinessReport(checks.All(c => c.Passed), clock.GetUtcNow(), checks);
                _last = (report, clock.GetTimestamp());
            }

            return report;
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>Frees the gate.</summary>
    public void Dispose() => _gate.Dispose();
}

/// <summary>Whether all that the pipeline needs is in order.</summary>
/// <param name="Ready">Whether every check passed.</param>
/// <param name="CheckedAt">When they were made, in UTC.</param>
/// <param name="Checks">One entry per check.</param>
public sealed record ReadinessReport(bool Ready, DateTimeOffset CheckedAt, IReadOnlyList<Check> Checks);
