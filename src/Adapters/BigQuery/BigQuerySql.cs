using System.Collections.Concurrent;

namespace Pipeline.Adapters.BigQuery;

/// <summary>The statements of the warehouse: the files of the folder Sql. Tables are named without a dataset, which the query's default supplies.</summary>
internal static class BigQuerySql
{
    private const string Folder = "Pipeline.Adapters.BigQuery.Sql.";
    private const string Body = "-- body";
    private const string Staging = "staging AS ";

    private static readonly ConcurrentDictionary<string, string> Read = new(StringComparer.Ordinal);

    /// <summary>The statements of the file <paramref name="name"/>.sql.</summary>
    /// <exception cref="ArgumentException">There is no such file.</exception>
    public static string Get(string name) => Read.GetOrAdd(name, static name =>
    {
        using Stream stream = typeof(BigQuerySql).Assembly.GetManifestResourceStream($"{Folder}{name}.sql")
            ?? throw new ArgumentException($"There are no statements '{name}'.", nameof(name));
        using StreamReader reader = new(stream);
        return reader.ReadToEnd();
    });

    /// <summary>The statements of these files as one transaction that excludes every other write.</summary>
    public static string Transaction(params ReadOnlySpan<string> names)
    {
        List<string> bodies = [];
        foreach (string name in names)
        {
            bodies.Add(Get(name));
        }

        return Get("transaction").Replace(Body, string.Join('\n', bodies), StringComparison.Ordinal);
    }

    /// <summary>The statements with the name of the staging table in place: the one name that changes from call to call, which no parameter can carry.</summary>
    public static string From(string sql, string stagingTable) => sql.Replace(Staging, $"`{stagingTable}` AS ", StringComparison.Ordinal);
}
