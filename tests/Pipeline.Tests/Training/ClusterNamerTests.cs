using Pipeline.Clustering;
using Pipeline.TestSupport;
using Pipeline.Training;

namespace Pipeline.Tests.Training;

[TestClass]
public sealed class ClusterNamerTests
{
    private static readonly char[] Separators = [' ', '\''];

    [TestMethod]
    public async Task Names_have_the_capitals_and_the_order_of_the_texts()
    {
        string[] names = await NamesAsync(
            ["The SAP GUI crashes at start", "my SAP GUI crashes at start", "SAP GUI crashes at start again"],
            ["Dashboard of Power BI is empty", "my dashboard of Power BI is empty", "Dashboard of Power BI is empty today"]);
        names.ShouldBe(["SAP GUI crashes at start", "Dashboard of Power BI is empty"]);
    }

    [TestMethod]
    public async Task Mail_headers_greetings_and_labels_of_forms_name_nothing()
    {
        string[] names = await NamesAsync(
            ["received from: a b\nHello, toner empty", "Von: x y\nGesendet: Montag Mai\nBetreff: toner empty", "summary: toner empty\nWorkplace kind: 7"],
            ["From: c d\nSent: Monday May\nSubject: RE: badge blocked", "description: badge blocked\nWorkplace kind: 7", "Workplace kind: 7\nbadge blocked"],
            ["Workplace kind: 8\ncamera dark", "Workplace kind: 8\ncamera dark", "Workplace kind: 8\ncamera dark"]);
        names.ShouldBe(["Toner empty", "Badge blocked", "Camera dark"]);
    }

    [TestMethod]
    public async Task What_stands_for_a_masked_value_names_nothing()
    {
        string[] names = await NamesAsync(
            ["<id> senha <secret> acesso negado", "<id>: <secret> sem acesso", "acesso <id> <secret>", "acesso ao portal <id> <secret>"],
            ["<user> <email> <phone> impressora", "impressora de <user> <email>", "<user>: <email> impressora", "<user> <email>, impressora"]);
        names.ShouldAllBe(name => !name.Contains("id", StringComparison.OrdinalIgnoreCase) && !name.Contains("secret", StringComparison.OrdinalIgnoreCase) && !name.Contains("user", StringComparison.OrdinalIgnoreCase) && !name.Contains("email", StringComparison.OrdinalIgnoreCase));
        names[0].ShouldContain("acesso", Case.Insensitive);
        names[1].ShouldContain("impressora", Case.Insensitive);
    }

    [TestMethod]
    public async Task Names_that_would_be_equal_or_open_one_another_take_on_what_tells_them_apart()
    {
        string[] names = await NamesAsync(
            ["digital badge app: pass missing", "digital badge app without pass", "digital badge app"],
            ["digital badge app: login loop", "login of digital badge app", "digital badge app"],
            ["digital badge app", "digital badge app frozen", "digital badge app frozen"]);
        names.Distinct(StringComparer.OrdinalIgnoreCase).Count().ShouldBe(3);
        names.ShouldAllBe(name => !name.Contains(',') && !names.Any(other => !string.Equals(other, name, StringComparison.Ordinal) && other.StartsWith(name, StringComparison.OrdinalIgnoreCase)));
        names[1].ShouldContain("login", Case.Insensitive);
        names[2].ShouldContain("frozen", Case.Insensitive);
    }

    [TestMethod]
    public async Task Names_of_Japanese_and_Chinese_texts_are_words_of_them()
    {
        string[] names = await NamesAsync(
            ["プリンターが印刷できません", "プリンターの印刷が遅い", "新しいプリンターで印刷できない"],
            ["打印机卡纸", "新打印机卡纸了", "三楼打印机卡纸"]);
        names[0].ShouldContain("プリンター");
        names[0].Length.ShouldBeLessThan(13);
        names[1].ShouldContain("打印机");
        names[1].Length.ShouldBeLessThan(7);
    }

    [TestMethod]
    [DataRow("Der Drucker im zweiten Stock ist defekt|Wenn ich drucke ist der Drucker defekt|Der Drucker ist defekt und ich kann nicht drucken", "Drucker")]
    [DataRow("La farola de la plaza está rota|En la plaza la farola rota|La farola rota de la calle", "farola")]
    [DataRow("L'imprimante de l'étage est en panne|Panne de l'imprimante dans le bureau|L'imprimante est en panne", "imprimante")]
    [DataRow("A troca da senha não funciona|Preciso da troca da senha na rede|Troca da senha de rede", "troca da senha")]
    public async Task Names_neither_begin_nor_end_with_function_words(string texts, string subject)
    {
        string name = (await NamesAsync(texts.Split('|')))[0];
        name.ShouldContain(subject, Case.Insensitive);
        Check(name);
    }

    [TestMethod]
    public async Task Spanish_reports_are_not_named_by_articles()
    {
        string[][] rows = [.. File.ReadLines(SharedFiles.Require("cases/names-of-stop-words/input.csv")).Skip(1).Select(line => line.Split(',', 3))];
        string[] kinds = [.. rows.Select(row => row[1]).Distinct(StringComparer.Ordinal)];
        string[] words = ["agua", "luz", "farola", "poste"];
        foreach (string kind in kinds)
        {
            string[] texts = [.. rows.Where(row => string.Equals(row[1], kind, StringComparison.Ordinal)).Select(row => row[2])];
            string[][] groups = [.. words.Select(word => texts.Where(text => text.Contains(word, StringComparison.OrdinalIgnoreCase)).ToArray()).Where(group => group.Length > 1)];
            (await NamesAsync(groups)).ShouldAllBe(name => Ends(name).All(word => !StopWords.All.Contains(word)));
        }
    }

    private static void Check(string name) => Ends(name).ShouldAllBe(word => !StopWords.All.Contains(word));

    private static string[] Ends(string name) => name.ToLowerInvariant().Split(Separators, StringSplitOptions.RemoveEmptyEntries) is var words ? [words[0], words[^1]] : [];

    private static async Task<string[]> NamesAsync(params string[][] groups)
    {
        string[] texts = [.. groups.SelectMany(group => group)];
        int[] labels = [.. groups.SelectMany((group, label) => group.Select(_ => label))];
        IReadOnlyList<GroupName> names = await new ClusterNamer(new KeywordLabeller()).NameAsync(texts, labels, [.. groups.Select(_ => Array.Empty<string>())]);
        return [.. names.Select(name => name.Label)];
    }
}
