namespace Pipeline.TextClassification;

/// <summary>How many models are kept in memory, and how soon a newer version is noticed.</summary>
public sealed record ModelCacheOptions
{
    /// <summary>
    /// Memory for the newest models of the tech centers, in MB, 0 to 1,000,000: a model counts four times its files. The one that was not used for longest makes room;
    /// the one used last is kept whatever its size. With too little for the tech centers in use, most requests wait until a model is loaded.
    /// </summary>
    public int Megabytes { get; init; } = 1024;

    /// <summary>Seconds after which the object store is asked for a newer version, 0 to 86400.</summary>
    public int RefreshSeconds { get; init; } = 30;

    /// <summary>Checks every range.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of its range; the message names it and the range.</exception>
    public void Validate()
    {
        SettingRange.Require(Megabytes, 0, 1_000_000, "ModelCache:Megabytes");
        SettingRange.Require(RefreshSeconds, 0, 86_400, "ModelCache:RefreshSeconds");
    }
}
