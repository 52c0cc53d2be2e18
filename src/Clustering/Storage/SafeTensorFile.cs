using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json;

namespace Pipeline.Clustering;

/// <summary>
/// Reads and writes the safetensors format: eight bytes of header length, a JSON header that names each array's type, shape and place,
/// then the arrays' bytes. Written little-endian, with 8-byte alignment, arrays in ordinal order of name, so equal content makes equal files.
/// </summary>
/// <remarks>The format is described at github.com/huggingface/safetensors; Python reads it with its safetensors package or plain numpy.</remarks>
public static class SafeTensorFile
{
    private const int MaximumHeaderBytes = 100_000_000;
    private const int SliceBytes = 1 << 20;
    private const int GrowthFactor = 16;
    private const string MetadataKey = "__metadata__";

    /// <summary>
    /// Writes arrays and free-form metadata to a stream, which stays open. The arrays go out in slices of a megabyte and are not copied; what is
    /// held beside them is the header.
    /// </summary>
    public static async Task WriteAsync(Stream output, IReadOnlyDictionary<string, SafeTensor> tensors, IReadOnlyDictionary<string, string>? metadata = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(tensors);
        KeyValuePair<string, SafeTensor>[] ordered = [.. tensors.OrderBy(t => t.Key, StringComparer.Ordinal)];
        byte[] header = Header(ordered, metadata);
        byte[] length = new byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(length, (ulong)header.Length);
        await output.WriteAsync(length, cancellationToken);
        await output.WriteAsync(header, cancellationToken);
        foreach ((_, SafeTensor tensor) in ordered)
        {
            for (int start = 0; start < tensor.Data.Length; start += SliceBytes)
            {
                await output.WriteAsync(tensor.Data[start..Math.Min(tensor.Data.Length, start + SliceBytes)], cancellationToken);
            }
        }
    }

    /// <summary>Reads all arrays of a stream. Memory: the arrays and the header.</summary>
    /// <exception cref="InvalidDataException">The stream is not a complete safetensors file; the message says what is wrong.</exception>
    public static async Task<IReadOnlyDictionary<string, SafeTensor>> ReadAsync(Stream input, CancellationToken cancellationToken = default) =>
        await CollectAsync(input, await ReadHeaderAsync(input, cancellationToken), cancellationToken);

    /// <summary>Reads all arrays of a stream and the metadata. Memory: the arrays and the header.</summary>
    /// <exception cref="InvalidDataException">The stream is not a complete safetensors file, or its metadata are not texts by name; the message says what is wrong.</exception>
    public static async Task<SafeTensorContent> ReadContentAsync(Stream input, CancellationToken cancellationToken = default)
    {
        byte[] header = await ReadHeaderAsync(input, cancellationToken);
        IReadOnlyDictionary<string, string> metadata = Metadata(header);
        return new SafeTensorContent(await CollectAsync(input, header, cancellationToken), metadata);
    }

    /// <summary>
    /// Reads the arrays of a stream one after the other, in the order of their bytes: the next is read when it is asked for. Memory: the header and one
    /// array, and those that the caller keeps.
    /// </summary>
    /// <exception cref="InvalidDataException">The stream is not a complete safetensors file; the message says what is wrong.</exception>
    public static async IAsyncEnumerable<KeyValuePair<string, SafeTensor>> ReadEachAsync(Stream input, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        byte[] header = await ReadHeaderAsync(input, cancellationToken);
        await foreach (KeyValuePair<string, SafeTensor> array in ReadEachAsync(input, header, cancellationToken))
        {
            yield return array;
        }
    }

    private static async IAsyncEnumerable<KeyValuePair<string, SafeTensor>> ReadEachAsync(Stream input, byte[] header, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach ((string name, string type, long[] shape, long start, long end) in Entries(header))
        {
            yield return KeyValuePair.Create(name, new SafeTensor(type, shape, await ReadExactlyAsync(input, end - start, cancellationToken)));
        }
    }

    private static async Task<Dictionary<string, SafeTensor>> CollectAsync(Stream input, byte[] header, CancellationToken cancellationToken)
    {
        Dictionary<string, SafeTensor> tensors = new(StringComparer.Ordinal);
        await foreach ((string name, SafeTensor tensor) in ReadEachAsync(input, header, cancellationToken))
        {
            tensors.Add(name, tensor);
        }

        return tensors;
    }

    private static async Task<byte[]> ReadHeaderAsync(Stream input, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(input);
        byte[] length = await ReadExactlyAsync(input, sizeof(ulong), cancellationToken);
        ulong headerBytes = BinaryPrimitives.ReadUInt64LittleEndian(length);
        if (headerBytes is 0 or > MaximumHeaderBytes)
        {
            throw new InvalidDataException($"Not a safetensors file: a header of {headerBytes} bytes.");
        }

        return await ReadExactlyAsync(input, (long)headerBytes, cancellationToken);
    }

