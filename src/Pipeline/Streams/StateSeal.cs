using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Pipeline.Streams;

/// <summary>
/// Seals what is kept of streams, so that a changed bit is found: with AES-256-GCM (NIST SP 800-38D) where there is a key, whose id stands in the header, otherwise with a SHA-256. The object's name is sealed with it:
/// one object cannot take another's place. Layout: four bytes of kind, then key id, nonce and tag, or the hash, then the content.
/// </summary>
/// <param name="keys">The present keys; asked at every use, so that a new one needs no restart.</param>
public sealed class StateSeal(Func<StateKeys> keys)
{
    private const int NonceBytes = 12;
    private const int TagBytes = 16;
    private static readonly byte[] Encrypted = "PSE1"u8.ToArray();
    private static readonly byte[] Plain = "PSP1"u8.ToArray();

    /// <summary>Seals a content for an object of this name.</summary>
    /// <exception cref="SettingException">The key that is to be used is missing or malformed.</exception>
    public byte[] Seal(string name, ReadOnlySpan<byte> content)
    {
        ArgumentNullException.ThrowIfNull(name);
        StateKeys present = keys();
        if (present.Current is not string id)
        {
            byte[] plain = new byte[Plain.Length + SHA256.HashSizeInBytes + content.Length];
            Plain.CopyTo(plain, 0);
            Hash(name, content).CopyTo(plain, Plain.Length);
            content.CopyTo(plain.AsSpan(Plain.Length + SHA256.HashSizeInBytes));
            return plain;
        }

        byte[] idBytes = Encoding.UTF8.GetBytes(id);
        int header = Encrypted.Length + sizeof(int) + idBytes.Length;
        byte[] sealedContent = new byte[header + NonceBytes + TagBytes + content.Length];
        Encrypted.CopyTo(sealedContent, 0);
        BinaryPrimitives.WriteInt32LittleEndian(sealedContent.AsSpan(Encrypted.Length), idBytes.Length);
        idBytes.CopyTo(sealedContent, Encrypted.Length + sizeof(int));
        Span<byte> nonce = sealedContent.AsSpan(header, NonceBytes);
        RandomNumberGenerator.Fill(nonce);
        using AesGcm cipher = new(present.Of(id), TagBytes);
        cipher.Encrypt(nonce, content, sealedContent.AsSpan(header + NonceBytes + TagBytes), sealedContent.AsSpan(header + NonceBytes, TagBytes), Associated(name, sealedContent.AsSpan(0, header)));
        return sealedContent;
    }

    /// <summary>Opens a sealed content.</summary>
    /// <exception cref="InvalidDataException">It is damaged, is another object's, or its key is not there; the message says which.</exception>
    public byte[] Open(string name, ReadOnlySpan<byte> sealedContent)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (sealedContent.StartsWith(Plain) && sealedContent.Length >= Plain.Length + SHA256.HashSizeInBytes)
        {
            ReadOnlySpan<byte> content = sealedContent[(Plain.Length + SHA256.HashSizeInBytes)..];
            return Hash(name, content).AsSpan().SequenceEqual(sealedContent.Slice(Plain.Length, SHA256.HashSizeInBytes)) ? content.ToArray() : throw Damaged(name);
        }

        return sealedContent.StartsWith(Encrypted) ? Decrypt(name, sealedContent) : throw Damaged(name);
    }

    private byte[] Decrypt(string name, ReadOnlySpan<byte> sealedContent)
    {
        int length = sealedContent.Length < Encrypted.Length + sizeof(int) ? -1 : BinaryPrimitives.ReadInt32LittleEndian(sealedContent[Encrypted.Length..]);
        int header = Encrypted.Length + sizeof(int) + length;
        if (length is < 1 or > 1000 || sealedContent.Length < header + NonceBytes + TagBytes)
        {
            throw Damaged(name);
        }

        string id = Encoding.UTF8.GetString(sealedContent.Slice(Encrypted.Length + sizeof(int), length));
        byte[] key;
        try
        {
            key = keys().Of(id);
        }
        catch (SettingException e)
        {
            throw new InvalidDataException($"'{name}' is sealed with the key '{id}', which is not there or the header is damaged. {e.Message}", e);
        }

        byte[] content = new byte[sealedContent.Length - header - NonceBytes - TagBytes];
        try
        {
            using AesGcm cipher = new(key, TagBytes);
            cipher.Decrypt(sealedContent.Slice(header, NonceBytes), sealedContent[(header + NonceBytes + TagBytes)..], sealedContent.Slice(header + NonceBytes, TagBytes), content, Associated(name, sealedContent[..header]));
            return content;
        }
        catch (CryptographicException e)
        {
            throw new InvalidDataException($"{Damaged(name).Message} Or the key '{id}' is not the one that it was sealed with.", e);
        }
    }

    private static byte[] Associated(string name, ReadOnlySpan<byte> header) => [.. header, .. Encoding.UTF8.GetBytes(name)];

    private static byte[] Hash(string name, ReadOnlySpan<byte> content)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes(name));
        hash.AppendData(content);
        return hash.GetHashAndReset();
    }

    private static InvalidDataException Damaged(string name) => new($"'{name}' is damaged: it is not what was written under this name.");
}

/// <summary>The keys that states are sealed with.</summary>
/// <param name="Current">The id of the key for what is written from now on; null for none: what is written is readable, and protected against damage only.</param>
/// <param name="Find">The key of an id in base64; null where there is none.</param>
public sealed record StateKeys(string? Current, Func<string, string?> Find)
{
    private const int KeyBytes = 32;

    /// <summary>A key.</summary>
    /// <exception cref="SettingException">It is missing, or not 32 bytes in base64.</exception>
    public byte[] Of(string id)
    {
        string setting = $"Streams:Keys:{id}";
        byte[] key = new byte[KeyBytes + 1];
        string encoded = Find(id) is { Length: > 0 } found ? found : throw new SettingException(setting, "is missing: states are sealed with this key. It is 32 random bytes in base64.");
        return Convert.TryFromBase64String(encoded, key, out int written) && written == KeyBytes ? key[..KeyBytes] : throw new SettingException(setting, "is not 32 bytes in base64. Make one with 'openssl rand -base64 32'.");
    }
}
