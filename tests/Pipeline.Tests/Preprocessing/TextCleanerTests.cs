using System.Text;
using Pipeline.Preprocessing;

namespace Pipeline.Tests.Preprocessing;

[TestClass]
public sealed class TextCleanerTests
{
    [TestMethod]
    [DataRow("<p>Outlook&nbsp;<b>crashes</b></p><br/>again", "Outlook crashes\nagain")]
    [DataRow("<!-- note --><style>p { color: red }</style>printer &lt;br&gt; jam", "printer\njam")]
    [DataRow("a &lt; b &amp;&amp; c > d", "a < b && c > d")]
    [DataRow("[code]<i>x</i>[/code] fails", "x fails")]
    [DataRow("tab\tand \0 control \u200B  spaces\r\n\r\n next", "tab and control spaces\nnext")]
    [DataRow("Hello team,\nVPN is down\nThanks & Regards,", "VPN is down")]
    [DataRow("Hi all, my screen is black", "my screen is black")]
    [DataRow("Printer jam\nBest regards\n--\nMany thanks!", "Printer jam")]
    [DataRow("From: Bob Doe\nSent: Monday\nTo: Service Desk\nSubject: RE: VPN down\n\nstill down", "VPN down\nstill down")]
    [DataRow("from: bob@example.com\nstill down", "still down")]
    [DataRow("cafe\u0301", "café")]
    [DataRow("Sent from my iPhone", "")]
    [DataRow("INC\u202E0042\u202C and \u2066isolate\u2069, soft\u00ADhyphen", "INC0042 and isolate, softhyphen")]
    [DataRow("one\u2028two\u2029three\u0085four\vfive", "one\ntwo\nthree\nfour five")]
    [DataRow("Guten Tag zusammen,\nDrucker steht\nMit freundlichen Grüßen", "Drucker steht")]
    [DataRow("Sehr geehrte Damen und Herren,\nDrucker steht\nViele Grüße\n<name>", "Drucker steht")]
    [DataRow("Bonjour à tous,\nimprimante en panne\nCordialement, <name>", "imprimante en panne")]
    [DataRow("Prezados colegas,\nimpressora parada\nAtenciosamente", "impressora parada")]
    [DataRow("Hi <name>,\nprinter jam\nKind regards,\n<name>", "printer jam")]
    [DataRow("From: <name>\nSent: Monday\nfrom: <email>\nprinter jam", "printer jam")]
    public void Noise_is_taken_out(string text, string expected) => TextCleaner.Clean(text).ShouldBe(expected);

    [TestMethod]
    [DataRow("To: field is greyed out in Outlook")]
    [DataRow("From 10 am the hello screen hangs")]
    [DataRow("Thanks to the update the printer fails")]
    [DataRow("if a<b then c>d")]
    [DataRow("contact <email> or <user>")]
    [DataRow("Regards window does not close")]
    [DataRow("Danke-Seite lädt nicht")]
    [DataRow("<name> cannot print")]
    public void What_may_be_the_problem_stays(string text) => TextCleaner.Clean(text).ShouldBe(text);

    [TestMethod]
    public void Cleaning_twice_changes_nothing()
    {
        string[] pieces = ["<p>", "&lt;", "br", "&gt;", "&amp;", "Hi team, ", "Thanks", "\n", "From: a", "Subject: ", " ", "text", "e\u0301", "--", "<!--", "-->", ",", "[code]"];
        Random random = new(11);
        for (int round = 0; round < 3000; round++)
        {
            string once = TextCleaner.Clean(string.Concat(Enumerable.Range(0, random.Next(1, 12)).Select(_ => pieces[random.Next(pieces.Length)])));
            TextCleaner.Clean(once).ShouldBe(once);
        }
    }

    [TestMethod]
    [DataRow("<!--")]
    [DataRow("<p ")]
    [DataRow("&lt;")]
    [DataRow("Hi all, ")]
    [DataRow("Thanks and ")]
    [DataRow("\u0301\u0323")]
    public void A_hostile_text_ends(string piece)
    {
        string cleaned = TextCleaner.Clean(new StringBuilder().Insert(0, piece, 300_000 / piece.Length).ToString());

        TextCleaner.Clean(cleaned).ShouldBe(cleaned);
    }

    [TestMethod]
    [DataRow("e\u0301", "é")]
    [DataRow("a\u0302\u0323", "ậ")]
    [DataRow("\u00E2\u0323", "ậ")]
    [DataRow("\u212B", "Å")]
    [DataRow("\u1112\u1161\u11AB", "한")]
    [DataRow("\uD55C", "한")]
    [DataRow("\u0915\u093C", "\u0915\u093C")]
    [DataRow("\u0438\u0306", "й")]
    [DataRow("q\u0307\u0323", "q\u0323\u0307")]
    [DataRow("a\u0346\u0301", "a\u0346\u0301", DisplayName = "a mark of the same class before it keeps a mark from its letter")]
    [DataRow("a\u0315\u0300", "\u00E0\u0315", DisplayName = "a mark of a higher class does not")]
    public void Texts_are_composed_canonically(string text, string expected)
    {
        CanonicalForm.Compose(text).ShouldBe(expected);
        CanonicalForm.Compose(CanonicalForm.Decompose(text)).ShouldBe(expected);
    }
}
