using System.Collections.Concurrent;

namespace Pipeline.Adapters.BigQuery;

/// <summary>The statements of the warehouse: the files of the folder Sql. Tables are named without a dataset, which the query's default supplies.</summary>
internal static class BigQuerySql
{
    private const string Folder = "Pipeline.Adapters.BigQuery.Sql.";
    private const string Body = "-- body";
    private const string Staging = "staging AS ";
    private const string Declaration = "DECLARE ";

    private static readonly string[] Parts = ["stored-columns", "search-filter"];
    private static readonly ConcurrentDictionary<string, string> Read = new(StringComparer.Ordinal);

    /// <summary>The statements of the file <paramref name="name"/>.sql, with the parts that several have in common where it leaves a place for them.</summary>
    /// <exception cref="ArgumentException">There is no such file.</exception>
    public static string Get(string name) => Read.GetOrAdd(name, static name =>
    {
        using Stream stream = typeof(BigQuerySql).Assembly.GetManifestResourceStream($"{Folder}{name}.sql")
            ?? throw new ArgumentException($"There are no statements '{name}'.", nameof(name));
        using StreamReader reader = new(stream);
        string statements = reader.ReadToEnd();
        return Parts.Contains(name, StringComparer.Ordinal) ? statements : Parts.Aggregate(statements, (all, part) => all.Replace($"-- {part}", Get(part).TrimEnd(), StringComparison.Ordinal));
    });

    /// <summary>The statements of these files as one transaction that excludes every other write. What they declare goes before it, where a script must declare.</summary>
    public static BigQueryScript Transaction(params ReadOnlySpan<string> names)
    {
        List<string> declarations = [];
        List<string> bodies = [];
        foreach (string name in names)
        {
            string[] lines = Get(name).Split('\n');
            declarations.AddRange(lines.Where(IsDeclaration));
            bodies.Add(string.Join('\n', lines.Where(line => !IsDeclaration(line))));
        }

        BigQueryScript transaction = InTransaction(names[0], string.Join('\n', bodies));
        return transaction with { Sql = string.Concat(declarations.Distinct(StringComparer.Ordinal).Select(line => line + '\n')) + transaction.Sql };
    }

    /// <summary>Statements that are made of the tables' columns, as one transaction that excludes every other write.</summary>
    public static BigQueryScript InTransaction(string step, string body) => new(step, Get("transaction").Replace(Body, body, StringComparison.Ordinal));

    /// <summary>The statements with the name of the staging table in place: the one name that changes from call to call, which no parameter can carry.</summary>
    public static string From(string sql, string stagingTable) => sql.Replace(Staging, $"`{stagingTable}` AS ", StringComparison.Ordinal);

    private static bool IsDeclaration(string line) => line.StartsWith(Declaration, StringComparison.Ordinal);
}

/// <summary>Statements, and the step that they are: its name is a label of their job.</summary>
/// <param name="Step">The name of the first file.</param>
/// <param name="Sql">The statements.</param>
internal sealed record BigQueryScript(string Step, string Sql)
{
    /// <summary>The most bytes that it may be billed for; null for what holds for all.</summary>
    public long? MaximumBytes { get; init; }

    /// <summary>The statements of one file, as they are.</summary>
    public static BigQueryScript Of(string name) => new(name, BigQuerySql.Get(name));

    /// <summary>The same with the name of the staging table in place.</summary>
    public BigQueryScript From(string stagingTable) => this with { Sql = BigQuerySql.From(Sql, stagingTable) };
}
