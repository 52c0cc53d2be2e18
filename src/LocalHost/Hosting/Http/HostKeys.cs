using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text.Json;
using Pipeline.Access;
using Pipeline.Triggers;

namespace Pipeline.LocalHost.Hosting.Http;

/// <summary>The keys that requests bring: the master key, which has the role admin, and function keys, which have the role operator where the settings give no other. Each is 256 random bits.</summary>
/// <param name="MasterKey">The master key.</param>
/// <param name="FunctionKeys">The function keys by name; the first one made is <c>default</c>.</param>
internal sealed record HostKeys(string MasterKey, IReadOnlyDictionary<string, string> FunctionKeys)
{
    /// <summary>The name of the function key that is made at the first start.</summary>
    public const string DefaultName = "default";

    /// <summary>The name of the master key, where settings name keys.</summary>
    public const string MasterName = "master";

    /// <summary>Keys that nobody knows, for a host that takes tokens alone.</summary>
    public static HostKeys Unknown => new(Random(), new Dictionary<string, string>(StringComparer.Ordinal));

    /// <summary>Reads the keys; makes them where the file is missing. Only the file's owner may read it.</summary>
    /// <exception cref="CommandException">The file cannot be read or written.</exception>
    public static async Task<(HostKeys Keys, bool AreNew)> OpenAsync(string path, CancellationToken cancellationToken)
    {
        try
        {
            if (!File.Exists(path))
            {
                HostKeys made = new(Random(), new Dictionary<string, string>(StringComparer.Ordinal) { [DefaultName] = Random() });
                await AtomicFile.WriteAsync(path, stream => WriteAsync(made, (FileStream)stream, cancellationToken));
                return (made, true);
            }

            PrivateFiles.CloseBeforeReading(path);
            await using FileStream stream = File.OpenRead(path);
            HostKeys? keys = await JsonSerializer.DeserializeAsync<HostKeys>(stream, PipelineJson.Indented, cancellationToken);
            return keys is null ? throw new JsonException("It holds null.") : (keys.Checked(), false);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            throw new CommandException($"The keys in '{path}' cannot be read: {e.Message} Mend the file, or remove it, and new keys are made.", ExitCode.Failed, e);
        }
    }

    /// <summary>The keys with the roles that the settings give them.</summary>
    public IAccessKeys WithRoles(AccessOptions options) =>
        new FixedKeys([new(MasterName, MasterKey, options.RoleOf(MasterName, Role.Admin)), .. FunctionKeys.Select(key => new KnownKey(key.Key, key.Value, options.RoleOf(key.Key, Role.Operator)))]);

    private HostKeys Checked()
    {
        string? problem = string.IsNullOrEmpty(MasterKey) ? "The master key is missing or empty."
            : FunctionKeys is null ? "The list functionKeys is missing."
            : FunctionKeys.FirstOrDefault(key => string.IsNullOrEmpty(key.Value)).Key is string name ? $"The function key '{name}' is null or empty."
            : null;
        return problem is null ? this : throw new JsonException(problem);
    }

    private static string Random() => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));

    private static async Task WriteAsync(HostKeys keys, FileStream stream, CancellationToken cancellationToken)
    {
        PrivateFiles.CloseAlways(stream.Name);
        await JsonSerializer.SerializeAsync(stream, keys, PipelineJson.Indented, cancellationToken);
    }
}
