using System.Text.Json;

namespace Pipeline.Encryption;

/// <summary>
/// The envelope keys as they are now: those of the file that <c>Encryption:KeysFile</c> names, which is read again when it changes - where it cannot be, those that were read last hold - and those of the settings <c>Encryption:Keys:ID</c>, from the environment or a
/// vault. The key for what is written is the file's current one, or the one that <c>Encryption:KeyId</c> names. May be used from many threads.
/// </summary>
/// <param name="setting">Gives a setting; null where it is not set.</param>
public sealed class EnvelopeKeyring(Func<string, string?> setting)
{
    /// <summary>The setting with the path of the file.</summary>
    public const string FileSetting = "Encryption:KeysFile";

    private volatile ReadKeys? _read;

    /// <summary>The path of the file; null where there is none.</summary>
    public string? FilePath => setting(FileSetting) is { Length: > 0 } path ? Path.GetFullPath(path) : null;

    /// <summary>The keys as they are now.</summary>
    /// <exception cref="SettingException">The file cannot be read, or a setting has an earlier name.</exception>
    public EnvelopeKeys Current
    {
        get
        {
            // Their names before backups were sealed, too. To pass over them would be to write what anybody reads.
            if (setting("Streams:KeyId") is { Length: > 0 })
            {
                throw new SettingException("Streams:KeyId", "has another name now: name the key with Encryption:KeyId, and rename the settings Streams:Keys:ID to Encryption:Keys:ID. What was sealed with them is read as before. Take this one out.");
            }

            EnvelopeKeyFile? file = FilePath is string path ? Read(path) : null;
            string? named = setting(EnvelopeKeys.CurrentSetting) is { Length: > 0 } id ? id : null;
            return new EnvelopeKeys(file?.Current ?? named, key => file?.Keys.GetValueOrDefault(key)?.Key ?? setting($"{EnvelopeKeys.KeysSection}:{key}"));
        }
    }

    /// <summary>What the file holds; null where none is named.</summary>
    /// <exception cref="SettingException">It cannot be read.</exception>
    public EnvelopeKeyFile? File => FilePath is string path ? Read(path) : null;

    private EnvelopeKeyFile Read(string path)
    {
        FileInfo there = new(path);
        string stamp = there.Exists ? FormattableString.Invariant($"{path} {there.LastWriteTimeUtc.Ticks} {there.Length}") : "";
        if (_read is ReadKeys read && string.Equals(read.Stamp, stamp, StringComparison.Ordinal))
        {
            return read.File;
        }

        try
        {
            EnvelopeKeyFile file = JsonSerializer.Deserialize<EnvelopeKeyFile>(System.IO.File.ReadAllBytes(path), PipelineJson.Indented) ?? throw new JsonException("It holds null.");
            _read = new ReadKeys(stamp, file.Current is null || file.Keys.ContainsKey(file.Current) ? file : throw new JsonException($"Its current key '{file.Current}' is not among its keys."));
            return file;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            if (_read is ReadKeys last)
            {
                // Work goes on with the keys that were there; who begins anew is told.
                return last.File;
            }

            throw new SettingException(FileSetting, $"names '{path}', which cannot be read: {e.Message} Restore the file, or begin one with 'keys rotate envelope'; without its keys nothing that they sealed can be read.", e);
        }
    }

    private sealed record ReadKeys(string Stamp, EnvelopeKeyFile File);
}

/// <summary>The file of envelope keys.</summary>
/// <param name="Current">The id of the key for what is written; null for none.</param>
/// <param name="Keys">The keys by id.</param>
public sealed record EnvelopeKeyFile(string? Current, IReadOnlyDictionary<string, EnvelopeKey> Keys);

/// <summary>An envelope key in its file.</summary>
/// <param name="Key">32 bytes in base64.</param>
/// <param name="Made">When it was made, in UTC.</param>
public sealed record EnvelopeKey(string Key, DateTimeOffset Made);
