using System.Text;

namespace Pipeline.Encryption;

/// <summary>The envelope keys: those that wrap the keys of files.</summary>
/// <param name="Current">The id of the key for what is written from now on; null for none: what is written is readable, and protected against damage only.</param>
/// <param name="Find">The key of an id in base64; null where there is none.</param>
public sealed record EnvelopeKeys(string? Current, Func<string, string?> Find)
{
    /// <summary>The setting with the id of the present key.</summary>
    public const string CurrentSetting = "Encryption:KeyId";

    /// <summary>The section of settings with the keys by id.</summary>
    public const string KeysSection = "Encryption:Keys";

    /// <summary>Bytes of a key.</summary>
    public const int KeyBytes = 32;

    /// <summary>The longest id, in bytes of UTF-8.</summary>
    public const int MostIdBytes = 100;

    /// <summary>A key.</summary>
    /// <exception cref="SettingException">It is missing, its id is too long, or it is not 32 bytes in base64.</exception>
    public byte[] Of(string id)
    {
        string setting = $"{KeysSection}:{id}";
        if (Encoding.UTF8.GetByteCount(id) is 0 or > MostIdBytes)
        {
            throw new SettingException(CurrentSetting, $"has an id of a key that is empty or longer than {MostIdBytes} bytes. Choose a short one, such as 2026a.");
        }

        byte[] key = new byte[KeyBytes + 1];
        string encoded = Find(id) is { Length: > 0 } found ? found : throw new SettingException(setting, "is missing: streams or backups are sealed with this key. It is 32 random bytes in base64.");
        return Convert.TryFromBase64String(encoded, key, out int written) && written == KeyBytes ? key[..KeyBytes] : throw new SettingException(setting, "is not 32 bytes in base64. Make one with 'keys rotate envelope' or 'openssl rand -base64 32'.");
    }
}
