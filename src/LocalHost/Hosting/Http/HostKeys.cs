using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using Pipeline.Access;
using Pipeline.LocalHost.Keys;
using Pipeline.Triggers;

namespace Pipeline.LocalHost.Hosting.Http;

/// <summary>The keys that requests bring: the master key, which has the role admin, and function keys, which have the role operator where the settings give no other. Each is 256 random bits.</summary>
/// <param name="MasterKey">The master key.</param>
/// <param name="FunctionKeys">The function keys by name; the first one made is <c>default</c>.</param>
/// <param name="Replaced">Keys that others have taken the place of, and that are taken for a while yet; null for none.</param>
internal sealed record HostKeys(string MasterKey, IReadOnlyDictionary<string, string> FunctionKeys, IReadOnlyList<ReplacedKey>? Replaced = null)
{
    /// <summary>The name of the function key that is made at the first start.</summary>
    public const string DefaultName = "default";

    /// <summary>The name of the master key, where settings name keys.</summary>
    public const string MasterName = "master";

    private const int LongestName = 100;

    /// <summary>Keys that nobody knows, for a host that takes tokens alone, or asks for nothing.</summary>
    public static HostKeys Unknown => new(Random(), new Dictionary<string, string>(StringComparer.Ordinal));

    /// <summary>The names of the keys.</summary>
    public IEnumerable<string> Names => FunctionKeys.Keys.Prepend(MasterName);

    /// <summary>Reads the keys; makes them where the file is missing. Only the file's owner may read it.</summary>
    /// <exception cref="CommandException">The file cannot be read or written.</exception>
    public static async Task<(HostKeys Keys, bool AreNew)> OpenAsync(string path, CancellationToken cancellationToken)
    {
        if (!File.Exists(path))
        {
            HostKeys made = new(Random(), new Dictionary<string, string>(StringComparer.Ordinal) { [DefaultName] = Random() });
            await made.SaveAsync(path, cancellationToken);
            return (made, true);
        }

        return (Read(path), false);
    }

    /// <summary>Reads the keys of a file that is there.</summary>
    /// <exception cref="CommandException">The file cannot be read.</exception>
    public static HostKeys Read(string path)
    {
        try
        {
            PrivateFiles.CloseBeforeReading(path);
            HostKeys? keys = JsonSerializer.Deserialize<HostKeys>(File.ReadAllBytes(path), PipelineJson.Indented);
            return keys is null ? throw new JsonException("It holds null.") : keys.Checked();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            throw new CommandException($"The keys in '{path}' cannot be read: {e.Message} Mend the file, or remove it, and new keys are made.", ExitCode.Failed, e);
        }
    }

    /// <summary>Puts a new key in another one's place, or makes one of a new name. The one before is taken for a while yet, so that its users can change in peace.</summary>
    /// <param name="path">The file.</param>
    /// <param name="name">The key's name.</param>
    /// <param name="overlap">How long the one before is taken.</param>
    /// <param name="now">The time.</param>
    /// <param name="cancellationToken">Stops before anything is written.</param>
    /// <returns>The new key.</returns>
    /// <exception cref="CommandException">The file cannot be read or written, or a new name is none.</exception>
    public static async Task<string> RotateAsync(string path, string name, TimeSpan overlap, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using FileStream taken = await KeyFileLock.TakeAsync(path, "The keys", cancellationToken);
        HostKeys keys = (await OpenAsync(path, cancellationToken)).Keys;
        RequireName(name, keys);
        bool isMaster = string.Equals(name, MasterName, StringComparison.Ordinal);
        string made = Random();
        string? before = isMaster ? keys.MasterKey : keys.FunctionKeys.GetValueOrDefault(name);
        ReplacedKey[] replaced = [.. keys.Replaced?.Where(key => key.Until > now) ?? []];
        keys = keys with
        {
            MasterKey = isMaster ? made : keys.MasterKey,
            FunctionKeys = isMaster ? keys.FunctionKeys : new Dictionary<string, string>(keys.FunctionKeys, StringComparer.Ordinal) { [name] = made },
            Replaced = before is null || overlap <= TimeSpan.Zero ? replaced : [.. replaced, new ReplacedKey(name, before, now + overlap)],
        };
        await keys.SaveAsync(path, cancellationToken);
        return made;
    }

