using Google.Cloud.BigQuery.V2;

namespace Pipeline.Adapters.BigQuery;

/// <summary>Parameters of statements: values never become part of their text.</summary>
internal static class Parameter
{
    public static BigQueryParameter Text(string name, string? value) => new(name, BigQueryDbType.String, value);

    public static BigQueryParameter Number(string name, long value) => new(name, BigQueryDbType.Int64, value);

    public static BigQueryParameter Texts(string name, IEnumerable<string> values) => new(name, BigQueryDbType.Array, values.ToArray()) { ArrayElementType = BigQueryDbType.String };

    /// <summary>The days from <paramref name="first"/> to <paramref name="last"/>, whole, as the parameters firstDay and lastDay that choose partitions; none where both are null.</summary>
    public static BigQueryParameter[] Days(DateTime? first, DateTime? last) =>
    [
        new("firstDay", BigQueryDbType.Timestamp, first is { } begin ? BigQueryFormat.FirstOfDay(begin) : null),
        new("lastDay", BigQueryDbType.Timestamp, last is { } end ? BigQueryFormat.FirstOfDay(end).AddDays(1) : null),
    ];
}
