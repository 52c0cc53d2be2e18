using Pipeline.EmergencyStop;
using Pipeline.Storage;

namespace Pipeline.Recovery;

/// <summary>Which area a table and an object belong to. What is not known by name is data, so that nothing new is left out.</summary>
internal static class BackupAreas
{
    /// <summary>All of them.</summary>
    public static IReadOnlyList<BackupArea> All { get; } = Enum.GetValues<BackupArea>();

    /// <summary>The areas of a type.</summary>
    public static IReadOnlyList<BackupArea> Of(BackupType type) => type switch
    {
        BackupType.Models => [BackupArea.Models],
        BackupType.Configuration => [BackupArea.Configuration],
        _ => All,
    };

    // What lies in an account or a bucket beside the pipeline's objects: the Functions host's own, and backups, where the second store is the same.
    private static readonly string[] Foreign = ["$", "azure-webjobs", "azureWebJobs", "insights-", "app-package", "deployment", "backups/", "validation/"];

    private static readonly string[] Known =
        ["hdbscan-models", "forecast-models", "pipeline-runs", "pipeline-experiments", "datasets", "configuration", "corrections", "drift", "reports", "audit", "streams", "archive", "incoming", "accepted", "failed"];

    /// <summary>The area of a table.</summary>
    public static BackupArea OfTable(string table) => table switch
    {
        "settings" => BackupArea.Configuration,
        "measures" or "alerts" => BackupArea.Monitoring,
        _ => table.StartsWith("audit", StringComparison.Ordinal) ? BackupArea.Monitoring : BackupArea.Data,
    };

    /// <summary>The area of an object; null for what is of the running process and not of the data: the emergency stop, a restore under way, the id of the store, and leases.</summary>
    public static BackupArea? OfObject(string name)
    {
        if (name is OperatingModes.ObjectName or RestoreMark.ObjectName or StoreIdentity.ObjectName || Foreign.Any(begin => name.StartsWith(begin, StringComparison.Ordinal)) || (name.StartsWith("streams/", StringComparison.Ordinal) && name.Contains("/lease/", StringComparison.Ordinal)))
        {
            return null;
        }

        return RootOf(name) switch
        {
            "hdbscan-models" or "forecast-models" or "pipeline-runs" or "pipeline-experiments" => BackupArea.Models,
            "datasets" or "configuration" or "corrections" => BackupArea.Configuration,
            "drift" or "reports" or "audit" => BackupArea.Monitoring,
            _ => BackupArea.Data,
        };
    }

    /// <summary>The first segments of the names of objects that a restore may remove: those that the pipeline is known to write, and those in the backup.</summary>
    public static HashSet<string> Roots(IEnumerable<BackupPart> parts) => [.. Known, .. parts.Select(part => part.Name).OfType<string>().Select(RootOf)];

    /// <summary>The first segment of an object's name.</summary>
    public static string RootOf(string name) => name.Split('/', 2)[0];
}
