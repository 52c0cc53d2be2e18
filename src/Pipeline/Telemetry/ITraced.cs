namespace Pipeline.Telemetry;

/// <summary>Work that is handed on, such as an activity's input, with what began it: hosts run it under the same trace id.</summary>
public interface ITraced
{
    /// <summary>What began the work, as a W3C <c>traceparent</c>; null where it is not known.</summary>
    string? TraceParent { get; }
}
