using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Pipeline.Models;

/// <summary>Which incidents a version on trial answers: a share that is drawn by the incident's number, so that an incident stays in it, and a larger share holds the smaller one.</summary>
public static class CanaryShare
{
    /// <summary>Whether an incident is in the share.</summary>
    /// <param name="number">The incident's number.</param>
    /// <param name="percent">The share in percent, 0 to 100.</param>
    public static bool Includes(string number, int percent)
    {
        ArgumentNullException.ThrowIfNull(number);
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(number), hash);
        return BinaryPrimitives.ReadUInt32BigEndian(hash) < uint.MaxValue / 100.0 * percent;
    }
}