    private static byte[] Header(KeyValuePair<string, SafeTensor>[] tensors, IReadOnlyDictionary<string, string>? metadata)
    {
        using MemoryStream buffer = new();
        using (Utf8JsonWriter json = new(buffer))
        {
            json.WriteStartObject();
            if (metadata is not null)
            {
                json.WriteStartObject(MetadataKey);
                foreach ((string key, string value) in metadata.OrderBy(m => m.Key, StringComparer.Ordinal))
                {
                    json.WriteString(key, value);
                }

                json.WriteEndObject();
            }

            long offset = 0;
            foreach ((string name, SafeTensor tensor) in tensors)
            {
                json.WriteStartObject(name);
                json.WriteString("dtype", tensor.Type);
                json.WriteStartArray("shape");
                foreach (long extent in tensor.Shape)
                {
                    json.WriteNumberValue(extent);
                }

                json.WriteEndArray();
                json.WriteStartArray("data_offsets");
                json.WriteNumberValue(offset);
                offset += tensor.Data.Length;
                json.WriteNumberValue(offset);
                json.WriteEndArray();
                json.WriteEndObject();
            }

            json.WriteEndObject();
        }

        while (buffer.Length % sizeof(ulong) != 0)
        {
            buffer.WriteByte((byte)' ');
        }

        return buffer.ToArray();
    }

    private static List<(string Name, string Type, long[] Shape, long Start, long End)> Entries(byte[] header)
    {
        try
        {
            using JsonDocument document = Parse(header);
            List<(string Name, string Type, long[] Shape, long Start, long End)> entries = [];
            foreach (JsonProperty property in document.RootElement.EnumerateObject().Where(p => !p.NameEquals(MetadataKey)))
            {
                JsonElement offsets = property.Value.GetProperty("data_offsets");
                entries.Add((
                    property.Name,
                    property.Value.GetProperty("dtype").GetString()!,
                    [.. property.Value.GetProperty("shape").EnumerateArray().Select(e => e.GetInt64())],
                    offsets[0].GetInt64(),
                    offsets[1].GetInt64()));
            }

            entries.Sort((a, b) => a.Start.CompareTo(b.Start));
            long expected = 0;
            foreach ((string name, string type, long[] shape, long start, long end) in entries)
            {
                if (Array.Exists(shape, length => length < 0))
                {
                    throw new InvalidDataException($"The array '{name}' has the shape [{string.Join(", ", shape)}]; no length is negative.");
                }

                if (SafeTensor.SizeOf(type, []) is not null && SafeTensor.SizeOf(type, shape) != end - start)
                {
                    throw new InvalidDataException($"The array '{name}' of {type} [{string.Join(", ", shape)}] takes {SafeTensor.SizeOf(type, shape)?.ToString(CultureInfo.InvariantCulture) ?? "too many"} bytes, but claims {end - start}.");
                }

                if (start != expected || end < start || end - start > Array.MaxLength)
                {
                    throw new InvalidDataException($"The array '{name}' claims the bytes {start} to {end}, but the one before ends at {expected}.");
                }

                expected = end;
            }

            return entries;
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException or IndexOutOfRangeException)
        {
            throw new InvalidDataException($"The safetensors header cannot be read: {e.Message}", e);
        }
    }

    private static Dictionary<string, string> Metadata(byte[] header)
    {
        try
        {
            using JsonDocument document = Parse(header);
            return document.RootElement.TryGetProperty(MetadataKey, out JsonElement metadata)
                ? metadata.EnumerateObject().ToDictionary(entry => entry.Name, entry => entry.Value.GetString() ?? throw new InvalidDataException($"The metadata's '{entry.Name}' is null; it must be a text."), StringComparer.Ordinal)
                : [];
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new InvalidDataException($"The metadata of the safetensors header cannot be read: {e.Message}", e);
        }
    }

    private static JsonDocument Parse(byte[] header) => JsonDocument.Parse(header, new JsonDocumentOptions { AllowDuplicateProperties = false });

    /// <summary>Reads that many bytes; allocates none where the stream knows that it does not have them, and where it does not know, no more than sixteen times what came.</summary>
    private static async Task<byte[]> ReadExactlyAsync(Stream input, long count, CancellationToken cancellationToken)
    {
        if (input.CanSeek && input.Length - input.Position is long left && left < count)
        {
            throw Short(count - left);
        }

        byte[] buffer = GC.AllocateUninitializedArray<byte>((int)(input.CanSeek ? count : Math.Min(count, SliceBytes)));
        for (int read = 0; ;)
        {
            read += await input.ReadAtLeastAsync(buffer.AsMemory(read), buffer.Length - read, throwOnEndOfStream: false, cancellationToken);
            if (read < buffer.Length)
            {
                throw Short(count - read);
            }

            if (read == count)
            {
                return buffer;
            }

            byte[] longer = GC.AllocateUninitializedArray<byte>((int)Math.Min(count, (long)read * GrowthFactor));
            buffer.CopyTo(longer, 0);
            buffer = longer;
        }
    }

    private static InvalidDataException Short(long missing) => new($"The safetensors file ends {missing} bytes too early.");
}

/// <summary>All that a safetensors file holds.</summary>
/// <param name="Arrays">The arrays, by name.</param>
/// <param name="Metadata">The free-form texts, by name; none where the file has none.</param>
public sealed record SafeTensorContent(IReadOnlyDictionary<string, SafeTensor> Arrays, IReadOnlyDictionary<string, string> Metadata);
