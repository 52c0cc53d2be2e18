using System.Globalization;

namespace Pipeline.Operations;

/// <summary>How large the pipeline has to be, from what was measured of it.</summary>
public static class Capacity
{
    /// <summary>The part of the processors that may be in use.</summary>
    public const double CpuTarget = 0.7;

    /// <summary>The part of the memory that may be in use.</summary>
    public const double MemoryTarget = 0.8;

    /// <summary>The part of the disk that may be in use.</summary>
    public const double DiskTarget = 0.8;

    private const int FewestReplicas = 2;
    private const int MostReplicas = 20;
    private const long ManyIncidents = 100_000;
    private const int LargestBatch = 10_000;
    private const int StandardBatch = 1_000;

    /// <summary>Plans replicas, batches and what fills up next.</summary>
    public static CapacityPlan Plan(CapacityUse use)
    {
        ArgumentNullException.ThrowIfNull(use);
        double queue = use.WaitingIncidents == 0 ? 0 : use.IncidentsPerHour > 0 ? use.WaitingIncidents / use.IncidentsPerHour : MostReplicas;
        double needed = Math.Max(Math.Max(use.Replicas * use.Cpu / CpuTarget, queue), use.Replicas * use.Memory / MemoryTarget);
        int replicas = (int)Math.Clamp(Math.Ceiling(Math.Min(needed, MostReplicas)), FewestReplicas, MostReplicas);
        double? days = use.DiskGrowthPerDay > 0 && use.Disk < DiskTarget ? Math.Round((DiskTarget - use.Disk) / use.DiskGrowthPerDay, 1) : null;
        List<string> limits = [];
        Tell(use.Cpu > CpuTarget, $"processors at {use.Cpu:P0}, {CpuTarget:P0} is the target");
        Tell(use.Memory > MemoryTarget, $"memory at {use.Memory:P0}, {MemoryTarget:P0} is the target");
        Tell(use.Disk >= DiskTarget, $"disk at {use.Disk:P0}, {DiskTarget:P0} is the target");
        Tell(days is not null, $"the disk reaches {DiskTarget:P0} in {days:0} days");
        Tell(queue > 1, $"{use.WaitingIncidents} incidents wait: {queue:0.0} hours of work");
        int batch = use.Incidents > ManyIncidents ? (int)Math.Min(LargestBatch, use.Incidents / 10) : StandardBatch;
        return new CapacityPlan(use, replicas, batch, days, limits);

        void Tell(bool holds, FormattableString text)
        {
            if (holds)
            {
                limits.Add(text.ToString(CultureInfo.InvariantCulture));
            }
        }
    }
}

/// <summary>What was measured of a week.</summary>
/// <param name="Replicas">Instances that it was measured on.</param>
/// <param name="Cpu">The part of the processors that was in use in the busiest twentieth of the time, 0 to 1.</param>
/// <param name="Memory">The same of the memory.</param>
/// <param name="Disk">The part of the disk that is in use.</param>
/// <param name="DiskGrowthPerDay">How much that grew a day.</param>
/// <param name="Incidents">Incidents in the warehouse.</param>
/// <param name="IncidentsPerWeek">Those that were read within the week.</param>
/// <param name="IncidentsPerHour">The most that were read within an hour.</param>
/// <param name="WaitingIncidents">Those that wait.</param>
/// <param name="ModelBytes">Bytes of the model versions.</param>
public sealed record CapacityUse(int Replicas, double Cpu, double Memory, double Disk, double DiskGrowthPerDay, long Incidents, long IncidentsPerWeek, double IncidentsPerHour, long WaitingIncidents, long ModelBytes);

/// <summary>How large the pipeline should be.</summary>
/// <param name="Use">What it is made from.</param>
/// <param name="Replicas">Instances: the most of processors over 0.7, hours of work that wait, and memory over 0.8, from 2 to 20.</param>
/// <param name="BatchSize">Incidents of a batch: a tenth of all, 10,000 at most, from 100,000 incidents on; 1,000 below.</param>
/// <param name="DaysToFullDisk">Days until the disk is at its target; null where it does not grow, or is there.</param>
/// <param name="Limits">What is over its target, or will be.</param>
public sealed record CapacityPlan(CapacityUse Use, int Replicas, int BatchSize, double? DaysToFullDisk, IReadOnlyList<string> Limits);
