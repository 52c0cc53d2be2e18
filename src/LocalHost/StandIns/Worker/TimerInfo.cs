namespace Microsoft.Azure.Functions.Worker;

/// <summary>Stand-in: tells a function about its timer.</summary>
public class TimerInfo
{
    /// <summary>The schedule's last and next times; null where runs are not remembered.</summary>
    public ScheduleStatus? ScheduleStatus { get; set; }

    /// <summary>Whether this run makes up for one that was missed.</summary>
    public bool IsPastDue { get; set; }
}
