using System.Collections;
using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Pipeline.Adapters.BigQuery.Tests;

/// <summary>
/// The adapter's statements as DuckDB reads them: what differs between the two dialects, as far as the statements need it. Values become literals, script variables those of the session.
/// That the statements are GoogleSQL at all is for Google's own analyzer to say (tests/Infra.Tests).
/// </summary>
internal static partial class DuckSql
{
    public const string Functions = """
        CREATE MACRO UNIX_MICROS(moment) AS epoch_us(moment);
        CREATE MACRO UNIX_MILLIS(moment) AS epoch_ms(moment);
        CREATE MACRO DIV(dividend, divisor) AS dividend // divisor;
        CREATE MACRO BYTE_LENGTH(bytes) AS octet_length(bytes);
        CREATE MACRO CODES(bytes) AS [CAST('0x' || substr(hex(bytes), 2 * place + 1, 2) AS BIGINT) FOR place IN range(octet_length(bytes))];
        CREATE MACRO FARM_FINGERPRINT(text) AS CAST(hash(text) >> 1 AS BIGINT);
        CREATE MACRO MICROSECONDS_BETWEEN(later, earlier) AS date_diff('microsecond', earlier, later);
        """;

    private static readonly (string Pattern, string Replacement)[] Rules =
    [
        (@"`", "\""),
        (@" FOR SYSTEM_TIME AS OF @at\b", ""),
        (@"\bSTRING\b", "VARCHAR"),
        (@"\bINT64\b", "BIGINT"),
        (@"\bFLOAT64\b", "DOUBLE"),
        (@"\bBYTES\b", "BLOB"),
        (@"ARRAY<(\w+)>", "$1[]"),
        (@"\nPARTITION BY [^;]*", ""),
        (@"TIMESTAMP_TRUNC\(([\w.]+), DAY\)", "date_trunc('day', $1)"),
        (@"TIMESTAMP_DIFF\(([\w.]+), ([\w.]+), MICROSECOND\)", "MICROSECONDS_BETWEEN($1, $2)"),
        (@"ARRAY_AGG\(DISTINCT (.*) IGNORE NULLS\)", "list(DISTINCT $1) FILTER ($1 IS NOT NULL)"),
        (@"TO_HEX\(SHA256\(", "(sha256("),
        (@"UNNEST\(\[STRUCT\(([^()]*)\)\]\) AS (\w+)", "(SELECT $1) AS $2"),
        (@"(@\w+)\[OFFSET\((\w+)\)\]", "list_extract($1, $2 + 1)"),
        (@"FROM UNNEST\(TO_CODE_POINTS\(([\w.]+)\)\) AS (\w+) WITH OFFSET AS (\w+)", "FROM (SELECT unnest(CODES($1)) AS $2, unnest(range(octet_length($1))) AS $3)"),
        (@"CROSS JOIN UNNEST\(([\w.]+)\) AS (\w+)", "CROSS JOIN LATERAL (SELECT unnest($1) AS $2)"),
        (@"FROM UNNEST\(([^()]*)\) AS (\w+)", "FROM (SELECT unnest($1) AS $2)"),
        (@"(date_trunc\([^()]*\)|CONCAT\(.*\)|[\w.]+) IN UNNEST\(([^()]*)\)", "list_contains($2, $1)"),
        (@"COUNTIF\(([^()]*)\)", "COUNT(*) FILTER ($1)"),
        (@"UNION DISTINCT", "UNION"),
    ];

    /// <summary>A script's statements one by one, its parameters and variables in place.</summary>
    public static IEnumerable<string> Statements(string sql, IReadOnlyList<QueryParameter> parameters, DateTimeOffset now)
    {
        string[] statements = CommentPattern().Replace(sql, "").Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        string[] variables = [.. statements.Select(statement => DeclarationPattern().Match(statement)).Where(match => match.Success).Select(match => match.Groups["name"].Value)];
        Dictionary<string, string> values = parameters.ToDictionary(parameter => parameter.Name, Literal, StringComparer.Ordinal);
        foreach (string statement in statements.Where(statement => !DeclarationPattern().IsMatch(statement)).SelectMany(OneChangeEach))
        {
            string text = Rules.Aggregate(statement, (current, rule) => Replaced(current, rule.Pattern, rule.Replacement));
            text = text.Replace("CURRENT_TIMESTAMP()", Literal(new QueryParameter("now", "TIMESTAMP", BigQueryFormat.Parameter(now))), StringComparison.Ordinal);
            text = AssignmentPattern().Replace(text, "SET VARIABLE ${name} =");
            foreach (string variable in variables)
            {
                text = Replaced(text, $@"(?<!VARIABLE )\b{variable}\b", $"getvariable('{variable}')");
            }

            yield return ParameterPattern().Replace(text, match => values[match.Groups["name"].Value]);
        }
    }

    /// <summary>Whether a statement gives rows.</summary>
    public static bool IsQuery(string statement) => statement.StartsWith("SELECT", StringComparison.Ordinal) || statement.StartsWith("WITH", StringComparison.Ordinal);

