using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.Data.Sqlite;

namespace Pipeline.Adapters.Local;

/// <summary>How dates, texts and embeddings are written in a column, and back. All of it round-trips exactly.</summary>
internal static class SqliteFormat
{
    private const string DateFormat = "yyyy-MM-dd'T'HH:mm:ss.fffffff'Z'";

    private static readonly JsonSerializerOptions TextOptions = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>A date in UTC as text of fixed width, whose ordinal order is the order of time.</summary>
    public static string Date(DateTimeOffset date) => date.UtcDateTime.ToString(DateFormat, CultureInfo.InvariantCulture);

    /// <summary>As the other overload; null stays null.</summary>
    public static string? Date(DateTimeOffset? date) => date is { } present ? Date(present) : null;

    /// <summary>Reads what <see cref="Date(DateTimeOffset)"/> wrote.</summary>
    public static DateTimeOffset ParseDate(string text) =>
        DateTimeOffset.ParseExact(text, DateFormat, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal);

    /// <summary>Reads a column that holds a date or null.</summary>
    public static DateTimeOffset? ReadDate(SqliteDataReader reader, int column) => reader.IsDBNull(column) ? null : ParseDate(reader.GetString(column));

    /// <summary>Texts as a JSON array.</summary>
    public static string Texts(IReadOnlyList<string> texts) => JsonSerializer.Serialize(texts, TextOptions);

    /// <summary>Reads what <see cref="Texts"/> wrote.</summary>
    public static string[] ParseTexts(string json) => JsonSerializer.Deserialize<string[]>(json, TextOptions) ?? [];

    /// <summary>An embedding as IEEE 754 single precision, little-endian: 4 bytes a number.</summary>
    public static byte[] Embedding(ReadOnlySpan<float> values)
    {
        byte[] bytes = new byte[values.Length * sizeof(float)];
        if (BitConverter.IsLittleEndian)
        {
            MemoryMarshal.AsBytes(values).CopyTo(bytes);
            return bytes;
        }

        for (int i = 0; i < values.Length; i++)
        {
            BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(i * sizeof(float)), values[i]);
        }

        return bytes;
    }

    /// <summary>Reads a column that <see cref="Embedding"/> wrote.</summary>
    public static float[] ReadEmbedding(SqliteDataReader reader, int column)
    {
        ReadOnlySpan<byte> bytes = SQLitePCL.raw.sqlite3_column_blob(reader.Handle, column);
        if (bytes.IsEmpty || bytes.Length % sizeof(float) != 0)
        {
            throw new FormatException(string.Create(CultureInfo.InvariantCulture, $"An embedding of {bytes.Length} bytes is not one of whole numbers of {sizeof(float)} bytes."));
        }

        float[] values = new float[bytes.Length / sizeof(float)];
        if (BitConverter.IsLittleEndian)
        {
            bytes[..(values.Length * sizeof(float))].CopyTo(MemoryMarshal.AsBytes(values.AsSpan()));
            return values;
        }

        for (int i = 0; i < values.Length; i++)
        {
            values[i] = BinaryPrimitives.ReadSingleLittleEndian(bytes[(i * sizeof(float))..]);
        }

        return values;
    }
}
