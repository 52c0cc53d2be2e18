using System.Text.RegularExpressions;
using Pipeline.TestSupport;

namespace Pipeline.Adapters.BigQuery.Tests;

/// <summary>What docs/bigquery.md says of the tables and the faults is what the code makes and the tests play.</summary>
[TestClass]
public sealed partial class DocumentationTests
{
    private static readonly string Page = File.ReadAllText(Path.Combine(SharedFiles.RepositoryRoot, "docs/bigquery.md"));

    [TestMethod]
    public void Every_table_is_described()
    {
        BigQueryTables.All.Count.ShouldBe(16);
        BigQueryTables.All.Keys.Where(table => !Page.Contains($"`{table}`", StringComparison.Ordinal)).ShouldBeEmpty();
    }

    [TestMethod]
    public void Every_fault_is_a_test()
    {
        string[] named = [.. TestPattern().Matches(Page).Select(match => match.Groups["test"].Value)];
        string[] tests = [.. typeof(DocumentationTests).Assembly.GetTypes().SelectMany(type => type.GetMethods()).Where(method => method.IsDefined(typeof(TestMethodAttribute), inherit: true)).Select(method => method.Name)];

        named.Length.ShouldBeGreaterThan(20);
        named.Except(tests, StringComparer.Ordinal).ShouldBeEmpty();
    }

    [GeneratedRegex(@"\| `(?<test>[A-Za-z0-9_]+)` \|\n", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex TestPattern();
}
