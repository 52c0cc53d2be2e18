namespace Pipeline.Keys;

/// <summary>Knows since when keys are in use, or until when a certificate is valid.</summary>
public interface IDatedKeys
{
    /// <summary>The keys. What cannot be read now is left out; whoever uses it tells why.</summary>
    Task<IReadOnlyList<DatedKey>> ListAsync(CancellationToken cancellationToken = default);
}

/// <summary>A key or a certificate, never its content.</summary>
/// <param name="Name">Its name, such as <c>default</c>.</param>
/// <param name="Kind">What it is for, such as <c>host</c>.</param>
/// <param name="Since">Since when it is in use, in UTC, as far as is known; null where it is not.</param>
/// <param name="Expires">Until when it is valid, in UTC; null for a key that ends by rotation alone.</param>
/// <param name="IsCurrent">False for one that only reads or verifies what was sealed or signed before.</param>
public sealed record DatedKey(string Name, string Kind, DateTimeOffset? Since, DateTimeOffset? Expires = null, bool IsCurrent = true);