    // A key that is there may be called what it is; another has a name that a setting can give a role to, and that nobody takes for that of another key.
    private static void RequireName(string name, HostKeys keys)
    {
        if (keys.Names.Contains(name, StringComparer.Ordinal))
        {
            return;
        }

        if (keys.Names.FirstOrDefault(other => string.Equals(other, name, StringComparison.OrdinalIgnoreCase)) is string alike)
        {
            throw new CommandException($"There is a key '{alike}', from which '{name}' differs in capital letters alone. Write it as it is, or take another name.", ExitCode.WrongUsage);
        }

        if (name.Length is 0 or > LongestName || !name.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_'))
        {
            throw new CommandException(string.Create(CultureInfo.InvariantCulture, $"A new key's name has 1 to {LongestName} letters (A to Z), digits, dashes and underscores. There are the keys {string.Join(", ", keys.Names)}."), ExitCode.WrongUsage);
        }
    }

    /// <summary>The keys with the roles that the settings give them.</summary>
    /// <param name="options">The settings.</param>
    /// <param name="now">The time: a replaced key is among them until its own.</param>
    public IReadOnlyList<KnownKey> WithRoles(AccessOptions options, DateTimeOffset now) =>
    [
        .. from key in (Replaced ?? []).Where(key => key.Until > now).Select(key => (key.Name, key.Key)).Concat(FunctionKeys.Select(key => (Name: key.Key, Key: key.Value))).Prepend((Name: MasterName, Key: MasterKey))
           select new KnownKey(key.Name, key.Key, options.RoleOf(key.Name, string.Equals(key.Name, MasterName, StringComparison.Ordinal) ? Role.Admin : Role.Operator)),
    ];

    /// <summary>Makes sure that each key to which the settings give a role is there: a name that is misspelt would leave a key with the role that it has by itself.</summary>
    /// <exception cref="CommandException">One is not; the message names it.</exception>
    public void RequireAll(AccessOptions options)
    {
        if (options.KeyRoles.Keys.FirstOrDefault(named => !Names.Contains(named, StringComparer.OrdinalIgnoreCase)) is string missing)
        {
            throw new CommandException($"Access:KeyRoles:{missing} gives a role to a key that is not there. There are the keys {string.Join(", ", Names)}. Correct the name, make the key with 'keys rotate host --name {missing}', or take the setting out.", ExitCode.WrongUsage);
        }
    }

    private HostKeys Checked()
    {
        string? problem = string.IsNullOrEmpty(MasterKey) ? "The master key is missing or empty."
            : FunctionKeys is null ? "The list functionKeys is missing."
            : FunctionKeys.FirstOrDefault(key => string.IsNullOrEmpty(key.Value)).Key is string name ? $"The function key '{name}' is null or empty."
            : Replaced?.Any(key => string.IsNullOrEmpty(key?.Key)) == true ? "A replaced key is null or empty."
            : null;
        return problem is null ? this : throw new JsonException(problem);
    }

    private static string Random() => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));

    private Task SaveAsync(string path, CancellationToken cancellationToken) => AtomicFile.WriteAsync(path, async stream =>
    {
        PrivateFiles.CloseAlways(((FileStream)stream).Name);
        await JsonSerializer.SerializeAsync(stream, this, PipelineJson.Indented, cancellationToken);
    });
}

/// <summary>A key that another has taken the place of.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Key">The key.</param>
/// <param name="Until">Until when it is taken, in UTC.</param>
internal sealed record ReplacedKey(string Name, string Key, DateTimeOffset Until);
