using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Pipeline.Incidents;
using Pipeline.Search;

namespace Pipeline.Adapters.BigQuery;

/// <summary>How dates, embeddings and fingerprints are written in a column, and back. All of it round-trips exactly.</summary>
internal static class BigQueryFormat
{
    /// <summary>A date as BigQuery's TIMESTAMP takes it: UTC, cut to the microsecond, so that <c>a &lt;= b</c> holds for timestamps wherever it holds for dates.</summary>
    public static string Timestamp(DateTimeOffset date) => date.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture);

    /// <summary>A date in ticks of 100 ns since 0001-01-01, UTC: what TIMESTAMP cuts off is kept.</summary>
    public static long Ticks(DateTimeOffset date) => date.UtcTicks;

    /// <summary>Reads what <see cref="Ticks"/> wrote; null stays null.</summary>
    public static DateTimeOffset? Date(long? ticks) => ticks is { } present ? new DateTimeOffset(present, TimeSpan.Zero) : null;

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

    /// <summary>Reads what <see cref="Embedding"/> wrote.</summary>
    public static float[] Numbers(ReadOnlySpan<byte> bytes)
    {
        float[] values = new float[bytes.Length / sizeof(float)];
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = BinaryPrimitives.ReadSingleLittleEndian(bytes[(i * sizeof(float))..]);
        }

        return values;
    }

    /// <summary>A vector as a search reads it: a byte a coordinate, 128 more than its code; null for one that is near to nothing.</summary>
    public static byte[]? Codes(ReadOnlySpan<float> values)
    {
        sbyte[] codes = new sbyte[values.Length];
        return VectorCodes.Encode(values, codes) == 0 ? null : Array.ConvertAll(codes, code => (byte)(code + 128));
    }

    /// <summary>
    /// SHA-256 over all of an incident but its number, in lower-case hexadecimal: two versions with the same one are the same. Comparing it spares BigQuery the texts.
    /// What is hashed is written so that a statement can make the same of columns (<c>pull-source.sql</c>): the two dates in ticks, and each text behind its length in bytes of UTF-8.
    /// What an incident may have beside them counts where it is there, behind the name of its column.
    /// </summary>
    public static string RowHash(Incident incident, IReadOnlyList<string> texts)
    {
        StringBuilder all = new();
        all.Append(CultureInfo.InvariantCulture, $"{incident.CreatedOn?.UtcTicks}\n{incident.UpdatedOn?.UtcTicks}");
        foreach (string part in texts.Prepend(incident.TechCenter))
        {
            all.Append(CultureInfo.InvariantCulture, $"\n{Encoding.UTF8.GetByteCount(part)}:{part}");
        }

        foreach ((string column, string? value) in Facts(incident))
        {
            if (value is not null)
            {
                all.Append(CultureInfo.InvariantCulture, $"\n{column}={Encoding.UTF8.GetByteCount(value)}:{value}");
            }
        }

        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(all.ToString())));
    }

    private static (string Column, string? Value)[] Facts(Incident incident) =>
    [
        ("priority", incident.Priority),
        ("state", incident.State),
        ("resolved_at", incident.ResolvedOn is { } resolved ? Number(resolved.UtcTicks) : null),
        ("close_notes", incident.CloseNotes),
        ("reopen_count", incident.ReopenCount is { } count ? Number(count) : null),
        ("location", incident.Location),
        ("cmdb_ci", incident.ConfigurationItem),
    ];

    /// <summary>The first instant of a date's day.</summary>
    public static DateTimeOffset FirstOfDay(DateTimeOffset date) => new(date.UtcDateTime.Date, TimeSpan.Zero);

    /// <summary>The last instant of a date's day that a TIMESTAMP can hold: its last microsecond. The next day's first instant would read that day's partition as well, and 9999-12-31 has no next day.</summary>
    public static DateTimeOffset LastOfDay(DateTimeOffset date) => FirstOfDay(date) + (TimeSpan.FromDays(1) - TimeSpan.FromMicroseconds(1));

    /// <summary>A date as a parameter of a statement takes it.</summary>
    public static string Parameter(DateTimeOffset date) => date.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss.ffffff'+00:00'", CultureInfo.InvariantCulture);

    /// <summary>A whole number as a parameter or a cell takes it.</summary>
    public static string Number(long value) => value.ToString(CultureInfo.InvariantCulture);

    /// <summary>Reads a cell of a time: microseconds since 1970.</summary>
    public static DateTimeOffset Time(string microseconds) => DateTimeOffset.UnixEpoch.AddTicks(long.Parse(microseconds, CultureInfo.InvariantCulture) * TimeSpan.TicksPerMicrosecond);
}
