using System.Diagnostics;
using Pipeline.Requests;

namespace Pipeline.Telemetry;

/// <summary>Runs operations in an activity of their own and counts them, and those that fail.</summary>
internal static class PipelineWork
{
    /// <summary>
    /// Runs an operation in the activity <c>pipeline.OPERATION</c>. What it throws passes through and is counted, but for a stop and for a request that cannot be fulfilled.
    /// </summary>
    /// <param name="operation">The name in <see cref="PipelineOperation"/>.</param>
    /// <param name="techCenter">The tech center; null where there is none, or several.</param>
    /// <param name="work">The operation.</param>
    /// <param name="succeeded">Whether a result is a success; null where every result is one.</param>
    public static async Task<T> RunAsync<T>(string operation, string? techCenter, Func<Task<T>> work, Func<T, bool>? succeeded = null)
    {
        using Activity? activity = PipelineActivity.Start($"pipeline.{operation}", techCenter);
        try
        {
            T result = await work();
            PipelineMetrics.CountRun(operation, succeeded?.Invoke(result) ?? true);
            return result;
        }
        catch (Exception e) when (e is not (OperationCanceledException or RequestException))
        {
            PipelineActivity.Fail(activity, e);
            PipelineMetrics.Fail(operation, techCenter);
            PipelineMetrics.CountRun(operation, succeeded: false);
            throw;
        }
    }
}

/// <summary>The operations whose failures are counted.</summary>
public static class PipelineOperation
{
    /// <summary>Reading incidents into the warehouse.</summary>
    public const string Import = "import";

    /// <summary>Asking a system for incidents that are new there.</summary>
    public const string Pull = "pull";

    /// <summary>Masking and embedding.</summary>
    public const string Preprocess = "preprocess";

    /// <summary>Assigning stored incidents to clusters.</summary>
    public const string Predict = "predict";

    /// <summary>Training a tech center.</summary>
    public const string Train = "train";

    /// <summary>Answering for texts at hand.</summary>
    public const string Classify = "classify";

    /// <summary>Feeding a stream with what predictions answered.</summary>
    public const string Stream = "stream";

    /// <summary>Noting measures and telling of alerts.</summary>
    public const string Watch = "watch";
}
