using System.Buffers.Binary;
using System.Text.Json;
using Pipeline.Clustering;

namespace Pipeline.Streams;

/// <summary>The bytes of a state: eight of kind, the length of the JSON with all but the clustering features, that JSON, and the features as safetensors, none where there was no item yet. Equal states give equal bytes.</summary>
internal static class StreamStateFormat
{
    private static readonly byte[] Kind = "PSTATE01"u8.ToArray();

    /// <summary>Copies a state, so that it can go on while the copy is written.</summary>
    public static StreamStateCopy Copy(StreamState state) => new(state.Data(), state.Features?.Snapshot());

    /// <summary>Writes a state.</summary>
    /// <param name="copy">The state.</param>
    /// <param name="capacity">About how many bytes it will take, so that there is one array; 0 where that is not known. A state at its caps takes tens of megabytes, and is written every few seconds.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    public static async Task<ReadOnlyMemory<byte>> WriteAsync(StreamStateCopy copy, int capacity, CancellationToken cancellationToken)
    {
        using MemoryStream bytes = new(capacity);
        bytes.Write(Kind);
        bytes.Write(new byte[sizeof(int)]);

        // Straight into the array: what is serialized to one of its own takes that from a pool, which keeps it, for each thread that ever did.
        JsonSerializer.Serialize(bytes, copy.Data, PipelineJson.Compact);
        int length = (int)bytes.Length - Kind.Length - sizeof(int);
        if (copy.Features is not null)
        {
            await SafeTensorFile.WriteAsync(bytes, copy.Features, cancellationToken: cancellationToken);
        }

        BinaryPrimitives.WriteInt32LittleEndian(bytes.GetBuffer().AsSpan(Kind.Length), length);
        return bytes.GetBuffer().AsMemory(0, (int)bytes.Length);
    }

    /// <summary>Reads a state.</summary>
    /// <exception cref="InvalidDataException">The bytes are no state.</exception>
    public static async Task<StreamState> ReadAsync(byte[] bytes, CancellationToken cancellationToken)
    {
        int begin = Kind.Length + sizeof(int);
        int length = bytes.Length >= begin && bytes.AsSpan().StartsWith(Kind) ? BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(Kind.Length)) : -1;
        if (length < 0 || bytes.Length < begin + length)
        {
            throw new InvalidDataException("It holds no state of a stream, or one of a newer program.");
        }

        try
        {
            StreamStateData data = JsonSerializer.Deserialize<StreamStateData>(bytes.AsSpan(begin, length), PipelineJson.Compact) ?? throw new InvalidDataException("It holds no state.");
            using MemoryStream rest = new(bytes, begin + length, bytes.Length - begin - length);
            return new StreamState(data, rest.Length == 0 ? null : Birch.Restore(await SafeTensorFile.ReadAsync(rest, cancellationToken)));
        }
        catch (Exception e) when (e is JsonException or ArgumentException or KeyNotFoundException)
        {
            throw new InvalidDataException($"It holds no state of a stream: {e.Message}", e);
        }
    }
}

/// <summary>A state as it was at a moment.</summary>
/// <param name="Data">All but the clustering features.</param>
/// <param name="Features">Those; null where there was no item yet.</param>
internal sealed record StreamStateCopy(StreamStateData Data, IReadOnlyDictionary<string, SafeTensor>? Features);
