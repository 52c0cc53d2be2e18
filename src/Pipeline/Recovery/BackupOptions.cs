namespace Pipeline.Recovery;

/// <summary>How long backups are kept.</summary>
public sealed record BackupOptions
{
    /// <summary>Days for which a backup is kept, 1 to 3650.</summary>
    public int Days { get; init; } = 30;

    /// <summary>Checks the range.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The option is out of its range; the message names it.</exception>
    public void Validate() => SettingRange.Require(Days, 1, 3650, "Backup:Days");
}
