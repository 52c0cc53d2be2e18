using System.Security.Cryptography;
using System.Text;

namespace Pipeline.Encryption;

/// <summary>
/// Seals what is kept of streams and in backups, so that nobody reads it who has no key, and a changed bit is found. Each file has a key of its own, which encrypts it by AES-256-GCM in chunks
/// (NIST SP 800-38D; the last chunk is marked as in STREAM, Hoang et al. 2015, so that nothing can be cut off, swapped or repeated), and which stands in the header, wrapped by the envelope key (RFC 5649)
/// whose id is beside it. Another envelope key so needs a new header and no new encryption. The object's name is sealed with it: one object cannot take another's place. Memory: two chunks.
/// Without a key what is kept of streams has a SHA-256 before it.
/// </summary>
/// <param name="keys">The present keys; asked at every use, so that a new one needs no restart.</param>
public sealed class EnvelopeSeal(Func<EnvelopeKeys> keys)
{
    private static readonly byte[] Plain = "PSP1"u8.ToArray();

    /// <summary>One without keys.</summary>
    public static EnvelopeSeal WithoutKeys { get; } = new(() => new EnvelopeKeys(null, _ => null));

    /// <summary>The id of the envelope key of what is written now; null where nothing is encrypted.</summary>
    /// <exception cref="SettingException">The file of the keys cannot be read.</exception>
    public string? CurrentKey => keys().Current;

    /// <summary>Whether a content looks as if it were sealed, by this version or an earlier one.</summary>
    public static bool IsSealed(ReadOnlySpan<byte> content) => content.StartsWith(Plain) || FirstSealFormat.Is(content) || EnvelopeHeader.Find(content) is not null;

    /// <summary>Seals a content for an object of this name.</summary>
    /// <exception cref="SettingException">The key that is to be used is missing or malformed.</exception>
    public byte[] Seal(string name, ReadOnlySpan<byte> content)
    {
        ArgumentNullException.ThrowIfNull(name);
        EnvelopeKeys present = keys();
        if (present.Current is not string id)
        {
            return [.. Plain, .. Hash(name, content), .. content];
        }

        byte[] dataKey = RandomNumberGenerator.GetBytes(EnvelopeKeys.KeyBytes);
        byte[] header = EnvelopeHeader.Wrap(present, id, dataKey).ToBytes();
        byte[] sealedContent = new byte[header.Length + ChunkCipher.SealedLength(content.Length)];
        header.CopyTo(sealedContent, 0);
        using ChunkCipher cipher = new(dataKey, name);
        Span<byte> rest = sealedContent.AsSpan(header.Length);
        bool last;
        do
        {
            int count = Math.Min(content.Length, ChunkCipher.ChunkBytes);
            last = count == content.Length;
            cipher.Encrypt(content[..count], last, rest[..(count + ChunkCipher.TagBytes)]);
            content = content[count..];
            rest = rest[(count + ChunkCipher.TagBytes)..];
        }
        while (!last);
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

        if (FirstSealFormat.Is(sealedContent))
        {
            return FirstSealFormat.Open(keys(), name, sealedContent);
        }

        EnvelopeHeader header = EnvelopeHeader.Find(sealedContent) ?? throw Damaged(name);
        using ChunkCipher cipher = new(header.Unwrap(keys(), name), name);
        ReadOnlySpan<byte> rest = sealedContent[header.Length..];
        byte[] opened = new byte[ChunkCipher.OpenedLength(rest.Length) ?? throw Damaged(name)];
        for (int done = 0; ;)
        {
            int count = Math.Min(rest.Length, ChunkCipher.SealedChunkBytes);
            cipher.Decrypt(rest[..count], last: count == rest.Length, opened.AsSpan(done, count - ChunkCipher.TagBytes));
            done += count - ChunkCipher.TagBytes;
            rest = rest[count..];
            if (rest.IsEmpty)
            {
                return opened;
            }
        }
    }

    /// <summary>Encrypts what a stream holds for an object of this name.</summary>
    /// <returns>The id of the envelope key.</returns>
    /// <exception cref="SettingException">No key is named, or it is missing or malformed.</exception>
    public async Task<string> EncryptAsync(string name, Stream content, Stream target, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(content);
        ArgumentNullException.ThrowIfNull(target);
        EnvelopeKeys present = keys();
        string id = present.Current ?? throw new SettingException(EnvelopeKeys.CurrentSetting, "is not set any more: name the key to encrypt with.");
        byte[] dataKey = RandomNumberGenerator.GetBytes(EnvelopeKeys.KeyBytes);
        await target.WriteAsync(EnvelopeHeader.Wrap(present, id, dataKey).ToBytes(), cancellationToken);
        using ChunkCipher cipher = new(dataKey, name);
        byte[] sealedChunk = new byte[ChunkCipher.SealedChunkBytes];
        await ForEachChunkAsync(
            content,
            ChunkCipher.ChunkBytes,
            async (chunk, last) =>
            {
                Memory<byte> output = sealedChunk.AsMemory(0, chunk.Length + ChunkCipher.TagBytes);
                cipher.Encrypt(chunk.Span, last, output.Span);
                await target.WriteAsync(output, cancellationToken);
            },
            cancellationToken);
        return id;
    }

