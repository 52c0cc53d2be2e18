using System.Diagnostics;
using Pipeline.Telemetry;

namespace Pipeline.Monitoring;

/// <summary>Looks how much of the machine the process uses, for <see cref="PipelineMetrics.Cpu"/>, <see cref="PipelineMetrics.Memory"/> and <see cref="PipelineMetrics.Disk"/>.</summary>
/// <param name="folder">A folder on the disk that is looked at.</param>
/// <param name="clock">The time.</param>
public sealed class MachineUse(string folder, TimeProvider clock)
{
    private (TimeSpan Used, long At)? _before;

    private static readonly TimeSpan Pause = TimeSpan.FromMinutes(5);

    /// <summary>Measures, where the last time is five minutes ago; the processors since then.</summary>
    public void Measure()
    {
        if (_before is (_, long last) && clock.GetElapsedTime(last) < Pause - TimeSpan.FromSeconds(10))
        {
            return;
        }

        using Process process = Process.GetCurrentProcess();
        (TimeSpan Used, long At) now = (process.TotalProcessorTime, clock.GetTimestamp());
        if (_before is (TimeSpan used, long at) && clock.GetElapsedTime(at, now.At) is { TotalMilliseconds: > 0 } elapsed)
        {
            PipelineMetrics.Cpu.Record(Math.Clamp((now.Used - used) / elapsed / Environment.ProcessorCount, 0, 1));
        }

        _before = now;
        PipelineMetrics.MemoryUsed.Record(process.WorkingSet64);
        long most = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;
        if (most > 0)
        {
            PipelineMetrics.Memory.Record(Math.Clamp((double)process.WorkingSet64 / most, 0, 1));
        }

        if (DiskShare() is double share)
        {
            PipelineMetrics.Disk.Record(share);
        }
    }

    // Not every file system tells; a folder that is not there yet has none.
    private double? DiskShare()
    {
        try
        {
            DriveInfo drive = new(Path.GetFullPath(folder));
            return drive.TotalSize > 0 ? 1 - ((double)drive.AvailableFreeSpace / drive.TotalSize) : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return null;
        }
    }
}
