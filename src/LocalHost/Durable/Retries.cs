using Microsoft.DurableTask;

namespace Pipeline.LocalHost.Durable;

/// <summary>Calls again what failed, by a policy. The pauses are durable timers, so they go on across restarts.</summary>
internal static class Retries
{
    /// <summary>Calls once, or as often as the policy allows; the last failure is the caller's.</summary>
    public static async Task<T> CallAsync<T>(TaskOrchestrationContext context, RetryPolicy? policy, Func<Task<T>> call)
    {
        if (policy is null)
            return await call();

        DateTime begin = context.CurrentUtcDateTime;
        for (int attempt = 1; ; attempt++)
        {
            try
            {
                return await call();
            }
            catch (TaskFailedException failed) when (attempt < policy.MaxNumberOfAttempts && IsWorthIt(policy, failed, context.CurrentUtcDateTime - begin))
            {
                // The pause follows outside the handler, so that the exception is let go.
            }

            await context.CreateTimer(Pause(policy, attempt), CancellationToken.None);
        }
    }

    /// <summary>The pause after this many failures.</summary>
    public static TimeSpan Pause(RetryPolicy policy, int failures)
    {
        TimeSpan longest = policy.MaxRetryInterval == Timeout.InfiniteTimeSpan ? TimeSpan.FromDays(36500) : policy.MaxRetryInterval;
        double milliseconds = policy.FirstRetryInterval.TotalMilliseconds * Math.Pow(policy.BackoffCoefficient, failures - 1);
        return milliseconds < longest.TotalMilliseconds ? TimeSpan.FromMilliseconds(milliseconds) : longest;
    }

    // A condition that throws must not hide the failure it was asked about.
    private static bool IsWorthIt(RetryPolicy policy, TaskFailedException failed, TimeSpan elapsed)
    {
        if (policy.RetryTimeout != Timeout.InfiniteTimeSpan && elapsed >= policy.RetryTimeout)
            return false;
        try
        {
            // The policy asks the engine's exception about the failure.
            TaskFailureDetails failure = failed.FailureDetails;
            return policy.Handle(new DurableTask.Core.Exceptions.TaskFailedException { FailureDetails = new(failure.ErrorType, failure.ErrorMessage, failure.StackTrace, null, isNonRetriable: false) });
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            return false;
        }
    }
}
