using System.Reflection;
using System.Text.RegularExpressions;
using Pipeline.Models;
using Pipeline.TestSupport;

namespace Pipeline.Tests.Architecture;

/// <summary>The house: see docs/architecture.md.</summary>
[TestClass]
public sealed partial class FolderTests
{
    private static readonly Assembly House = typeof(ModelStore).Assembly;

    [TestMethod]
    public void No_folder_of_Pipeline_lies_on_a_circle()
    {
        SortedDictionary<string, SortedDictionary<string, string>> arrows = FolderArrows.Of(House, "Pipeline");

        arrows["Training"].ContainsKey("Models").ShouldBeTrue("or the arrows are not seen");
        FolderArrows.Circles(arrows).ShouldBeEmpty();
    }

    [TestMethod]
    public void A_circle_is_found_and_named_with_what_draws_it()
    {
        SortedDictionary<string, SortedDictionary<string, string>> arrows = FolderArrows.Of(typeof(FolderTests).Assembly, "Pipeline.Tests.Architecture.Samples");

        FolderArrows.Circles(arrows).ShouldHaveSingleItem().ShouldBe("Left, Right: Left -> Right (Hand uses Glove); Right -> Left (Glove uses Hand)");
        arrows["Outside"].Keys.ShouldBe(["Left"]);
    }

    [TestMethod]
    public void Answering_never_enters_training()
    {
        SortedDictionary<string, SortedDictionary<string, string>> arrows = FolderArrows.Of(House, "Pipeline");

        foreach (string folder in new[] { "Classification", "Models", "Preprocessing", "Problems", "Reporting" })
        {
            arrows[folder].ContainsKey("Training").ShouldBeFalse(folder);
        }
    }

    [TestMethod]
    public void The_drawing_in_the_documentation_is_that_of_the_code()
    {
        string page = File.ReadAllText(Path.Combine(SharedFiles.RepositoryRoot, "docs", "architecture.md"));
        string drawing = page[page.IndexOf("## Folders of Pipeline", StringComparison.Ordinal)..page.IndexOf("## Ports", StringComparison.Ordinal)];
        SortedDictionary<string, SortedDictionary<string, string>> drawn = new(StringComparer.Ordinal);
        foreach (Match arrow in Arrow().Matches(drawing))
        {
            drawn.TryAdd(arrow.Groups["to"].Value, new(StringComparer.Ordinal));
            drawn.TryAdd(arrow.Groups["from"].Value, new(StringComparer.Ordinal));
            drawn[arrow.Groups["from"].Value].TryAdd(arrow.Groups["to"].Value, "drawn");
        }

        SortedDictionary<string, SortedDictionary<string, string>> arrows = FolderArrows.Of(House, "Pipeline");
        string[] missing =
        [
            .. arrows.SelectMany(uses => uses.Value
                .Where(to => !drawn.ContainsKey(uses.Key) || !FolderArrows.Reach(uses.Key, drawn).Contains(to.Key))
                .Select(to => $"{uses.Key} --> {to.Key} ({to.Value})")),
        ];

        string[] invented = [.. drawn.SelectMany(uses => uses.Value.Keys.Where(to => !arrows.TryGetValue(uses.Key, out SortedDictionary<string, string>? real) || !real.ContainsKey(to)).Select(to => $"{uses.Key} --> {to}"))];

        missing.ShouldBeEmpty("draw these in docs/architecture.md");
        invented.ShouldBeEmpty("take these out of docs/architecture.md");
    }

    [GeneratedRegex("^  (?<from>[A-Za-z]+) --> (?<to>[A-Za-z]+)$", RegexOptions.Multiline | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Arrow();
}
