using Pipeline.Preprocessing;

namespace Pipeline.Tests.Preprocessing;

/// <summary>Data in forms that programs, keyboards and people give them, and that do not get around the rules.</summary>
[TestClass]
public sealed class MaskedFormsTests
{
    private static readonly Masker Default = new(MaskingRules.Default);

    [TestMethod]
    [DataRow("card 4111‐1111‐1111‐1111", "card <card>")]
    [DataRow("card 4111‑1111‒1111–1111", "card <card>")]
    [DataRow("card 4111—1111―1111−1111", "card <card>")]
    [DataRow("call +49–30–1234567", "call <phone>")]
    [DataRow("ssn 219—09—9999", "ssn <id>")]
    [DataRow("pay to DE89–3704–0044–0532–0130–00", "pay to <iban>")]
    public void Dashes_of_word_processors_are_hyphens(string text, string expected) => Default.Mask(text).ShouldBe(expected);

    [TestMethod]
    [DataRow("４１１１ １１１１ １１１１ １１１１", "<card>")]
    [DataRow("٤١١١ ١١١١ ١١١١ ١١١١", "<card>")]
    [DataRow("४१११ ११११ ११११ ११११", "<card>")]
    [DataRow("𝟒𝟏𝟏𝟏 𝟏𝟏𝟏𝟏 𝟏𝟏𝟏𝟏 𝟏𝟏𝟏𝟏", "<card>")]
    [DataRow("電話 ＋８１－３－１２３４－５６７８", "電話 <phone>")]
    [DataRow("ｊｏｈｎ＠ｅｘａｍｐｌｅ．ｃｏｍ へ", "<email> へ")]
    [DataRow("host １０.２０.３０.４０ down", "host <ip> down")]
    [DataRow("ﾊﾟｽﾜｰﾄﾞ：ｓｅｃｒｅｔ９", "ﾊﾟｽﾜｰﾄﾞ：<secret>")]
    [DataRow("contrasen\u0303a: Verano2024!", "contrasen\u0303a: <secret>")]
    public void Full_width_and_other_scripts_digits_are_digits(string text, string expected) => Default.Mask(text).ShouldBe(expected);

    [TestMethod]
    [DataRow("card 4111.1111.1111.1111", "card <card>")]
    [DataRow("card 4111,1111,1111,1111", "card <card>")]
    [DataRow("card 4111_1111_1111_1111", "card <card>")]
    [DataRow("card 4111/1111/1111/1111", "card <card>")]
    [DataRow("cpf 529_982_247_25", "cpf <id>")]
    [DataRow("4111\u200B1111\u200D1111\u202E1111", "<card>")]
    public void Separators_and_invisible_characters_inside_a_number_do_not_hide_it(string text, string expected) => Default.Mask(text).ShouldBe(expected);

    [TestMethod]
    [DataRow("mail john＠example.com", "mail <email>")]
    [DataRow("mail john%40example.com", "mail <email>")]
    [DataRow("mail john [at] example [dot] com now", "mail <email> now")]
    [DataRow("mail john(at)example.com", "mail <email>")]
    [DataRow("mail john at example dot com", "mail <email>")]
    [DataRow("mail john.doe @ example.com, please", "mail <email>, please")]
    [DataRow("mail j-doe @ mail.example.co.uk", "mail <email>")]
    [DataRow("mail \"john doe\"@example.com", "mail <email>")]
    [DataRow("mail root@[10.1.2.3]", "mail <email>")]
    [DataRow("请联系john@example.com处理", "请联系<email>处理")]
    public void Addresses_in_disguise_are_addresses(string text, string expected) => Default.Mask(text).ShouldBe(expected);

    [TestMethod]
    [DataRow("pаsswоrd: hunter2 refused", "pаsswоrd: <secret> refused")]
    [DataRow("jоhn@exаmple.com wrote", "<email> wrote")]
    [DataRow("СORP\\jsmith locked", "<user> locked")]
    [DataRow("DЕ89 3704 0044 0532 0130 00", "<iban>")]
    public void Letters_that_look_like_latin_ones_are_taken_for_them(string text, string expected) => Default.Mask(text).ShouldBe(expected);

    [TestMethod]
    [DataRow("Принтер не печатает, версия ２")]
    [DataRow("Ο εκτυπωτής δεν λειτουργεί – σφάλμα")]
    [DataRow("ﬁle № 5 … “quoted” – ２０２４")]
    [DataRow("プリンターが動かない（２階）")]
    public void What_is_not_masked_keeps_its_own_form(string text)
    {
        Default.Mask(text).ShouldBeSameAs(text);
        Default.Mask(text + " a@b.example").ShouldBe(text + " <email>");
    }

    [TestMethod]
    [DataRow("key -----BEGIN RSA PRIVATE KEY-----\nMIIEpAIBAAKCAQEA12345678\nabcdefghijklmnop==\n-----END RSA PRIVATE KEY-----\nfails", "key <secret>\nfails")]
    [DataRow("key —BEGIN PRIVATE KEY—\nMIIEpAIBAAKCAQEA12345678\n—END PRIVATE KEY— fails", "key <secret> fails")]
    [DataRow("-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEAAAAABG5vbmU\nAAAAEbm9uZQabcdefgh", "<secret>")]
    [DataRow("\"-----BEGIN PRIVATE KEY-----\\nMIIEpAIBAAKCAQEA12345678\\n-----END PRIVATE KEY-----\\n\"", "\"<secret>\\n\"")]
    [DataRow("-----BEGIN PGP PRIVATE KEY BLOCK-----\nVersion: GnuPG v2\n\nlQOYBF2rM0UBCAC7Z1234567890\n=abcd\n-----END PGP PRIVATE KEY BLOCK-----", "<secret>")]
    public void Private_keys_are_secrets(string text, string expected) => Default.Mask(text).ShouldBe(expected);
}
