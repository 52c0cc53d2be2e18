using System.Diagnostics;

namespace Pipeline.Telemetry;

/// <summary>
/// The activities of the pipeline, on the source <see cref="SourceName"/>. Their trace id is the correlation id: it is that of the request or timer that began the work,
/// and travels with an orchestration as a W3C <c>traceparent</c>.
/// </summary>
public static class PipelineActivity
{
    /// <summary>The name of the source.</summary>
    public const string SourceName = PipelineMetrics.Name;

    private static readonly ActivitySource Source = new(SourceName);

    /// <summary>The running activity as a <c>traceparent</c>; null where there is none.</summary>
    public static string? CurrentTraceParent => Activity.Current is { IdFormat: ActivityIdFormat.W3C } current ? current.Id : null;

    /// <summary>Starts an activity below the running one; null where nobody listens.</summary>
    public static Activity? Start(string name, string? techCenter = null)
    {
        Activity? activity = Source.StartActivity(name);
        return techCenter is null ? activity : activity?.SetTag(PipelineMetrics.TechCenterTag, techCenter);
    }

    /// <summary>
    /// Starts an activity whether anybody listens or not, so that what happens in it has a trace id to be found by.
    /// </summary>
    /// <param name="name">The activity's name.</param>
    /// <param name="kind">What kind of work it is.</param>
    /// <param name="traceParent">What it continues: a <c>traceparent</c> that came with the work. Null, or one that cannot be read, continues the running activity.</param>
    public static Activity Begin(string name, ActivityKind kind, string? traceParent = null)
    {
        bool continues = ActivityContext.TryParse(traceParent, traceState: null, isRemote: true, out ActivityContext parent) && Activity.Current?.TraceId != parent.TraceId;
        Activity? activity = continues ? Source.StartActivity(name, kind, parent) : Source.StartActivity(name, kind);
        if (activity is not null)
        {
            return activity;
        }

        activity = new Activity(name);
        if (continues)
        {
            activity.SetParentId(parent.TraceId, parent.SpanId, parent.TraceFlags);
        }

        return activity.Start();
    }

    /// <summary>Marks an activity as failed by the exception's type; its message could quote what was worked on.</summary>
    public static void Fail(Activity? activity, Exception exception)
    {
        ArgumentNullException.ThrowIfNull(exception);
        activity?.SetStatus(ActivityStatusCode.Error, exception.GetType().Name);
    }
}

/// <summary>Work that is handed on, such as an activity's input, with what began it: hosts run it under the same trace id.</summary>
public interface ITraced
{
    /// <summary>What began the work, as a W3C <c>traceparent</c>; null where it is not known.</summary>
    string? TraceParent { get; }
}
