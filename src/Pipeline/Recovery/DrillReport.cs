using System.Globalization;
using System.Text;

namespace Pipeline.Recovery;

/// <summary>What a drill found: a copy was made, destroyed, restored elsewhere, and compared to the byte.</summary>
public sealed record DrillReport
{
    /// <summary>When it began, in UTC.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>Whether all that was acknowledged before the last backup came back to the byte.</summary>
    public required bool Passed { get; init; }

    /// <summary>Rows of all tables.</summary>
    public required long Rows { get; init; }

    /// <summary>Objects.</summary>
    public required int Objects { get; init; }

    /// <summary>Bytes of the objects.</summary>
    public required long ObjectBytes { get; init; }

    /// <summary>Bytes of the backup, compressed.</summary>
    public required long BackupBytes { get; init; }

    /// <summary>Bytes that the incremental backup wrote.</summary>
    public required long IncrementBytes { get; init; }

    /// <summary>Seconds of the full backup.</summary>
    public required double FullSeconds { get; init; }

    /// <summary>Seconds of the incremental backup.</summary>
    public required double IncrementSeconds { get; init; }

    /// <summary>The recovery time: seconds from the order to restore until the restored folder was opened and its models answered for.</summary>
    public required double RecoverySeconds { get; init; }

    /// <summary>The recovery point of the drill: seconds from the moment of the last backup to the destruction. In service it is at most the pause between incremental backups and the time of one.</summary>
    public required double PointSeconds { get; init; }

    /// <summary>Files of models that were compared.</summary>
    public required int ModelFiles { get; init; }

    /// <summary>Whether the models, and so the clusters, are the same to the byte.</summary>
    public required bool SameClusters { get; init; }

    /// <summary>Whether the predictions are the same to the byte.</summary>
    public required bool SamePredictions { get; init; }

    /// <summary>Whether what was acknowledged between the full backup and the incremental one came back.</summary>
    public required bool KeptSinceFull { get; init; }

    /// <summary>What is missing or other, and the parts of the backup that were damaged.</summary>
    public required IReadOnlyList<string> Differences { get; init; }

    /// <summary>The report as Markdown.</summary>
    public string ToMarkdown()
    {
        StringBuilder text = new();
        text.Append(CultureInfo.InvariantCulture, $"# Recovery drill of {At:yyyy-MM-dd HH:mm} UTC: {(Passed ? "passed" : "FAILED")}\n\n");
        text.Append("A copy was made, backed up, destroyed, and restored elsewhere.\n\n| | |\n|---|---|\n");
        Row("rows of all tables", $"{Rows:N0}");
        Row("objects", $"{Objects:N0}, {ObjectBytes / 1e6:N1} MB");
        Row("full backup", $"{FullSeconds:N1} s, {BackupBytes / 1e6:N1} MB");
        Row("incremental backup", $"{IncrementSeconds:N1} s, {IncrementBytes / 1e6:N2} MB written");
        Row("recovery time", $"{RecoverySeconds:N1} s");
        Row("recovery point", $"{PointSeconds:N1} s before the destruction");
        Row("clusters", $"{ModelFiles:N0} files, {(SameClusters ? "the same to the byte" : "NOT the same")}");
        Row("predictions", $"{(SamePredictions ? "the same to the byte" : "NOT the same")}");
        Row("acknowledged after the full backup", $"{(KeptSinceFull ? "there" : "LOST")}");
        foreach (string difference in Differences)
        {
            text.Append(CultureInfo.InvariantCulture, $"\n- {difference}");
        }

        return text.Append(Differences.Count > 0 ? "\n" : "").ToString();

        void Row(string name, FormattableString value) => text.Append(CultureInfo.InvariantCulture, $"| {name} | {value.ToString(CultureInfo.InvariantCulture)} |\n");
    }
}
