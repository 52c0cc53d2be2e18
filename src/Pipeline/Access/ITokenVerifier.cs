namespace Pipeline.Access;

/// <summary>Tells whose a bearer token is. May be used from many threads.</summary>
public interface ITokenVerifier
{
    /// <summary>Verifies a JSON web token (RFC 7519): signature, algorithm, issuer, audience and lifetime.</summary>
    /// <param name="token">The token as it was sent.</param>
    /// <param name="cancellationToken">Stops the verification.</param>
    /// <returns>Who sends it; null where it is none of this verifier's, or not valid, whatever the reason.</returns>
    /// <exception cref="SignInException">It cannot be told now, since what holds the keys does not answer.</exception>
    Task<Caller?> VerifyAsync(string token, CancellationToken cancellationToken = default);
}

/// <summary>Who sends a request.</summary>
/// <param name="Name">The name: of a person, an application, a token or a key; 1 to 200 characters.</param>
/// <param name="Role">What the caller may do; null for one who is known and was given no role.</param>
/// <param name="Kind">By what the caller is known.</param>
public sealed record Caller(string Name, Role? Role, CallerKind Kind)
{
    /// <summary>The longest name.</summary>
    public const int LongestName = 200;

    /// <summary>Whether the caller may do what a role may.</summary>
    public bool May(Role role) => Role >= role;
}

/// <summary>By what a caller is known.</summary>
public enum CallerKind
{
    /// <summary>By nothing: whoever reaches the host, while it is being developed on this machine.</summary>
    Anyone,

    /// <summary>By a key of the host.</summary>
    Key,

    /// <summary>By a token of a person.</summary>
    Person,

    /// <summary>By a token of an application, such as a managed identity.</summary>
    Service,
}

/// <summary>Whether a token is valid cannot be told now.</summary>
/// <param name="message">What does not answer, and what to look at.</param>
/// <param name="innerException">Why.</param>
public sealed class SignInException(string message, Exception innerException) : Exception(message, innerException);
