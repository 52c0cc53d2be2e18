using Pipeline.Telemetry;

namespace Pipeline.Training;

/// <summary>Asks for a training's record to be kept and its run to be closed.</summary>
/// <param name="Record">How the training ended.</param>
/// <param name="TraceParent">What asked for the training, as a W3C <c>traceparent</c>; null where it is not known.</param>
public sealed record TrainingClosure(TrainingRecord Record, string? TraceParent = null) : ITraced;
