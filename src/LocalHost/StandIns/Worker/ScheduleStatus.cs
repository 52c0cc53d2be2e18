namespace Microsoft.Azure.Functions.Worker;

/// <summary>Stand-in: where a schedule stands, in UTC.</summary>
public class ScheduleStatus
{
    /// <summary>The last run; the default where there was none.</summary>
    public DateTime Last { get; set; }

    /// <summary>The next run, as it was expected when the last one ended.</summary>
    public DateTime Next { get; set; }

    /// <summary>When this was written.</summary>
    public DateTime LastUpdated { get; set; }
}
