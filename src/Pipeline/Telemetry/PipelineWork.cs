using System.Diagnostics;
using Pipeline.Requests;

namespace Pipeline.Telemetry;

/// <summary>Runs operations in an activity of their own and counts those that fail.</summary>
internal static class PipelineWork
{
    /// <summary>
    /// Runs an operation in the activity <c>pipeline.OPERATION</c>. What it throws passes through and is counted, but for a stop and for a request that cannot be fulfilled.
    /// </summary>
    /// <param name="operation">The name in <see cref="PipelineOperation"/>.</param>
    /// <param name="techCenter">The tech center; null where there is none, or several.</param>
    /// <param name="work">The operation.</param>
    public static async Task<T> RunAsync<T>(string operation, string? techCenter, Func<Task<T>> work)
    {
        using Activity? activity = PipelineActivity.Start($"pipeline.{operation}", techCenter);
        try
        {
            return await work();
        }
        catch (Exception e) when (e is not (OperationCanceledException or RequestException))
        {
            PipelineActivity.Fail(activity, e);
            PipelineMetrics.Fail(operation, techCenter);
            throw;
        }
    }
}
