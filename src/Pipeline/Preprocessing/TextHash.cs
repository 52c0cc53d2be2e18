using System.Security.Cryptography;
using System.Text;

namespace Pipeline.Preprocessing;

/// <summary>The content hash of a masked text, as the warehouse and the models know it.</summary>
internal static class TextHash
{
    /// <summary>SHA-256 in lower-case hexadecimal.</summary>
    public static string Of(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
}
