using System.Reflection;
using Pipeline.Models;

namespace Pipeline.Tests.Architecture;

/// <summary>The house: see docs/architecture.md.</summary>
[TestClass]
public sealed class FolderTests
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
}