    /// <summary>Decrypts what <see cref="EncryptAsync"/> wrote. What it has put into the target is good for nothing where it throws.</summary>
    /// <exception cref="InvalidDataException">It is damaged, cut off, another object's, or its key is not there; the message says which.</exception>
    public async Task DecryptAsync(string name, Stream sealedContent, Stream target, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(sealedContent);
        ArgumentNullException.ThrowIfNull(target);
        EnvelopeHeader header = await EnvelopeHeader.ReadAsync(sealedContent, cancellationToken) ?? throw Damaged(name);
        using ChunkCipher cipher = new(header.Unwrap(keys(), name), name);
        byte[] opened = new byte[ChunkCipher.ChunkBytes];
        await ForEachChunkAsync(
            sealedContent,
            ChunkCipher.SealedChunkBytes,
            async (chunk, last) =>
            {
                Memory<byte> output = opened.AsMemory(0, Math.Max(0, chunk.Length - ChunkCipher.TagBytes));
                cipher.Decrypt(chunk.Span, last, output.Span);
                await target.WriteAsync(output, cancellationToken);
            },
            cancellationToken);
    }

    /// <summary>Makes sure that a sealed object can be opened, as far as its key goes. No more than its header is read.</summary>
    /// <exception cref="InvalidDataException">Its key is not there or is another one, or its header is damaged; the message says which.</exception>
    public async Task RequireKeyAsync(string name, Stream sealedContent, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(sealedContent);
        _ = (await EnvelopeHeader.ReadAsync(sealedContent, cancellationToken) ?? throw Damaged(name)).Unwrap(keys(), name);
    }

    /// <summary>Wraps the key of a sealed object anew, by the present envelope key: its header changes, and nothing else.</summary>
    /// <param name="name">The object's name.</param>
    /// <param name="sealedContent">The object; read to the end of its header.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <returns>The new header, after which the rest of the object follows as it is; null where the present key wraps it already, or there is none.</returns>
    /// <exception cref="InvalidDataException">It is none that this program sealed, is damaged, or its key is not there.</exception>
    /// <exception cref="SettingException">The present key is missing or malformed.</exception>
    public async Task<byte[]?> RewrapAsync(string name, Stream sealedContent, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(sealedContent);
        EnvelopeKeys present = keys();
        EnvelopeHeader header = await EnvelopeHeader.ReadAsync(sealedContent, cancellationToken) ?? throw Damaged(name);
        return present.Current is not string id || string.Equals(header.KeyId, id, StringComparison.Ordinal) ? null : EnvelopeHeader.Wrap(present, id, header.Unwrap(present, name)).ToBytes();
    }

    /// <summary>A sealed content, sealed by the present key: with a new header, or, where it was sealed otherwise, anew.</summary>
    /// <returns>Null where that is so already, or there is no present key.</returns>
    /// <exception cref="InvalidDataException">It is damaged, or its key is not there.</exception>
    /// <exception cref="SettingException">The present key is missing or malformed.</exception>
    public byte[]? Rewrap(string name, ReadOnlySpan<byte> sealedContent)
    {
        EnvelopeKeys present = keys();
        if (present.Current is not string id)
        {
            return null;
        }

        return EnvelopeHeader.Find(sealedContent) is not EnvelopeHeader header ? Seal(name, Open(name, sealedContent))
            : string.Equals(header.KeyId, id, StringComparison.Ordinal) ? null
            : [.. EnvelopeHeader.Wrap(present, id, header.Unwrap(present, name)).ToBytes(), .. sealedContent[header.Length..]];
    }

    internal static InvalidDataException Damaged(string name) => new($"'{name}' is damaged: it is not what was written under this name.");

    // Whether a chunk is the last is known when the next one is there.
    private static async Task ForEachChunkAsync(Stream source, int size, Func<ReadOnlyMemory<byte>, bool, Task> take, CancellationToken cancellationToken)
    {
        (byte[] present, byte[] next) = (new byte[size], new byte[size]);
        int count = await source.ReadAtLeastAsync(present, size, throwOnEndOfStream: false, cancellationToken);
        for (bool last = false; !last;)
        {
            int following = count < size ? 0 : await source.ReadAtLeastAsync(next, size, throwOnEndOfStream: false, cancellationToken);
            last = following == 0;
            await take(present.AsMemory(0, count), last);
            (present, next, count) = (next, present, following);
        }
    }

    private static byte[] Hash(string name, ReadOnlySpan<byte> content)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes(name));
        hash.AppendData(content);
        return hash.GetHashAndReset();
    }
}
