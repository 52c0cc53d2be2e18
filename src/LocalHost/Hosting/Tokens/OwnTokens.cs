using System.Security.Claims;
using System.Security.Cryptography;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using Pipeline.Access;

namespace Pipeline.LocalHost.Hosting.Tokens;

/// <summary>
/// Issues and verifies tokens of this data folder: JSON web tokens signed with its own key (ECDSA on P-256, RFC 7518), which is made when the first is issued. A token is valid while the folder's list has it and it is
/// neither expired nor revoked. The list and the key are read again when their files change, so what another process issues or revokes holds in a running host from the next request on.
/// </summary>
internal sealed class OwnTokens(TokenFiles files, TimeProvider clock) : ITokenVerifier
{
    /// <summary>The longest life of a token.</summary>
    public const int MostHours = 24 * 366;

    private const string Issuer = "urn:pipeline:serve";
    private const string Audience = "urn:pipeline:api";
    private const string RoleClaim = "roles";
    private static readonly JsonWebTokenHandler Handler = new() { MapInboundClaims = false, SetDefaultTimesOnTokenCreation = false };

    /// <summary>Issues a token.</summary>
    /// <param name="role">What its bearer may do.</param>
    /// <param name="name">Whose it is, for people: 1 to 200 characters.</param>
    /// <param name="hours">How long it is valid, 1 to <see cref="MostHours"/>.</param>
    /// <param name="cancellationToken">Stops before anything is written.</param>
    /// <exception cref="CommandException">The name or the time is out of its range, or the files cannot be read or written.</exception>
    public async Task<NewToken> IssueAsync(Role role, string name, int hours, CancellationToken cancellationToken)
    {
        if (string.IsNullOrWhiteSpace(name) || name.Length > Caller.LongestName || name.Any(char.IsControl))
        {
            throw new CommandException($"--name must be 1 to {Caller.LongestName} characters, such as the name of a person or a program.", ExitCode.WrongUsage);
        }

        if (hours is < 1 or > MostHours)
        {
            throw new CommandException($"--hours is {hours}; it must be from 1 to {MostHours}.", ExitCode.WrongUsage);
        }

        // A token's times are whole seconds.
        DateTimeOffset now = DateTimeOffset.FromUnixTimeSeconds(clock.GetUtcNow().ToUnixTimeSeconds());
        IssuedToken issued = new(Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8)), name.Trim(), role, now, now.AddHours(hours), Revoked: null);
        ECDsaSecurityKey key = await files.KeyAsync(cancellationToken);
        string token = Handler.CreateToken(new SecurityTokenDescriptor
        {
            Issuer = Issuer,
            Audience = Audience,
            IssuedAt = issued.Issued.UtcDateTime,
            NotBefore = issued.Issued.UtcDateTime,
            Expires = issued.Expires.UtcDateTime,
            Subject = new ClaimsIdentity([new(JwtRegisteredClaimNames.Jti, issued.Id), new(JwtRegisteredClaimNames.Sub, issued.Name), new(RoleClaim, RoleNames.Of(role))]),
            SigningCredentials = new SigningCredentials(key, SecurityAlgorithms.EcdsaSha256),
        });
        await files.ChangeAsync(list => [.. list.Where(t => t.Expires > now.AddDays(-30)), issued], cancellationToken);
        return new NewToken(token, issued);
    }

    /// <summary>The tokens that were issued and have not been expired for 30 days, the newest first.</summary>
    public async Task<IReadOnlyList<IssuedToken>> ListAsync(CancellationToken cancellationToken) =>
        [.. (await files.ReadAsync(cancellationToken)).OrderByDescending(token => token.Issued).ThenBy(token => token.Id, StringComparer.Ordinal)];

    /// <summary>Ends a token's life.</summary>
    /// <returns>The token; where it was revoked before, as it was.</returns>
    /// <exception cref="CommandException">There is no such token, or the files cannot be read or written.</exception>
    public async Task<IssuedToken> RevokeAsync(string id, CancellationToken cancellationToken)
    {
        IReadOnlyList<IssuedToken> left = await files.ChangeAsync(
            list => list.Any(t => Same(t, id))
                ? [.. list.Select(t => Same(t, id) && t.Revoked is null ? t with { Revoked = clock.GetUtcNow() } : t)]
                : throw new CommandException($"There is no token '{id}'. 'token list' has the ids.", ExitCode.Failed),
            cancellationToken);
        return left.Single(t => Same(t, id));
    }

    /// <inheritdoc/>
    public async Task<Caller?> VerifyAsync(string token, CancellationToken cancellationToken = default)
    {
        (IReadOnlyList<IssuedToken> list, IReadOnlyList<ECDsaSecurityKey> signers) = await CurrentAsync(cancellationToken);
        if (signers.Count == 0)
        {
            return null;
        }

        TokenValidationResult result = await Handler.ValidateTokenAsync(token, new TokenValidationParameters
        {
            ValidAlgorithms = [SecurityAlgorithms.EcdsaSha256],
            ValidIssuer = Issuer,
            ValidAudience = Audience,
            IssuerSigningKeys = signers,
            RequireSignedTokens = true,
            RequireExpirationTime = true,
            LifetimeValidator = IsCurrent,
        });

        // What the list says of the role holds, not what the token says.
        return result.IsValid && result.ClaimsIdentity.FindFirst(JwtRegisteredClaimNames.Jti)?.Value is string id && list.FirstOrDefault(t => Same(t, id)) is { Revoked: null } issued
            ? new Caller(issued.Name, issued.Role, CallerKind.Person)
            : null;
    }

    private async Task<(IReadOnlyList<IssuedToken> List, IReadOnlyList<ECDsaSecurityKey> Keys)> CurrentAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await files.CurrentAsync(cancellationToken);
        }
        catch (CommandException e)
        {
            // Whoever asks need not know where the files lie.
            throw new SignInException("The tokens that this host issued cannot be read now. 'token list' says why; keys are taken all the same.", e);
        }
    }

    private bool IsCurrent(DateTime? notBefore, DateTime? expires, SecurityToken token, TokenValidationParameters parameters)
    {
        DateTime now = clock.GetUtcNow().UtcDateTime;
        return now < expires && now >= notBefore;
    }

    private static bool Same(IssuedToken token, string id) => string.Equals(token.Id, id, StringComparison.OrdinalIgnoreCase);
}

/// <summary>A token that was issued just now.</summary>
/// <param name="Token">The token, which is kept nowhere.</param>
/// <param name="Issued">What is kept of it.</param>
internal sealed record NewToken(string Token, IssuedToken Issued);

/// <summary>What is kept of a token.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Name">Whose it is.</param>
/// <param name="Role">What its bearer may do.</param>
/// <param name="Issued">When it was issued, in UTC.</param>
/// <param name="Expires">From when on it is not valid, in UTC.</param>
/// <param name="Revoked">When it was revoked, in UTC; null where it was not.</param>
internal sealed record IssuedToken(string Id, string Name, Role Role, DateTimeOffset Issued, DateTimeOffset Expires, DateTimeOffset? Revoked);