    /// <summary>A column as CREATE TABLE declares it.</summary>
    public static string Declaration(StagedColumn column) => $"{column.Name} {DuckType(column.Type)}{column.Mode switch { StagedColumn.Repeated => "[]", StagedColumn.Required => " NOT NULL", _ => "" }}";

    /// <summary>DuckDB's name of a type as BigQuery's schemas have it.</summary>
    public static string TypeOf(string type) => type.Replace("VARCHAR", "STRING", StringComparison.Ordinal).Replace("BIGINT", "INTEGER", StringComparison.Ordinal).Replace("DOUBLE", "FLOAT", StringComparison.Ordinal).Replace("BLOB", "BYTES", StringComparison.Ordinal);

    /// <summary>A value as BigQuery's interface writes it.</summary>
    public static object Cell(object value) => value switch
    {
        string text => text,
        bool flag => flag ? "true" : "false",
        double number => number.ToString("R", CultureInfo.InvariantCulture),
        DateTime time => ((time - DateTime.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond).ToString(CultureInfo.InvariantCulture),
        Stream bytes => Base64(bytes),
        byte[] bytes => Convert.ToBase64String(bytes),
        IEnumerable elements => elements.Cast<object?>().Select(element => element is null ? "" : (string)Cell(element)).ToArray(),
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => throw new InvalidOperationException($"DuckDB gave a {value.GetType()}."),
    };

    /// <summary>A member of a line of JSON as a literal of its column's type.</summary>
    public static string Literal(JsonElement row, StagedColumn column)
    {
        if (!row.TryGetProperty(column.Name, out JsonElement value))
        {
            return column.Mode == StagedColumn.Repeated ? "[]" : "NULL";
        }

        return column.Mode == StagedColumn.Repeated
            ? $"CAST([{string.Join(", ", value.EnumerateArray().Select(element => Literal(element, column.Type)))}] AS {DuckType(column.Type)}[])"
            : Literal(value, column.Type);
    }

    private static string Literal(JsonElement value, string type) => type switch
    {
        "BYTES" => $"from_base64({Quoted(value.GetString()!)})",
        "TIMESTAMP" => $"TIMESTAMP {Quoted(value.GetString()!.TrimEnd('Z'))}",
        "FLOAT" => $"CAST({Quoted(value.ToString())} AS DOUBLE)",
        _ => value.ValueKind == JsonValueKind.String ? Quoted(value.GetString()!) : value.GetRawText(),
    };

    private static string Literal(QueryParameter parameter) => parameter.Values is { } values
        ? $"CAST([{string.Join(", ", values.Select(value => Literal(parameter.Type, value)))}] AS {DuckType(parameter.Type)}[])"
        : Literal(parameter.Type, parameter.Value);

    private static string Literal(string type, string? value) => (type, value) switch
    {
        (_, null) => $"CAST(NULL AS {DuckType(type)})",
        ("FLOAT64", _) => $"CAST('{value}' AS DOUBLE)",
        ("INT64", _) => $"CAST({value} AS BIGINT)",
        ("TIMESTAMP", _) => $"TIMESTAMP {Quoted(value.Replace("+00:00", "", StringComparison.Ordinal))}",
        _ => Quoted(value),
    };

    private static string Replaced(string text, string pattern, string replacement) => Regex.Replace(text, pattern, replacement, RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1));

    private static string Quoted(string text) => $"'{text.Replace("'", "''", StringComparison.Ordinal)}'";

    private static string DuckType(string type) => type switch
    {
        "STRING" => "VARCHAR",
        "INTEGER" or "INT64" => "BIGINT",
        "FLOAT" or "FLOAT64" => "DOUBLE",
        "BYTES" => "BLOB",
        _ => type,
    };

    private static string Base64(Stream bytes)
    {
        using MemoryStream copy = new();
        bytes.CopyTo(copy);
        return Convert.ToBase64String(copy.ToArray());
    }

    // DuckDB changes a table in one way at a time.
    private static IEnumerable<string> OneChangeEach(string statement)
    {
        if (!statement.StartsWith("ALTER TABLE", StringComparison.Ordinal) || statement.Contains("RENAME", StringComparison.Ordinal))
        {
            return [statement.Replace("COLUMN IF EXISTS", "COLUMN", StringComparison.Ordinal)];
        }

        string[] lines = statement.Split('\n', StringSplitOptions.TrimEntries);
        return lines[1..].Select(line => $"{lines[0]} {line.TrimEnd(',')}");
    }

    [GeneratedRegex("--.*", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex CommentPattern();

    [GeneratedRegex(@"^DECLARE (?<name>\w+) ", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex DeclarationPattern();

    [GeneratedRegex(@"^SET (?<name>\w+) =", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex AssignmentPattern();

    [GeneratedRegex(@"@(?<name>\w+)", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex ParameterPattern();
}
