namespace Pipeline.Keys;

/// <summary>How old keys may become: the settings under <c>Keys</c>.</summary>
public sealed record KeyOptions
{
    /// <summary>Days after which somebody is warned, 1 to 3650.</summary>
    public int WarnDays { get; init; } = 80;

    /// <summary>Days after which a key is too old, from <see cref="WarnDays"/> to 3650.</summary>
    public int AlertDays { get; init; } = 90;

    /// <summary>Days before the end of a certificate from which on somebody is told, 1 to 365.</summary>
    public int CertificateDays { get; init; } = 30;

    /// <summary>Checks the ranges.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range; the message names it.</exception>
    public void Validate()
    {
        SettingRange.Require(WarnDays, 1, 3650, "Keys:WarnDays");
        SettingRange.Require(AlertDays, WarnDays, 3650, "Keys:AlertDays");
        SettingRange.Require(CertificateDays, 1, 365, "Keys:CertificateDays");
    }
}
