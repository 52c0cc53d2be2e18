using Npgsql;
using NpgsqlTypes;

namespace Pipeline.Adapters.PostgreSql;

/// <summary>The parameters of a statement, each with the type that the server is told. An array stands for a column of rows: <c>unnest</c> makes rows of several.</summary>
internal static class SqlValue
{
    /// <summary>A text or null.</summary>
    public static NpgsqlParameter Text(string name, string? value) => Of(name, NpgsqlDbType.Text, PostgreSqlFormat.Text(value));

    /// <summary>A whole number or null.</summary>
    public static NpgsqlParameter Whole(string name, long? value) => Of(name, NpgsqlDbType.Bigint, value);

    /// <summary>A date in ticks, or null.</summary>
    public static NpgsqlParameter Date(string name, DateTimeOffset? value) => Whole(name, PostgreSqlFormat.Ticks(value));

    /// <summary>A number.</summary>
    public static NpgsqlParameter Real(string name, double value) => Of(name, NpgsqlDbType.Double, value);

    /// <summary>Yes or no.</summary>
    public static NpgsqlParameter Flag(string name, bool value) => Of(name, NpgsqlDbType.Boolean, value);

    /// <summary>A column of texts.</summary>
    public static NpgsqlParameter Texts(string name, IEnumerable<string?> values) => Of(name, NpgsqlDbType.Array | NpgsqlDbType.Text, values.Select(PostgreSqlFormat.Text).ToArray());

    /// <summary>A column of whole numbers.</summary>
    public static NpgsqlParameter Wholes(string name, IEnumerable<long?> values) => Of(name, NpgsqlDbType.Array | NpgsqlDbType.Bigint, values.ToArray());

    /// <summary>A column of dates, in ticks.</summary>
    public static NpgsqlParameter Dates(string name, IEnumerable<DateTimeOffset?> values) => Wholes(name, values.Select(PostgreSqlFormat.Ticks));

    /// <summary>A column of numbers.</summary>
    public static NpgsqlParameter Reals(string name, IEnumerable<double?> values) => Of(name, NpgsqlDbType.Array | NpgsqlDbType.Double, values.ToArray());

    /// <summary>A column of bytes.</summary>
    public static NpgsqlParameter Bytes(string name, IEnumerable<byte[]?> values) => Of(name, NpgsqlDbType.Array | NpgsqlDbType.Bytea, values.ToArray());

    private static NpgsqlParameter Of(string name, NpgsqlDbType type, object? value) => new(name, type) { Value = value ?? DBNull.Value };
}
