namespace Pipeline.TextClassification;

/// <summary>How many models are kept in memory, and how soon a newer version is noticed.</summary>
public sealed record ModelCacheOptions
{
    /// <summary>Tech centers whose newest model is kept in memory, 1 to 1000; the one that was not used for longest makes room.</summary>
    public int Capacity { get; init; } = 8;

    /// <summary>Seconds after which the object store is asked for a newer version, 0 to 86400.</summary>
    public int RefreshSeconds { get; init; } = 30;

    /// <summary>Checks every range.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of its range; the message names it and the range.</exception>
    public void Validate()
    {
        SettingRange.Require(Capacity, 1, 1000, "ModelCache:Capacity");
        SettingRange.Require(RefreshSeconds, 0, 86_400, "ModelCache:RefreshSeconds");
    }
}
