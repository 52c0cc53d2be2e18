using System.Diagnostics;

namespace Pipeline.Bench;

/// <summary>What one piece of work took.</summary>
/// <param name="Seconds">Wall-clock seconds.</param>
/// <param name="CpuSeconds">Processor seconds of the whole process; on a shared machine the steadier figure.</param>
/// <param name="PeakBytes">The largest resident set of the process up to its end, with the runtime and the input.</param>
internal readonly record struct Stopclock(double Seconds, double CpuSeconds, long PeakBytes)
{
    /// <summary>Times work that has been warmed up.</summary>
    public static (T Result, Stopclock Took) Time<T>(Func<T> work)
    {
        using Process process = Process.GetCurrentProcess();
        TimeSpan before = process.TotalProcessorTime;
        Stopwatch clock = Stopwatch.StartNew();
        T result = work();
        double seconds = clock.Elapsed.TotalSeconds;
        process.Refresh();
        return (result, new Stopclock(Math.Round(seconds, 4), Math.Round((process.TotalProcessorTime - before).TotalSeconds, 3), process.PeakWorkingSet64));
    }
}
