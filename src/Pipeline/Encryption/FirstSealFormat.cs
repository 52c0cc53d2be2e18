using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Pipeline.Encryption;

/// <summary>Opens what earlier versions sealed: <c>PSE1</c>, key id, nonce and tag, then the whole content under the key itself (AES-256-GCM). Nothing is written like this any more.</summary>
internal static class FirstSealFormat
{
    private const int NonceBytes = 12;
    private const int TagBytes = 16;
    private static readonly byte[] Kind = "PSE1"u8.ToArray();

    /// <summary>Whether a content is sealed like this.</summary>
    public static bool Is(ReadOnlySpan<byte> sealedContent) => sealedContent.StartsWith(Kind);

    /// <summary>Opens it.</summary>
    /// <exception cref="InvalidDataException">It is damaged, is another object's, or its key is not there; the message says which.</exception>
    public static byte[] Open(EnvelopeKeys keys, string name, ReadOnlySpan<byte> sealedContent)
    {
        int length = sealedContent.Length < Kind.Length + sizeof(int) ? -1 : BinaryPrimitives.ReadInt32LittleEndian(sealedContent[Kind.Length..]);
        int header = Kind.Length + sizeof(int) + length;
        if (length is < 1 or > 1000 || sealedContent.Length < header + NonceBytes + TagBytes)
        {
            throw EnvelopeSeal.Damaged(name);
        }

        string id = Encoding.UTF8.GetString(sealedContent.Slice(Kind.Length + sizeof(int), length));
        byte[] key;
        try
        {
            key = keys.Of(id);
        }
        catch (SettingException e)
        {
            throw new InvalidDataException($"'{name}' is sealed with the key '{id}', which is not there, or its header is damaged. {e.Message}", e);
        }

        byte[] content = new byte[sealedContent.Length - header - NonceBytes - TagBytes];
        try
        {
            using AesGcm cipher = new(key, TagBytes);
            cipher.Decrypt(sealedContent.Slice(header, NonceBytes), sealedContent[(header + NonceBytes + TagBytes)..], sealedContent.Slice(header + NonceBytes, TagBytes), content, [.. sealedContent[..header], .. Encoding.UTF8.GetBytes(name)]);
            return content;
        }
        catch (CryptographicException e)
        {
            throw new InvalidDataException($"{EnvelopeSeal.Damaged(name).Message} Or the key '{id}' is not the one that it was sealed with.", e);
        }
    }
}
