using System.Text.RegularExpressions;
using Pipeline.Contracts;

namespace Pipeline.Adapters.BigQuery.Tests;

[TestClass]
public sealed partial class BigQuerySqlTests
{
    [TestMethod]
    public void Every_write_raises_the_lock_before_anything_else_and_ends_with_its_commit()
    {
        foreach (string[] write in (string[][])[["upsert-incidents"], ["set-watermark"], ["save-preprocessed"], ["save-preprocessed", "set-watermark"], ["save-predictions"], ["open-training-run"], ["finish-training-center"], ["close-training-run"], ["set-setting"], ["save-measures"], ["purge-measures"], ["raise-alert"], ["update-alert"], ["purge-alerts"], ["remove-incidents"], ["rebuild-search"]])
        {
            string[] script = Statements(BigQuerySql.Transaction(write).Sql);
            string[] statements = [.. script.SkipWhile(statement => statement.StartsWith("DECLARE", StringComparison.Ordinal))];
            statements[0].ShouldBe("BEGIN TRANSACTION");
            statements[1].ShouldStartWith("UPDATE write_lock");
            statements[^1].ShouldBe("COMMIT TRANSACTION");
            script.Length.ShouldBe(4 + write.Sum(name => Statements(BigQuerySql.Get(name)).Length));
        }
    }

    [TestMethod]
    [DataRow("upsert-incidents", 2)]
    [DataRow("save-preprocessed", 3)]
    [DataRow("save-predictions", 3)]
    [DataRow("rebuild-search", 1)]
    public void The_staging_table_is_named_wherever_it_is_read(string name, int times)
    {
        string sql = BigQuerySql.From(BigQuerySql.Get(name), "staging_1");
        (sql.Split("`staging_1` AS ").Length - 1).ShouldBe(times);
        Statements(sql).ShouldAllBe(statement => !statement.Contains(" staging ", StringComparison.Ordinal));
    }

    [TestMethod]
    public void Statements_read_no_column_that_is_not_staged()
    {
        Check("upsert-incidents", "staged", StagedRows.Of([Rows.Incident("A")], CancellationToken.None));
        Check("save-preprocessed", "staged|source", StagedRows.Of([Rows.Preprocessed("A")], [], CancellationToken.None));
        Check("rebuild-search", "staged", StagedRows.Entries([Rows.Preprocessed("A")], CancellationToken.None));
        Check("save-predictions", "staged|source", StagedRows.Of([Rows.Answer("A")], CancellationToken.None));
    }

    [TestMethod]
    public void A_statement_that_does_not_exist_is_refused() => Should.Throw<ArgumentException>(() => BigQuerySql.Get("no-such")).Message.ShouldContain("no-such");

    private static void Check(string name, string aliases, StagedRows rows)
    {
        string[] read = [.. ColumnPattern().Matches(BigQuerySql.Get(name)).Where(match => aliases.Split('|').Contains(match.Groups["alias"].Value, StringComparer.Ordinal)).Select(match => match.Groups["column"].Value).Distinct(StringComparer.Ordinal)];
        read.ShouldNotBeEmpty();
        read.Except(rows.Columns.Select(column => column.Name), StringComparer.Ordinal).ShouldBeEmpty();
    }

    private static string[] Statements(string sql) => string
        .Join('\n', sql.Split('\n').Where(line => !line.TrimStart().StartsWith("--", StringComparison.Ordinal)))
        .Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    [GeneratedRegex(@"\b(?<alias>[a-z]+)\.(?<column>[a-z_]+)\b", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex ColumnPattern();
}
