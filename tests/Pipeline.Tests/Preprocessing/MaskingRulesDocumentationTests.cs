using Pipeline.Preprocessing;
using Pipeline.TestSupport;

namespace Pipeline.Tests.Preprocessing;

/// <summary>What is said to be masked is what the rules mask.</summary>
[TestClass]
public sealed class MaskingRulesDocumentationTests
{
    [TestMethod]
    public void The_README_lists_each_token_that_the_rules_put_in_and_no_other()
    {
        string[] listed = [.. FirstCells("README.md").SelectMany(Quoted).Where(text => text.StartsWith('<'))];

        listed.ShouldBe(MaskingRules.Default.Select(rule => rule.Replacement).Distinct(StringComparer.Ordinal), ignoreOrder: true);
    }

    [TestMethod]
    public void The_page_on_masking_names_each_rule_and_no_other()
    {
        string[] named = [.. FirstCells("docs/masking.md").SelectMany(Quoted)];

        named.ShouldBe(MaskingRules.Default.Select(rule => rule.Name), ignoreOrder: true);
    }

    private static IEnumerable<string> FirstCells(string file) =>
        File.ReadLines(Path.Combine(SharedFiles.RepositoryRoot, file)).Where(line => line.StartsWith("| `", StringComparison.Ordinal)).Select(line => line.Split('|')[1]);

    /// <summary>What stands between back quotes.</summary>
    private static IEnumerable<string> Quoted(string cell) => cell.Split('`').Where((_, i) => i % 2 == 1);
}
