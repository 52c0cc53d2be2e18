using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Pipeline.Audit;

/// <summary>
/// A line of the audit as it is stored: one JSON object, whose last field is the SHA-256 of the object without that field. Anybody can check it with any tool: take <c>,"hash":"…"</c> off the end, and hash what is left.
/// </summary>
internal static class AuditLine
{
    private const int HashLength = 64;

    private static readonly byte[] HashField = ",\"hash\":\""u8.ToArray();
    private static readonly byte[] End = "\"}"u8.ToArray();

    /// <summary>The hash in which a chain begins.</summary>
    public static string HashOf(string chain) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(chain)));

    /// <summary>The line of an entry, without a line feed.</summary>
    public static StoredLine Write(AuditEntry entry)
    {
        byte[] body = JsonSerializer.SerializeToUtf8Bytes(entry, PipelineJson.Compact);
        string hash = Convert.ToHexStringLower(SHA256.HashData(body));
        return new StoredLine([.. body.AsSpan()[..^1], .. HashField, .. Encoding.ASCII.GetBytes(hash), .. End], entry, hash, IsIntact: true);
    }

    /// <summary>Reads a line. Of one that is none the entry is null and the hash that of all its bytes.</summary>
    public static StoredLine Read(byte[] bytes)
    {
        int tail = HashField.Length + HashLength + End.Length;
        if (bytes.Length <= tail || !bytes.AsSpan(bytes.Length - tail).StartsWith(HashField) || !bytes.AsSpan().EndsWith(End))
        {
            return new StoredLine(bytes, null, Convert.ToHexStringLower(SHA256.HashData(bytes)), IsIntact: false);
        }

        byte[] body = [.. bytes.AsSpan(0, bytes.Length - tail), (byte)'}'];
        string hash = Convert.ToHexStringLower(SHA256.HashData(body));
        bool intact = bytes.AsSpan(bytes.Length - End.Length - HashLength, HashLength).SequenceEqual(Encoding.ASCII.GetBytes(hash));
        try
        {
            return new StoredLine(bytes, JsonSerializer.Deserialize<AuditEntry>(body, PipelineJson.Compact), hash, intact);
        }
        catch (JsonException)
        {
            return new StoredLine(bytes, null, hash, IsIntact: false);
        }
    }
}

/// <summary>A line with what it says.</summary>
/// <param name="Bytes">The line, without a line feed.</param>
/// <param name="Entry">What it says; null where it cannot be read.</param>
/// <param name="Hash">The hash of what it says, 64 hexadecimal digits.</param>
/// <param name="IsIntact">Whether it bears that hash.</param>
internal sealed record StoredLine(byte[] Bytes, AuditEntry? Entry, string Hash, bool IsIntact);
