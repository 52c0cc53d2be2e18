using System.Globalization;

namespace Pipeline.Adapters.BigQuery;

/// <summary>A parameter of a statement, written as BigQuery's interface writes it.</summary>
/// <param name="Name">Its name, without the @.</param>
/// <param name="Type">STRING, INT64, FLOAT64 or TIMESTAMP; of an array, that of its elements.</param>
/// <param name="Value">Its value; null for NULL, and for an array.</param>
/// <param name="Values">The elements of an array; null for one value.</param>
public sealed record QueryParameter(string Name, string Type, string? Value, IReadOnlyList<string>? Values = null);

/// <summary>Makes parameters of statements: values never become part of their text.</summary>
internal static class Parameter
{
    public static QueryParameter Text(string name, string? value) => new(name, "STRING", value);

    public static QueryParameter Number(string name, long value) => new(name, "INT64", BigQueryFormat.Number(value));

    public static QueryParameter Time(string name, DateTimeOffset? value) => new(name, "TIMESTAMP", value is { } time ? BigQueryFormat.Parameter(time) : null);

    public static QueryParameter Texts(string name, IEnumerable<string> values) => new(name, "STRING", Value: null, [.. values]);

    public static QueryParameter Fractions(string name, IEnumerable<double> values) => new(name, "FLOAT64", Value: null, [.. values.Select(value => value.ToString("R", CultureInfo.InvariantCulture))]);

    /// <summary>Days, each as its first instant: with TIMESTAMP_TRUNC they choose partitions, and those alone, however far apart they are.</summary>
    public static QueryParameter Days(string name, IEnumerable<DateTimeOffset> days) => new(name, "TIMESTAMP", Value: null, [.. days.Select(BigQueryFormat.Parameter)]);

    /// <summary>
    /// The days from that of <paramref name="first"/> to that of <paramref name="last"/>, whole, as the parameters firstInstant and lastInstant that choose partitions: the beginning
    /// of the one and the end of the other, both within the range.
    /// </summary>
    public static QueryParameter[] Span(DateTimeOffset first, DateTimeOffset last) =>
        [Time("firstInstant", BigQueryFormat.FirstOfDay(first)), Time("lastInstant", BigQueryFormat.LastOfDay(last))];
}
