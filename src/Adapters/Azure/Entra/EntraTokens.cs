using System.Security.Claims;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Protocols;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;
using Microsoft.IdentityModel.Tokens;
using Pipeline.Access;

namespace Pipeline.Adapters.Azure.Entra;

/// <summary>
/// Verifies access tokens that Entra ID issues, to people and to applications such as managed identities, with the keys that the authority publishes (OpenID Connect Discovery 1.0).
/// The claim <c>roles</c>, the app roles that were assigned, holds the role.
/// </summary>
public sealed class EntraTokens : ITokenVerifier
{
    // What Entra ID signs with, and what other authorities do; never a shared secret, and never nothing.
    private static readonly string[] Algorithms = [SecurityAlgorithms.RsaSha256, SecurityAlgorithms.RsaSsaPssSha256, SecurityAlgorithms.EcdsaSha256];
    private static readonly TimeSpan Skew = TimeSpan.FromMinutes(2);
    private static readonly JsonWebTokenHandler Handler = new() { MapInboundClaims = false };

    private readonly AccessOptions _options;
    private readonly TimeProvider _clock;
    private readonly ConfigurationManager<OpenIdConnectConfiguration> _metadata;

    /// <summary>Creates the verifier; nothing is asked for before the first token.</summary>
    /// <param name="options">The authority, and what its tokens must say.</param>
    /// <param name="clock">The clock that tokens are held against.</param>
    public EntraTokens(AccessOptions options, TimeProvider clock)
    {
        ArgumentNullException.ThrowIfNull(options);
        _options = options;
        _clock = clock;
        Uri authority = new(options.Authority!);
        _metadata = new ConfigurationManager<OpenIdConnectConfiguration>(
            $"{options.Authority!.TrimEnd('/')}/.well-known/openid-configuration",
            new OpenIdConnectConfigurationRetriever(),
            new HttpDocumentRetriever { RequireHttps = authority.Scheme is "https" });
    }

    /// <inheritdoc/>
    public async Task<Caller?> VerifyAsync(string token, CancellationToken cancellationToken = default)
    {
        TokenValidationResult result = await ValidateAsync(token, cancellationToken);
        if (result.Exception is SecurityTokenSignatureKeyNotFoundException)
        {
            // The authority may have begun to sign with another key. It is asked again once in five minutes at most.
            _metadata.RequestRefresh();
            result = await ValidateAsync(token, cancellationToken);
        }

        return result.IsValid && string.Equals(result.ClaimsIdentity.FindFirst("tid")?.Value, _options.TenantId, StringComparison.OrdinalIgnoreCase) ? CallerOf(result.ClaimsIdentity) : null;
    }

    private async Task<TokenValidationResult> ValidateAsync(string token, CancellationToken cancellationToken)
    {
        OpenIdConnectConfiguration metadata = await MetadataAsync(cancellationToken);
        return await Handler.ValidateTokenAsync(token, new TokenValidationParameters
        {
            ValidAlgorithms = Algorithms,
            ValidIssuers = [metadata.Issuer, .. FirstVersion()],
            ValidAudiences = _options.Audiences,
            IssuerSigningKeys = metadata.SigningKeys,
            RequireSignedTokens = true,
            RequireExpirationTime = true,
            LifetimeValidator = IsCurrent,
        });
    }

    // What Entra ID calls itself in tokens of its first version, which it issues to applications that do not ask for the second.
    private IEnumerable<string> FirstVersion() => new Uri(_options.Authority!).Host is "login.microsoftonline.com" ? [$"https://sts.windows.net/{_options.TenantId}/"] : [];

    private bool IsCurrent(DateTime? notBefore, DateTime? expires, SecurityToken token, TokenValidationParameters parameters)
    {
        DateTime now = _clock.GetUtcNow().UtcDateTime;
        return expires is DateTime end && now < end + Skew && (notBefore is not DateTime start || now >= start - Skew);
    }

    private async Task<OpenIdConnectConfiguration> MetadataAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await _metadata.GetConfigurationAsync(cancellationToken);
        }
        catch (Exception e) when (e is InvalidOperationException or IOException or HttpRequestException)
        {
            throw new SignInException($"{_options.Authority} does not publish its keys now. Look whether Access:Authority is right and can be reached from here; keys are taken all the same.", e);
        }
    }

    private static Caller CallerOf(ClaimsIdentity claims)
    {
        Role? role = claims.FindAll("roles").Select(claim => RoleNames.Find(claim.Value)).Max();
        bool isApplication = claims.FindFirst("idtyp")?.Value is "app" || claims.FindFirst("scp") is null;
        string? name = isApplication ? claims.FindFirst("azp")?.Value ?? claims.FindFirst("appid")?.Value : claims.FindFirst("preferred_username")?.Value ?? claims.FindFirst("upn")?.Value;
        name ??= claims.FindFirst("sub")?.Value ?? "unnamed";
        return new Caller(name.Length > Caller.LongestName ? name[..Caller.LongestName] : name, role, isApplication ? CallerKind.Service : CallerKind.Person);
    }
}
