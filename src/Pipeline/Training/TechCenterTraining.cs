using Pipeline.Telemetry;

namespace Pipeline.Training;

/// <summary>Asks for the training of one tech center as part of a run.</summary>
/// <param name="RunId">The training run in the journal.</param>
/// <param name="Year">The calendar year of the window's end.</param>
/// <param name="Quarter">The quarter of the window's end, 1 to 4.</param>
/// <param name="TechCenter">The tech center.</param>
/// <param name="TraceParent">What asked for the training, as a W3C <c>traceparent</c>; null where it is not known.</param>
public sealed record TechCenterTraining(long RunId, int Year, int Quarter, string TechCenter, string? TraceParent = null) : ITraced;
