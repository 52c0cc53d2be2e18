using System.Security.Cryptography;
using System.Text;

namespace Pipeline.Encryption;

/// <summary>What stands before a sealed content: <c>PSE2</c>, the length and the id of the envelope key in UTF-8, and the file's own key as that one wraps it (AES key wrap with padding, RFC 5649).</summary>
/// <param name="KeyId">The id of the envelope key.</param>
/// <param name="WrappedKey">The wrapped key.</param>
internal sealed record EnvelopeHeader(string KeyId, byte[] WrappedKey)
{
    private const int WrappedBytes = EnvelopeKeys.KeyBytes + 8;
    private static readonly byte[] Kind = "PSE2"u8.ToArray();

    /// <summary>Its length in bytes.</summary>
    public int Length => Kind.Length + 1 + Encoding.UTF8.GetByteCount(KeyId) + WrappedBytes;

    /// <summary>The header for a file's key.</summary>
    /// <exception cref="SettingException">The envelope key is missing or malformed.</exception>
    public static EnvelopeHeader Wrap(EnvelopeKeys keys, string id, byte[] dataKey)
    {
        using Aes aes = Aes.Create();
        aes.SetKey(keys.Of(id));
        return new EnvelopeHeader(id, aes.EncryptKeyWrapPadded(dataKey));
    }

    /// <summary>The header at the beginning of some bytes; null where there is none.</summary>
    public static EnvelopeHeader? Find(ReadOnlySpan<byte> bytes)
    {
        if (!bytes.StartsWith(Kind) || bytes.Length <= Kind.Length || bytes[Kind.Length] is 0 or > EnvelopeKeys.MostIdBytes)
        {
            return null;
        }

        int length = bytes[Kind.Length];
        ReadOnlySpan<byte> rest = bytes[(Kind.Length + 1)..];
        if (rest.Length < length + WrappedBytes)
        {
            return null;
        }

        // An id that is no UTF-8 is not what was written; its length would not be that of the header.
        string id = Encoding.UTF8.GetString(rest[..length]);
        return Encoding.UTF8.GetByteCount(id) == length ? new EnvelopeHeader(id, rest.Slice(length, WrappedBytes).ToArray()) : null;
    }

    /// <summary>Reads the header from the beginning of a stream, and not a byte more; null where there is none.</summary>
    public static async Task<EnvelopeHeader?> ReadAsync(Stream stream, CancellationToken cancellationToken)
    {
        byte[] bytes = new byte[Kind.Length + 1 + EnvelopeKeys.MostIdBytes + WrappedBytes];
        int begin = Kind.Length + 1;
        if (await stream.ReadAtLeastAsync(bytes.AsMemory(0, begin), begin, throwOnEndOfStream: false, cancellationToken) < begin || !bytes.AsSpan().StartsWith(Kind) || bytes[Kind.Length] > EnvelopeKeys.MostIdBytes)
        {
            return null;
        }

        int rest = bytes[Kind.Length] + WrappedBytes;
        int read = await stream.ReadAtLeastAsync(bytes.AsMemory(begin, rest), rest, throwOnEndOfStream: false, cancellationToken);
        return Find(bytes.AsSpan(0, begin + read));
    }

    /// <summary>As it is written.</summary>
    public byte[] ToBytes()
    {
        byte[] id = Encoding.UTF8.GetBytes(KeyId);
        return [.. Kind, (byte)id.Length, .. id, .. WrappedKey];
    }

    /// <summary>The file's key.</summary>
    /// <exception cref="InvalidDataException">The envelope key is not there, or is not the one that wrapped it.</exception>
    public byte[] Unwrap(EnvelopeKeys keys, string name)
    {
        byte[] envelope;
        try
        {
            envelope = keys.Of(KeyId);
        }
        catch (SettingException e)
        {
            throw new InvalidDataException($"'{name}' is sealed with the key '{KeyId}', which is not there, or its header is damaged. {e.Message}", e);
        }

        try
        {
            using Aes aes = Aes.Create();
            aes.SetKey(envelope);
            byte[] key = aes.DecryptKeyWrapPadded(WrappedKey);
            return key.Length == EnvelopeKeys.KeyBytes ? key : throw new CryptographicException("The key has another length.");
        }
        catch (CryptographicException e)
        {
            throw new InvalidDataException($"'{name}' is sealed with the key '{KeyId}', and the key of that id that is there is another one, or its header is damaged.", e);
        }
    }
}
