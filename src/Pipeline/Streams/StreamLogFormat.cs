using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;

namespace Pipeline.Streams;

/// <summary>The bytes of a part of a log: when it was written, and its entries one after the other. Little-endian.</summary>
internal static class StreamLogFormat
{
    private const byte ItemKind = 1;
    private const byte ConfigKind = 2;
    private const byte TallyKind = 3;
    private const byte RestoreKind = 4;
    private const byte ErasedKind = 5;

    /// <summary>Writes a part.</summary>
    public static byte[] Write(StreamLogPart part)
    {
        using MemoryStream bytes = new();
        using (BinaryWriter writer = new(bytes, Encoding.UTF8, leaveOpen: true))
        {
            Write(writer, part);
        }

        return bytes.ToArray();
    }

    /// <summary>Reads parts to the end.</summary>
    /// <exception cref="InvalidDataException">The bytes are no parts of a log.</exception>
    public static IReadOnlyList<StreamLogPart> Read(ReadOnlyMemory<byte> bytes)
    {
        try
        {
            using BinaryReader reader = new(new MemoryStream(bytes.ToArray()), Encoding.UTF8);
            List<StreamLogPart> parts = [];
            while (reader.BaseStream.Position < reader.BaseStream.Length)
            {
                DateTimeOffset writtenAt = new(reader.ReadInt64(), TimeSpan.Zero);
                parts.Add(new StreamLogPart(writtenAt, [.. Enumerable.Range(0, reader.ReadInt32()).Select(_ => ReadEntry(reader))]));
            }

            return parts;
        }
        catch (Exception e) when (e is IOException or ArgumentException or JsonException or FormatException)
        {
            throw new InvalidDataException($"It holds no part of a log: {e.Message}", e);
        }
    }

    private static void Write(BinaryWriter writer, StreamLogPart part)
    {
        writer.Write(part.WrittenAt.UtcTicks);
        writer.Write(part.Entries.Count);
        foreach (StreamEntry entry in part.Entries)
        {
            writer.Write(entry.Sequence);
            switch (entry)
            {
                case { Item: StreamItem item }:
                    writer.Write(ItemKind);
                    WriteItem(writer, item);
                    break;
                case { Config: StreamConfigVersion config }:
                    writer.Write(ConfigKind);
                    writer.Write(JsonSerializer.Serialize(config, PipelineJson.Compact));
                    break;
                case { Tallies: IReadOnlyList<ProblemTally> tallies }:
                    writer.Write(TallyKind);
                    writer.Write(JsonSerializer.Serialize(tallies, PipelineJson.Compact));
                    break;
                case { RestoredTo: long to }:
                    writer.Write(RestoreKind);
                    writer.Write(to);
                    break;
                default:
                    writer.Write(ErasedKind);
                    break;
            }
        }
    }

    private static StreamEntry ReadEntry(BinaryReader reader)
    {
        long sequence = reader.ReadInt64();
        return reader.ReadByte() switch
        {
            ItemKind => new StreamEntry(sequence, Item: ReadItem(reader)),
            ConfigKind => new StreamEntry(sequence, Config: JsonSerializer.Deserialize<StreamConfigVersion>(reader.ReadString(), PipelineJson.Compact)),
            TallyKind => new StreamEntry(sequence, Tallies: JsonSerializer.Deserialize<ProblemTally[]>(reader.ReadString(), PipelineJson.Compact)),
            RestoreKind => new StreamEntry(sequence, RestoredTo: reader.ReadInt64()),
            ErasedKind => new StreamEntry(sequence),
            byte kind => throw new FormatException($"The kind {kind} of an entry is not known; a newer program may have written it."),
        };
    }

    private static void WriteItem(BinaryWriter writer, StreamItem item)
    {
        writer.Write(item.Id);
        writer.Write(item.Text);
        writer.Write(item.Time.UtcTicks);
        writer.Write(item.Attributes.Count);
        foreach ((string name, string value) in item.Attributes)
        {
            writer.Write(name);
            writer.Write(value);
        }

        writer.Write(item.Known ?? int.MinValue);
        writer.Write(item.Embedding.Length);
        writer.Write(MemoryMarshal.AsBytes(item.Embedding.AsSpan()));
    }

    private static StreamItem ReadItem(BinaryReader reader)
    {
        string id = reader.ReadString(), text = reader.ReadString();
        DateTimeOffset time = new(reader.ReadInt64(), TimeSpan.Zero);
        int count = reader.ReadInt32();
        SortedDictionary<string, string> attributes = new(StringComparer.Ordinal);
        for (int i = 0; i < count; i++)
        {
            attributes.Add(reader.ReadString(), reader.ReadString());
        }

        int known = reader.ReadInt32(), dimensions = reader.ReadInt32();
        if (dimensions is < 1 or > 100_000)
        {
            throw new FormatException($"An embedding of {dimensions} dimensions.");
        }

        float[] embedding = new float[dimensions];
        reader.BaseStream.ReadExactly(MemoryMarshal.AsBytes(embedding.AsSpan()));
        return new StreamItem(id, text, time, count == 0 ? StreamItem.NoAttributes : attributes, embedding, known == int.MinValue ? null : known);
    }
}

/// <summary>Entries that were written together.</summary>
/// <param name="WrittenAt">When, in UTC.</param>
/// <param name="Entries">The entries, in order; at least one.</param>
internal sealed record StreamLogPart(DateTimeOffset WrittenAt, IReadOnlyList<StreamEntry> Entries);
