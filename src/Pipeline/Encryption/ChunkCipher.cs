using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Pipeline.Encryption;

/// <summary>
/// Encrypts or decrypts the chunks of one file, in their order, with a key that no other file has. The nonce is the chunk's number and whether it is the last, so that no chunk can be left out, repeated or moved,
/// and none cut off; the file's name is authenticated with each.
/// </summary>
internal sealed class ChunkCipher : IDisposable
{
    /// <summary>Bytes of a chunk; the last one has fewer, or as many.</summary>
    public const int ChunkBytes = 64 * 1024;

    /// <summary>Bytes by which a chunk grows.</summary>
    public const int TagBytes = 16;

    /// <summary>Bytes of an encrypted chunk.</summary>
    public const int SealedChunkBytes = ChunkBytes + TagBytes;

    private const int NonceBytes = 12;

    private readonly AesGcm _cipher;
    private readonly string _name;
    private readonly byte[] _associated;
    private readonly byte[] _nonce = new byte[NonceBytes];
    private long _next;

    /// <summary>Creates one for a file.</summary>
    /// <param name="key">The file's key, 32 bytes.</param>
    /// <param name="name">The file's name.</param>
    public ChunkCipher(byte[] key, string name)
    {
        _cipher = new AesGcm(key, TagBytes);
        _name = name;
        _associated = Encoding.UTF8.GetBytes(name);
    }

    /// <summary>The encrypted length of so many bytes.</summary>
    public static int SealedLength(int bytes) => checked(bytes + (Math.Max(1, (bytes + ChunkBytes - 1) / ChunkBytes) * TagBytes));

    /// <summary>How many bytes so many encrypted ones hold; null where no file has that length.</summary>
    public static int? OpenedLength(int bytes) =>
        bytes < TagBytes || (bytes % SealedChunkBytes is > 0 and < TagBytes) ? null : bytes - ((bytes + SealedChunkBytes - 1) / SealedChunkBytes * TagBytes);

    /// <summary>Encrypts the next chunk.</summary>
    public void Encrypt(ReadOnlySpan<byte> chunk, bool last, Span<byte> sealedChunk) =>
        _cipher.Encrypt(NextNonce(last), chunk, sealedChunk[..chunk.Length], sealedChunk[chunk.Length..], _associated);

    /// <summary>Decrypts the next chunk.</summary>
    /// <exception cref="InvalidDataException">It is damaged, another one, or not the last.</exception>
    public void Decrypt(ReadOnlySpan<byte> sealedChunk, bool last, Span<byte> chunk)
    {
        if (sealedChunk.Length < TagBytes)
        {
            throw EnvelopeSeal.Damaged(_name);
        }

        try
        {
            _cipher.Decrypt(NextNonce(last), sealedChunk[..^TagBytes], sealedChunk[^TagBytes..], chunk, _associated);
        }
        catch (CryptographicException e)
        {
            throw new InvalidDataException(EnvelopeSeal.Damaged(_name).Message, e);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _cipher.Dispose();

    private ReadOnlySpan<byte> NextNonce(bool last)
    {
        BinaryPrimitives.WriteInt64LittleEndian(_nonce, _next++);
        _nonce[^1] = last ? (byte)1 : (byte)0;
        return _nonce;
    }
}
