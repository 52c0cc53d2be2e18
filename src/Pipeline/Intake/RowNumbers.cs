using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Pipeline.Intake;

/// <summary>
/// Numbers for rows that have none, derived from their content: the same file gives the same numbers on every import, wherever its rows stand.
/// Equal rows are counted, so that they stay apart. Memory: a few dozen bytes a row.
/// </summary>
internal sealed class RowNumbers
{
    private readonly Dictionary<UInt128, int> _seen = [];

    /// <summary><c>ROW-</c> and the first 16 hexadecimal digits of the SHA-256 of the fields and of how often they were seen before.</summary>
    public string Derive(IReadOnlyList<string> fields)
    {
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes + sizeof(int)];
        Hash(fields, digest);
        UInt128 key = BinaryPrimitives.ReadUInt128BigEndian(digest);
        int occurrence = _seen.GetValueOrDefault(key);
        _seen[key] = occurrence + 1;
        BinaryPrimitives.WriteInt32BigEndian(digest[SHA256.HashSizeInBytes..], occurrence);
        return "ROW-" + Convert.ToHexStringLower(SHA256.HashData(digest).AsSpan(0, 8));
    }

    private static void Hash(IReadOnlyList<string> fields, Span<byte> digest)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> length = stackalloc byte[sizeof(int)];
        foreach (string field in fields)
        {
            byte[] bytes = Encoding.UTF8.GetBytes(field);
            BinaryPrimitives.WriteInt32BigEndian(length, bytes.Length);
            hash.AppendData(length);
            hash.AppendData(bytes);
        }

        hash.GetHashAndReset(digest);
    }
}
