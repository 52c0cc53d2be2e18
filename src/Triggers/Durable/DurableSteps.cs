using Microsoft.DurableTask;
using Pipeline.EmergencyStop;
using Pipeline.Requests;

namespace Pipeline.Triggers;

/// <summary>The steps of orchestrations: tried again where they fail, and begun again after an emergency stop, which uses up none of their attempts.</summary>
internal static class DurableSteps
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(30);

    // So late may what stood go on; a halt of a day is 300 looks in the history.
    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(5);

    /// <summary>A step's patience: pauses that double. What is asked for wrongly is wrong the next time, too, and is not tried again.</summary>
    /// <param name="attempts">How often it is tried.</param>
    /// <param name="firstPauseSeconds">The pause before the second attempt.</param>
    /// <param name="longestPause">No pause is longer; null for no limit.</param>
    public static TaskOptions Patience(int attempts, int firstPauseSeconds, TimeSpan? longestPause = null) =>
        TaskOptions.FromRetryPolicy(new RetryPolicy(attempts, TimeSpan.FromSeconds(firstPauseSeconds), backoffCoefficient: 2, longestPause) { HandleFailure = failure => !failure.IsCausedBy<HaltedException>() && !failure.IsCausedBy<RequestException>() });

    /// <summary>Calls an activity; while the pipeline is halted or read-only, waits and calls it anew.</summary>
    public static async Task<T> CallStepAsync<T>(this TaskOrchestrationContext context, string activity, object? input, TaskOptions? options = null)
    {
        TimeSpan pause = FirstPause;
        while (true)
        {
            try
            {
                return await context.CallActivityAsync<T>(activity, input, options);
            }
            catch (TaskFailedException e) when (e.FailureDetails.IsCausedBy<HaltedException>())
            {
                await context.CreateTimer(pause, CancellationToken.None);
                pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
            }
        }
    }

    /// <summary>Calls an activity that gives nothing; while the pipeline is halted or read-only, waits and calls it anew.</summary>
    public static Task CallStepAsync(this TaskOrchestrationContext context, string activity, object? input, TaskOptions? options = null) => context.CallStepAsync<object?>(activity, input, options);
}
