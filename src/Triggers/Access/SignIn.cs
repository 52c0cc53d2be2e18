using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Primitives;
using Pipeline.Access;

namespace Pipeline.Triggers;

/// <summary>
/// Tells who sends a request: by a bearer token, or by a key in the header x-functions-key, in the query, or as a bearer token that is none, for clients that know no header of ours.
/// While the host is being developed whoever reaches it is an admin.
/// </summary>
internal sealed class SignIn(IAccessKeys keys, IEnumerable<ITokenVerifier> verifiers, AccessMode mode)
{
    /// <summary>The header of a key.</summary>
    public const string KeyHeader = "x-functions-key";

    /// <summary>The query parameter of a key.</summary>
    public const string KeyParameter = "code";

    private const string Bearer = "Bearer ";

    // More than any issuer makes of a token; what is longer is not parsed.
    private const int LongestCredential = 16_384;

    private static readonly Caller Developer = new("development", Role.Admin, CallerKind.Anyone);

    /// <summary>Tells who sends a request.</summary>
    /// <returns>The caller, null where there is no valid credential; and whether one was sent at all.</returns>
    /// <exception cref="SignInException">It cannot be told now.</exception>
    public async Task<(Caller? Caller, bool Sent)> FindAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        if (mode.Development)
        {
            return (Developer, true);
        }

        string authorization = request.Headers.Authorization.ToString();
        string token = authorization.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase) ? authorization[Bearer.Length..].Trim() : "";
        if (LooksSigned(token))
        {
            return (await VerifyAsync(token, cancellationToken), true);
        }

        string key = request.Headers.TryGetValue(KeyHeader, out StringValues header) ? header.ToString() : token.Length > 0 ? token : request.Query[KeyParameter].ToString();
        return key.Length is 0 or > LongestCredential ? (null, key.Length > 0 || authorization.Length > 0) : (Open(keys.Known, key), true);
    }

    private async Task<Caller?> VerifyAsync(string token, CancellationToken cancellationToken)
    {
        if (token.Length > LongestCredential)
        {
            return null;
        }

        foreach (ITokenVerifier verifier in verifiers)
        {
            if (await verifier.VerifyAsync(token, cancellationToken) is Caller caller)
            {
                return caller;
            }
        }

        return null;
    }

    // Three parts, of which the last is empty where nothing is signed. Keys hold no dot.
    private static bool LooksSigned(string token) => token.Count(c => c == '.') == 2;

    // All keys are compared whole, so that the time does not tell how much of a key is right, or of which.
    private static Caller? Open(IReadOnlyList<KnownKey> known, string given)
    {
        byte[] hash = SHA256.HashData(Encoding.UTF8.GetBytes(given));
        Caller? found = null;
        foreach (KnownKey key in known)
        {
            if (CryptographicOperations.FixedTimeEquals(hash, SHA256.HashData(Encoding.UTF8.GetBytes(key.Key))) && !(found?.Role >= key.Role))
            {
                found = new Caller($"key {key.Name}", key.Role, CallerKind.Key);
            }
        }

        return found;
    }
}

/// <summary>Whether the host is being developed on this machine, so that no credential is asked for.</summary>
/// <param name="Development">Whether it is.</param>
public sealed record AccessMode(bool Development);

/// <summary>The keys that are taken now.</summary>
internal interface IAccessKeys
{
    /// <summary>The keys.</summary>
    IReadOnlyList<KnownKey> Known { get; }
}

/// <summary>A key that is taken.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Key">The key.</param>
/// <param name="Role">What its bearer may do.</param>
internal sealed record KnownKey(string Name, string Key, Role Role);

/// <summary>Keys that do not change while the host runs.</summary>
internal sealed record FixedKeys(IReadOnlyList<KnownKey> Known) : IAccessKeys;

/// <summary>
/// The keys of the Azure Functions host, which keeps them in the key vault where the app reads its settings too (<c>AzureWebJobsSecretStorageType</c> is <c>keyvault</c>):
/// <c>host--masterKey--master</c> and <c>host--functionKey--NAME</c>. One that changes there is known when the settings are read again.
/// </summary>
internal sealed class ConfiguredKeys : IAccessKeys, IDisposable
{
    private readonly IConfiguration _configuration;
    private readonly AccessOptions _options;
    private readonly IDisposable _reload;
    private volatile IReadOnlyList<KnownKey> _known = [];

    /// <summary>Reads the keys.</summary>
    public ConfiguredKeys(IConfiguration configuration, AccessOptions options)
    {
        _configuration = configuration;
        _options = options;
        _reload = ChangeToken.OnChange(configuration.GetReloadToken, Read);
        Read();
    }

    /// <inheritdoc/>
    public IReadOnlyList<KnownKey> Known => _known;

    /// <inheritdoc/>
    public void Dispose() => _reload.Dispose();

    private void Read() => _known = [.. Section("masterKey", Role.Admin), .. Section("functionKey", Role.Operator)];

    private IEnumerable<KnownKey> Section(string kind, Role otherwise) =>
        from key in _configuration.GetSection($"host:{kind}").GetChildren()
        where key.Value is { Length: > 0 }
        select new KnownKey(key.Key, key.Value!, _options.RoleOf(key.Key, otherwise));
}

/// <summary>The caller of a request, as <see cref="AccessGate"/> found it.</summary>
internal static class Callers
{
    /// <summary>Notes the caller.</summary>
    public static void Set(HttpContext context, Caller caller) => context.Features.Set(caller);

    /// <summary>The caller; null where the function is for anyone.</summary>
    public static Caller? Of(HttpRequest request) => request.HttpContext.Features.Get<Caller>();

    /// <summary>The caller's name, for what is kept of a request.</summary>
    public static string NameOf(HttpRequest request) => Of(request)?.Name ?? "anyone";
}
