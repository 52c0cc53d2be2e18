using System.Security.Cryptography;

namespace Pipeline.Recovery;

/// <summary>The SHA-256 by which a backup knows its parts, in lower-case hexadecimal.</summary>
internal static class PartHash
{
    /// <summary>That of some bytes.</summary>
    public static string Of(ReadOnlySpan<byte> content) => Convert.ToHexStringLower(SHA256.HashData(content));

    /// <summary>That of what a stream holds from where it is.</summary>
    public static async Task<string> OfAsync(Stream content, CancellationToken cancellationToken) => Convert.ToHexStringLower(await SHA256.HashDataAsync(content, cancellationToken));

    /// <summary>That of what was appended; the hash begins anew.</summary>
    public static string Of(IncrementalHash hash) => Convert.ToHexStringLower(hash.GetHashAndReset());
}
