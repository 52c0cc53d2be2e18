namespace Pipeline.Clustering.Tests.Text;

[TestClass]
public sealed class TokenizerTests
{
    [TestMethod]
    [DataRow("User can't log-in", "user can't log-in")]
    [DataRow("Disk full, server down", "disk full|server down")]
    [DataRow("Error 500 on v2.1 at 10:30", "error on v2.1 at")]
    [DataRow("mail from [EMAIL_1] and <PERSON> bounced", "mail from and bounced")]
    [DataRow("ends with a dot. Next", "ends with dot|next")]
    [DataRow("list [a] of <b> tags", "list|of|tags")]
    [DataRow("id <secret> acesso <user-2>\nnegado", "id|acesso|negado")]
    [DataRow("load <user name> as <open", "load|user name|as|open")]
    [DataRow("Überprüfung läuft", "überprüfung läuft")]
    [DataRow("L'imprimante n’est pas là, all'ufficio", "l' imprimante n' est pas là|all' ufficio")]
    [DataRow("  ...  ", "")]
    [DataRow("[unclosed", "unclosed")]
    public void Texts_are_split_into_runs_of_words(string text, string expected)
    {
        string.Join('|', Tokenizer.Split(text).Select(run => string.Join(' ', run))).ShouldBe(expected);
    }
}
