namespace Microsoft.DurableTask;

/// <summary>
/// Retries after pauses that grow geometrically: <c>firstRetryInterval · backoffCoefficient^(attempt - 1)</c>, at most <c>maxRetryInterval</c>.
/// </summary>
public class RetryPolicy
{
    private readonly Func<TaskFailureDetails, bool> _handleFailure = static _ => true;

    /// <summary>A policy.</summary>
    /// <param name="maxNumberOfAttempts">All attempts, the first included; from 1.</param>
    /// <param name="firstRetryInterval">The pause after the first failure; longer than zero.</param>
    /// <param name="backoffCoefficient">How much longer each pause is than the one before; from 1.</param>
    /// <param name="maxRetryInterval">The longest pause, not shorter than the first; one hour when null.</param>
    /// <param name="retryTimeout">No retry is begun so long after the first attempt, not shorter than the first pause; without limit when null.</param>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of its range.</exception>
    public RetryPolicy(
        int maxNumberOfAttempts,
        TimeSpan firstRetryInterval,
        double backoffCoefficient = 1.0,
        TimeSpan? maxRetryInterval = null,
        TimeSpan? retryTimeout = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maxNumberOfAttempts, 1);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(firstRetryInterval, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThan(backoffCoefficient, 1.0);
        RequireFrom(firstRetryInterval, maxRetryInterval, nameof(maxRetryInterval));
        RequireFrom(firstRetryInterval, retryTimeout, nameof(retryTimeout));
        MaxNumberOfAttempts = maxNumberOfAttempts;
        FirstRetryInterval = firstRetryInterval;
        BackoffCoefficient = backoffCoefficient;
        MaxRetryInterval = maxRetryInterval ?? TimeSpan.FromHours(1);
        RetryTimeout = retryTimeout ?? Timeout.InfiniteTimeSpan;
    }

    /// <summary>All attempts, the first included.</summary>
    public int MaxNumberOfAttempts { get; }

    /// <summary>The pause after the first failure.</summary>
    public TimeSpan FirstRetryInterval { get; }

    /// <summary>How much longer each pause is than the one before.</summary>
    public double BackoffCoefficient { get; }

    /// <summary>The longest pause; <see cref="Timeout.InfiniteTimeSpan"/>: no longest.</summary>
    public TimeSpan MaxRetryInterval { get; }

    /// <summary>No retry is begun so long after the first attempt; <see cref="Timeout.InfiniteTimeSpan"/>: without limit.</summary>
    public TimeSpan RetryTimeout { get; }

    /// <summary>Decides from the failure whether another attempt is worth it; every failure is when unset.</summary>
    public Func<TaskFailureDetails, bool> HandleFailure
    {
        init => _handleFailure = value;
    }

    /// <summary>What <see cref="HandleFailure"/> says about a failure.</summary>
    internal bool Handles(TaskFailureDetails failure) => _handleFailure(failure);

    private static void RequireFrom(TimeSpan first, TimeSpan? value, string name)
    {
        if (value < first && value != Timeout.InfiniteTimeSpan)
            throw new ArgumentOutOfRangeException(name, value, $"It must not be shorter than the first retry interval, {first}.");
    }
}
