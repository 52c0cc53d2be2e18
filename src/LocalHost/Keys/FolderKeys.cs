using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Configuration;
using Pipeline.Adapters.Azure.KeyVault;
using Pipeline.Encryption;
using Pipeline.Keys;
using Pipeline.LocalHost.Hosting.Http;

namespace Pipeline.LocalHost.Keys;

/// <summary>
/// The keys of a data folder and the envelope keys of the settings, with since when each is in use. That stands in <c>key-dates.json</c> by a hash of the key: it is noted when a key is first seen, as the time
/// of its file where it has one. A rotated key is another one, and begins anew. Works beside a host that holds the folder.
/// </summary>
/// <param name="folder">The data folder.</param>
/// <param name="configuration">The settings, read at every use.</param>
/// <param name="clock">The time.</param>
internal sealed class FolderKeys(string folder, IConfiguration configuration, TimeProvider clock) : IDatedKeys
{
    private const string EnvelopeKind = "envelope";
    private readonly string _dates = Path.Combine(folder, "key-dates.json");
    private readonly EnvelopeKeyring _keyring = new(name => configuration[name]);

    /// <inheritdoc/>
    public async Task<IReadOnlyList<DatedKey>> ListAsync(CancellationToken cancellationToken = default)
    {
        SeenKey[] there = [.. HostKeysThere(), .. TokenKeyThere(), .. EnvelopeKeysThere()];
        Dictionary<string, DateTimeOffset> dates = await ReadAsync(cancellationToken);
        if (there.Any(key => !dates.ContainsKey(key.Fingerprint)) && Directory.Exists(folder))
        {
            dates = await NoteAsync(there, dates, cancellationToken);
        }

        return [.. there.Select(key => new DatedKey(key.Name, key.Kind, dates.TryGetValue(key.Fingerprint, out DateTimeOffset since) ? since : key.Made, IsCurrent: key.IsCurrent))];
    }

    private async Task<Dictionary<string, DateTimeOffset>> NoteAsync(SeenKey[] there, Dictionary<string, DateTimeOffset> known, CancellationToken cancellationToken)
    {
        try
        {
            await using FileStream taken = await KeyFileLock.TakeAsync(_dates, "The dates of the keys", cancellationToken);
            Dictionary<string, DateTimeOffset> before = await ReadAsync(cancellationToken);
            Dictionary<string, DateTimeOffset> dates = there.DistinctBy(key => key.Fingerprint, StringComparer.Ordinal).ToDictionary(key => key.Fingerprint, key => before.TryGetValue(key.Fingerprint, out DateTimeOffset since) ? since : key.Made, StringComparer.Ordinal);
            await AtomicFile.WriteAsync(_dates, stream => JsonSerializer.SerializeAsync(stream, dates, PipelineJson.Indented, cancellationToken));
            return dates;
        }
        catch (CommandException)
        {
            // On a full disk the ages are those of the files until it can be noted.
            return known;
        }
    }

    private IEnumerable<SeenKey> HostKeysThere()
    {
        string path = Path.Combine(folder, DataFolder.KeysFile);
        if (!File.Exists(path))
        {
            return [];
        }

        try
        {
            HostKeys keys = HostKeys.Read(path);
            DateTimeOffset made = new(File.GetLastWriteTimeUtc(path)), now = clock.GetUtcNow();
            return
            [
                new SeenKey(HostKeys.MasterName, "host", Fingerprint(keys.MasterKey), made, IsCurrent: true),
                .. keys.FunctionKeys.Select(key => new SeenKey(key.Key, "host", Fingerprint(key.Value), made, IsCurrent: true)),
                .. (keys.Replaced ?? []).Where(key => key.Until > now).Select(key => new SeenKey($"{key.Name} (before)", "host", Fingerprint(key.Key), made, IsCurrent: false)),
            ];
        }
        catch (CommandException)
        {
            // Whoever opens it says what is wrong.
            return [];
        }
    }

    private IEnumerable<SeenKey> TokenKeyThere()
    {
        string path = DataFolder.TokensOf(folder).KeyPath;
        if (!File.Exists(path))
        {
            return [];
        }

        try
        {
            return [new SeenKey("tokens", "signing", Fingerprint(File.ReadAllText(path)), new DateTimeOffset(File.GetLastWriteTimeUtc(path)), IsCurrent: true)];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    // Those of the vault have dates of their own.
    private IEnumerable<SeenKey> EnvelopeKeysThere()
    {
        string? current;
        IReadOnlyDictionary<string, EnvelopeKey> ofFile;
        try
        {
            current = _keyring.Current.Current;
            ofFile = _keyring.File?.Keys ?? new Dictionary<string, EnvelopeKey>(StringComparer.Ordinal);
        }
        catch (SettingException)
        {
            // Whoever seals with them says what is wrong.
            return [];
        }

        return
        [
            .. ofFile.Select(key => new SeenKey(key.Key, EnvelopeKind, Fingerprint(key.Value.Key), key.Value.Made, IsCurrent: string.Equals(key.Key, current, StringComparison.Ordinal))),
            .. from key in configuration.GetSection(EnvelopeKeys.KeysSection).GetChildren()
               where key.Value is { Length: > 0 } && !ofFile.ContainsKey(key.Key) && configuration[$"{KeyVaultSecrets.DatesSection}:Encryption--Keys--{key.Key}"] is null
               select new SeenKey(key.Key, EnvelopeKind, Fingerprint(key.Value!), clock.GetUtcNow(), IsCurrent: string.Equals(key.Key, current, StringComparison.OrdinalIgnoreCase)),
        ];
    }

    // A file that is damaged is begun anew: the ages are those of the files then.
    private async Task<Dictionary<string, DateTimeOffset>> ReadAsync(CancellationToken cancellationToken)
    {
        try
        {
            return File.Exists(_dates) ? new(JsonSerializer.Deserialize<Dictionary<string, DateTimeOffset>>(await File.ReadAllBytesAsync(_dates, cancellationToken), PipelineJson.Indented) ?? [], StringComparer.Ordinal) : new(StringComparer.Ordinal);
        }
        catch (JsonException)
        {
            return new(StringComparer.Ordinal);
        }
    }

    private static string Fingerprint(string key) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key)))[..32];

    private sealed record SeenKey(string Name, string Kind, string Fingerprint, DateTimeOffset Made, bool IsCurrent);
}
