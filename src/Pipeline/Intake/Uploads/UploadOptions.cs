namespace Pipeline.Intake;

/// <summary>The limits of what is sent over HTTP.</summary>
public sealed record UploadOptions
{
    /// <summary>The largest file that is taken, in MB, from 1 to 16384.</summary>
    public int MaxMegabytes { get; init; } = 1024;

    /// <summary>The most incidents that one request may hold, from 1 to 10000; more come as a file.</summary>
    public int MaxIncidents { get; init; } = 1000;

    /// <summary>For how many hours the same key or the same content is answered with the first one's result, from 0 to 720.</summary>
    public int RepeatHours { get; init; } = 24;

    /// <summary>Checks the ranges.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range; the message names it.</exception>
    public void Validate()
    {
        SettingRange.Require(MaxMegabytes, 1, 16384, "Uploads:MaxMegabytes");
        SettingRange.Require(MaxIncidents, 1, 10000, "Uploads:MaxIncidents");
        SettingRange.Require(RepeatHours, 0, 720, "Uploads:RepeatHours");
    }
}
