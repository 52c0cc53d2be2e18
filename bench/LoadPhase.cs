namespace Pipeline.Bench;

/// <summary>What the API did in one phase of a load.</summary>
/// <param name="Requests">Requests answered with status 200 and a body.</param>
/// <param name="Errors">Requests answered otherwise, or not at all.</param>
/// <param name="FirstError">What the first of them was; null where there was none.</param>
/// <param name="Seconds">Wall-clock seconds of the phase, the warm-up left out.</param>
/// <param name="RequestsPerSecond">Requests that were answered, by the second.</param>
/// <param name="Latency">How long the answers took to come.</param>
/// <param name="Memory">The server's memory.</param>
/// <param name="ServerCpuSeconds">Processor time of the server, a training included.</param>
/// <param name="ClientCpuSeconds">Processor time of the clients, which share the machine with the server.</param>
/// <param name="TrainingsBegun">Trainings begun before or during the phase; the last was under way at its end, or had just ended.</param>
/// <param name="TrainingShare">The share of the looks, one a second, that found a training under way, 0 to 1.</param>
internal sealed record LoadPhase(
    int Requests,
    int Errors,
    string? FirstError,
    double Seconds,
    double RequestsPerSecond,
    LoadLatency Latency,
    LoadMemory Memory,
    double ServerCpuSeconds,
    double ClientCpuSeconds,
    int TrainingsBegun,
    double TrainingShare);
