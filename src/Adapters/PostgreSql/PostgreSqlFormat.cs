using System.Buffers.Binary;
using System.Text.Encodings.Web;
using System.Text.Json;
using Npgsql;

namespace Pipeline.Adapters.PostgreSql;

/// <summary>How texts, dates and embeddings are written in a column, and back.</summary>
internal static class PostgreSqlFormat
{
    private const char Replacement = '\uFFFD';

    private static readonly JsonSerializerOptions TextOptions = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>A text as the server takes it: what no UTF-8 text of PostgreSQL can hold, the character 0 and halves of a character, becomes U+FFFD.</summary>
    public static string? Text(string? text)
    {
        if (text is null || !text.AsSpan().ContainsAnyInRange('\uD800', '\uDFFF') && !text.Contains('\0', StringComparison.Ordinal))
        {
            return text;
        }

        return string.Create(text.Length, text, static (clean, source) =>
        {
            source.CopyTo(clean);
            for (int i = 0; i < clean.Length; i++)
            {
                if (i + 1 < clean.Length && char.IsSurrogatePair(clean[i], clean[i + 1]))
                {
                    i++;
                }
                else if (clean[i] == '\0' || char.IsSurrogate(clean[i]))
                {
                    clean[i] = Replacement;
                }
            }
        });
    }

    /// <summary>A date in ticks of 100 ns since 0001-01-01, UTC, which keeps what a timestamp of the server cuts off; null stays null.</summary>
    public static long? Ticks(DateTimeOffset? date) => date?.UtcTicks;

    /// <summary>Reads a column that holds ticks.</summary>
    public static DateTimeOffset Date(NpgsqlDataReader reader, int column) => new(reader.GetInt64(column), TimeSpan.Zero);

    /// <summary>Reads a column that holds ticks or null.</summary>
    public static DateTimeOffset? DateOrNull(NpgsqlDataReader reader, int column) => reader.IsDBNull(column) ? null : Date(reader, column);

    /// <summary>Reads a column that holds a text or null.</summary>
    public static string? TextOrNull(NpgsqlDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetString(column);

    /// <summary>Reads a column that holds a whole number or null.</summary>
    public static int? WholeOrNull(NpgsqlDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetInt32(column);

    /// <summary>Texts as a JSON array.</summary>
    public static string Texts(IReadOnlyList<string> texts) => JsonSerializer.Serialize(texts, TextOptions);

    /// <summary>Reads what <see cref="Texts"/> wrote.</summary>
    public static string[] ParseTexts(string json) => JsonSerializer.Deserialize<string[]>(json, TextOptions) ?? [];

    /// <summary>An embedding as IEEE 754 single precision, little-endian: 4 bytes a number.</summary>
    public static byte[] Embedding(ReadOnlySpan<float> values)
    {
        byte[] bytes = new byte[values.Length * sizeof(float)];
        for (int i = 0; i < values.Length; i++)
        {
            BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(i * sizeof(float)), values[i]);
        }

        return bytes;
    }

    /// <summary>Reads a column that <see cref="Embedding"/> wrote.</summary>
    public static float[] Numbers(NpgsqlDataReader reader, int column)
    {
        byte[] bytes = reader.GetFieldValue<byte[]>(column);
        if (bytes.Length == 0 || bytes.Length % sizeof(float) != 0)
        {
            throw new FormatException(FormattableString.Invariant($"An embedding of {bytes.Length} bytes is not one of whole numbers of {sizeof(float)} bytes."));
        }

        float[] values = new float[bytes.Length / sizeof(float)];
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = BinaryPrimitives.ReadSingleLittleEndian(bytes.AsSpan(i * sizeof(float)));
        }

        return values;
    }
}
