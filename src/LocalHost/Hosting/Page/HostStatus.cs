using Pipeline.LocalHost.Hosting.Invocations;
using Pipeline.LocalHost.Hosting.State;
using Pipeline.LocalHost.Hosting.Timers;
using Pipeline.Monitoring;

namespace Pipeline.LocalHost.Hosting.Page;

/// <summary>What the desk shows of this host. It holds no text of incidents.</summary>
/// <param name="Now">When this was gathered, in UTC.</param>
/// <param name="Started">When the host started, in UTC.</param>
/// <param name="Version">The program's version.</param>
/// <param name="Development">Whether functions answer without keys.</param>
/// <param name="Api">The path of the API's document; null where no function answers there.</param>
/// <param name="Work">The work that goes on.</param>
/// <param name="Schedules">The schedules, by the time of their next run.</param>
/// <param name="Invocations">The runs that go on and the last ones that ended.</param>
/// <param name="Poison">Objects that functions failed on for good.</param>
/// <param name="Pipeline">What is stored; null where it cannot be read.</param>
/// <param name="Problem">Why <paramref name="Pipeline"/> cannot be read; null where it can.</param>
internal sealed record HostStatus(
    DateTimeOffset Now,
    DateTimeOffset Started,
    string Version,
    bool Development,
    string? Api,
    IReadOnlyList<PipelineProgress> Work,
    IReadOnlyList<TimerView> Schedules,
    IReadOnlyList<InvocationRecord> Invocations,
    IReadOnlyList<BlobReceipt> Poison,
    PipelineStatus? Pipeline,
    string? Problem);
