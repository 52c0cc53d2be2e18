using Google.Cloud.BigQuery.V2;

namespace Pipeline.Adapters.BigQuery;

/// <summary>Parameters of statements: values never become part of their text.</summary>
internal static class Parameter
{
    public static BigQueryParameter Text(string name, string? value) => new(name, BigQueryDbType.String, value);

    public static BigQueryParameter Number(string name, long value) => new(name, BigQueryDbType.Int64, value);

    public static BigQueryParameter Texts(string name, IEnumerable<string> values) => new(name, BigQueryDbType.Array, values.ToArray()) { ArrayElementType = BigQueryDbType.String };

    /// <summary>
    /// The days from that of <paramref name="first"/> to that of <paramref name="last"/>, whole, as the parameters firstInstant and lastInstant that choose partitions: the beginning
    /// of the one and the end of the other, both within the range; none where both are null.
    /// </summary>
    public static BigQueryParameter[] Days(DateTime? first, DateTime? last) =>
    [
        new("firstInstant", BigQueryDbType.Timestamp, first is { } begin ? BigQueryFormat.FirstOfDay(begin) : null),
        new("lastInstant", BigQueryDbType.Timestamp, last is { } end ? BigQueryFormat.LastOfDay(end) : null),
    ];
}
