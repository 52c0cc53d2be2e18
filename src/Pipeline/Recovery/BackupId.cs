using System.Globalization;
using System.Security.Cryptography;

namespace Pipeline.Recovery;

/// <summary>The names of backups, such as <c>20260301T020000123-full-1f6e</c>.</summary>
internal static class BackupId
{
    /// <summary>The characters that tell the time.</summary>
    public const int TimeLength = 18;

    /// <summary>A new one.</summary>
    public static string Of(DateTimeOffset at, BackupType type) => string.Create(
        CultureInfo.InvariantCulture, $"{at.UtcDateTime:yyyyMMdd'T'HHmmssfff}-{type.ToString().ToLowerInvariant()}-{RandomNumberGenerator.GetHexString(4, lowercase: true)}");
}
