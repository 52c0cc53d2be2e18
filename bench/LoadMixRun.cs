using System.Diagnostics;
using System.Globalization;

namespace Pipeline.Bench;

/// <summary>Runs <see cref="LoadMix"/> against a host of its own: with waits for the time that is asked for, and then without, so that more is asked than the limits allow.</summary>
internal static class LoadMixRun
{
    private static readonly TimeSpan Beyond = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(1);

    /// <summary>Measures.</summary>
    public static async Task<LoadMixResult> MeasureAsync(string folder, int users, TimeSpan time, CancellationToken cancellationToken)
    {
        await using LoadServer server = await LoadServer.StartAsync(folder, isLimited: true, cancellationToken);
        using SocketsHttpHandler handler = new() { UseProxy = false, UseCookies = false, AllowAutoRedirect = false, ActivityHeadersPropagator = null };
        using HttpClient http = new(handler) { Timeout = TimeSpan.FromSeconds(30) };
        LoadMix mix = new(http, server.Address, new LoadRequests());
        await mix.RunAsync(users / 10, TimeSpan.FromSeconds(10), waits: true, cancellationToken);
        return new LoadMixResult(
            Environment.ProcessorCount,
            users,
            await PhaseAsync(server, () => mix.RunAsync(users, time, waits: true, cancellationToken), cancellationToken),
            await PhaseAsync(server, () => mix.RunAsync(users, Beyond, waits: false, cancellationToken), cancellationToken));
    }

    /// <summary>The result as a table.</summary>
    public static string Table(LoadMixResult result) => string.Join('\n', [
        string.Create(CultureInfo.InvariantCulture, $"{result.Users} users, {result.Processors} processors for server and users"),
        .. Lines("with waits of 1 to 3 s", result.Held),
        .. Lines("without waits", result.Beyond)]);

    private static IEnumerable<string> Lines(string title, LoadMixPhase phase) =>
    [
        string.Create(CultureInfo.InvariantCulture, $"{title}: {phase.Seconds:0} s, {phase.Kinds.Sum(k => k.Requests) / phase.Seconds:0} answers a second, a load of the machine of {phase.MachineLoad:0.0}"),
        .. phase.Kinds.Select(k => string.Create(CultureInfo.InvariantCulture, $"  {k.Kind,-8} {k.Requests,8} answered, 429 {k.TooMany}, 503 {k.Unavailable}, errors {k.Errors}{(k.FirstError is null ? "" : $" ({k.FirstError})")}; P50 {k.Latency.P50:0.0} ms, P95 {k.Latency.P95:0.0} ms, P99 {k.Latency.P99:0.0} ms, longest {k.Latency.Longest:0.0} ms")),
        string.Create(CultureInfo.InvariantCulture, $"  memory {phase.Memory.Start:0} MB at the start, {phase.Memory.Warm:0} after a tenth, {phase.Memory.Middle:0} half way, {phase.Memory.End:0} at the end, {phase.Memory.Peak:0} at most; the server's processor time {phase.ServerCpuSeconds:0.0} s"),
    ];

    private static async Task<LoadMixPhase> PhaseAsync(LoadServer server, Func<Task<IReadOnlyList<LoadMixKind>>> run, CancellationToken cancellationToken)
    {
        List<double> memory = [server.Megabytes];
        List<double> loads = [];
        double cpu = server.CpuSeconds;
        Stopwatch clock = Stopwatch.StartNew();
        Task<IReadOnlyList<LoadMixKind>> asked = run();
        while (await Task.WhenAny(asked, Task.Delay(Look, cancellationToken)) != asked)
        {
            memory.Add(server.Megabytes);
            loads.Add(MachineLoad());
        }

        IReadOnlyList<LoadMixKind> kinds = await asked;
        double seconds = clock.Elapsed.TotalSeconds;
        memory.Add(server.Megabytes);
        return new LoadMixPhase(Math.Round(seconds, 1), kinds, new LoadMemory(memory[0], memory[memory.Count / 10], memory[memory.Count / 2], memory[^1], memory.Max()), Math.Round(server.CpuSeconds - cpu, 1), loads.Count == 0 ? 0 : Math.Round(loads.Average(), 1));
    }

    // How many wanted a processor, on the mean of the last minute; 0 where the system does not say.
    private static double MachineLoad() => File.Exists("/proc/loadavg") ? double.Parse(File.ReadAllText("/proc/loadavg").Split(' ')[0], CultureInfo.InvariantCulture) : 0;
}

/// <summary>The API under the mix.</summary>
/// <param name="Processors">Processors that server and users share.</param>
/// <param name="Users">Users.</param>
/// <param name="Held">With waits.</param>
/// <param name="Beyond">Without.</param>
internal sealed record LoadMixResult(int Processors, int Users, LoadMixPhase Held, LoadMixPhase Beyond);

/// <summary>One phase.</summary>
/// <param name="Seconds">Wall-clock seconds.</param>
/// <param name="Kinds">How each kind of request was answered.</param>
/// <param name="Memory">The server's memory; what is called warm is after a tenth of the time.</param>
/// <param name="ServerCpuSeconds">The server's processor time.</param>
/// <param name="MachineLoad">The machine's load, of everything that ran on it.</param>
internal sealed record LoadMixPhase(double Seconds, IReadOnlyList<LoadMixKind> Kinds, LoadMemory Memory, double ServerCpuSeconds, double MachineLoad);
