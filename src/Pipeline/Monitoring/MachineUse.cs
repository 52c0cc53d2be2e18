using System.Diagnostics;
using Pipeline.Telemetry;

namespace Pipeline.Monitoring;

/// <summary>Looks how much of the machine the process uses, for <see cref="PipelineMetrics.Cpu"/>, <see cref="PipelineMetrics.Memory"/> and <see cref="PipelineMetrics.Disk"/>.</summary>
/// <param name="folder">A folder on the disk that is looked at.</param>
/// <param name="clock">The time.</param>
public sealed class MachineUse(string folder, TimeProvider clock)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMinutes(5);

    // Over less, the share of the processors would be that of a moment.
    private static readonly TimeSpan Span = TimeSpan.FromSeconds(10);

    private readonly Lock _lock = new();
    private (TimeSpan Used, long At)? _before;
    private (TimeSpan Used, long At)? _looked;
    private double? _cpu;

    /// <summary>Measures, where the last time is five minutes ago; the processors since then.</summary>
    public void Measure()
    {
        if (_before is (_, long last) && clock.GetElapsedTime(last) < Pause - TimeSpan.FromSeconds(10))
        {
            return;
        }

        using Process process = Process.GetCurrentProcess();
        (TimeSpan Used, long At) now = (process.TotalProcessorTime, clock.GetTimestamp());
        if (CpuShare(_before, now) is double cpu)
        {
            PipelineMetrics.Cpu.Record(cpu);
        }

        _before = now;
        PipelineMetrics.MemoryUsed.Record(process.WorkingSet64);
        if (MemoryShare(process) is double memory)
        {
            PipelineMetrics.Memory.Record(memory);
        }

        if (DiskShare() is double share)
        {
            PipelineMetrics.Disk.Record(share);
        }
    }

    /// <summary>How much is used now, and whether that is more than is well. The processors are looked at over the ten seconds and more since an earlier look; the first one tells of the time since the start.</summary>
    /// <param name="limits">What is well.</param>
    public MachineHealth Look(HealthOptions limits)
    {
        ArgumentNullException.ThrowIfNull(limits);
        using Process process = Process.GetCurrentProcess();
        (TimeSpan Used, long At) now = (process.TotalProcessorTime, clock.GetTimestamp());
        double? cpu;
        lock (_lock)
        {
            if (_looked is not (_, long at))
            {
                TimeSpan alive = DateTime.UtcNow - process.StartTime.ToUniversalTime();
                _cpu = alive > TimeSpan.Zero ? Math.Clamp(now.Used / alive / Environment.ProcessorCount, 0, 1) : null;
                _looked = now;
            }
            else if (clock.GetElapsedTime(at, now.At) >= Span)
            {
                _cpu = CpuShare(_looked, now);
                _looked = now;
            }

            cpu = _cpu;
        }

        MachineShare[] shares = [new("cpu", Round(cpu), limits.Cpu), new("memory", Round(MemoryShare(process)), limits.Memory), new("disk", Round(DiskShare()), limits.Disk)];
        return new MachineHealth(shares.Any(share => share.IsOver), shares);
    }

    private double? CpuShare((TimeSpan Used, long At)? before, (TimeSpan Used, long At) now) =>
        before is (TimeSpan used, long at) && clock.GetElapsedTime(at, now.At) is { TotalMilliseconds: > 0 } elapsed ? Math.Clamp((now.Used - used) / elapsed / Environment.ProcessorCount, 0, 1) : null;

    private static double? MemoryShare(Process process) =>
        GC.GetGCMemoryInfo().TotalAvailableMemoryBytes is > 0 and long most ? Math.Clamp((double)process.WorkingSet64 / most, 0, 1) : null;

    private static double? Round(double? share) => share is double value ? Math.Round(value, 3) : null;

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

/// <summary>How much of the machine may be used before the instance is called degraded. It answers on.</summary>
public sealed record HealthOptions
{
    /// <summary>The share of all processors that the process may use, 0.01 to 1.</summary>
    public double Cpu { get; init; } = 0.9;

    /// <summary>The share of the memory that it may have, of the machine or the container, 0.01 to 1.</summary>
    public double Memory { get; init; } = 0.9;

    /// <summary>The share of the disk with the data folder, whoever fills it, 0.01 to 1.</summary>
    public double Disk { get; init; } = 0.9;

    /// <summary>Checks the ranges.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range; the message names it and the range.</exception>
    public void Validate()
    {
        SettingRange.Require(Cpu, 0.01, 1, "Health:Cpu");
        SettingRange.Require(Memory, 0.01, 1, "Health:Memory");
        SettingRange.Require(Disk, 0.01, 1, "Health:Disk");
    }
}

/// <summary>How much of the machine an instance uses.</summary>
/// <param name="Degraded">Whether something is used more than the settings under Health call well.</param>
/// <param name="Shares">What is used.</param>
public sealed record MachineHealth(bool Degraded, IReadOnlyList<MachineShare> Shares);

/// <summary>How much of one thing is used.</summary>
/// <param name="Name">cpu, memory or disk.</param>
/// <param name="Used">The share, 0 to 1; null where it cannot be known.</param>
/// <param name="Threshold">The share above which the instance is degraded.</param>
public sealed record MachineShare(string Name, double? Used, double Threshold)
{
    /// <summary>Whether more is used than is well.</summary>
    public bool IsOver => Used > Threshold;
}
