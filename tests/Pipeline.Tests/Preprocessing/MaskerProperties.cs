using FsCheck;
using FsCheck.Fluent;
using Microsoft.FSharp.Core;
using Pipeline.Preprocessing;

namespace Pipeline.Tests.Preprocessing;

/// <summary>What holds for the masking of any text, tried on generated ones.</summary>
[TestClass]
public sealed class MaskerProperties
{
    private static readonly Masker Default = new(MaskingRules.Default);

    private static readonly string[] Pieces =
    [
        "password", "Passwort", " lautet ", "senha", " é ", "密码", "是", "パスワード", "は", ": ", "=", "abc12345", "Sommer2024!", "user ", "Benutzer", "name", "Owner is ", "From", "Von", "Dear ", "Hallo ", "Mr. ",
        "Max Mustermann", "John", "Anna Kowalska", "王小明", "様", "Kind regards", "MfG", ",", "\n", " ", ".", "-", "–", "/", "_", "\"", "<", ">", "@", "＠", "%40", "[at]", "example.com", "jоhn", "ﬁ", "\u200B", "\u0301",
        "4111", "1111", "４１１１", "529.982.247-25", "DE89 3704 0044 0532 0130 00", "11010519491231002X", "+49 30 1234567", "10.1.2.3", "version ", "1.2.3.4", "::1", "CORP\\", "https://", "?q=", "<email>", "<name>",
        "-----BEGIN PRIVATE KEY-----", "MIIEpAIBAAKCAQEA1234", "cpf ", "nif", "pin ", "tel ", "ext 123", "i. A. ",
    ];

    private static readonly Gen<string> Texts = Gen.OneOf(
        Gen.Elements(Pieces).ArrayOf(12).Select(string.Concat),
        Gen.Elements(Pieces).ArrayOf(4).Select(string.Concat),
        ArbMap.Default.GeneratorFor<NonNull<string>>().Select(text => text.Get));

    [TestMethod]
    public void Masking_a_masked_text_changes_nothing() => Hold(text =>
    {
        string once = Default.Mask(text);
        return string.Equals(Default.Mask(once), once, StringComparison.Ordinal);
    });

    [TestMethod]
    public void Making_a_plain_text_plain_changes_nothing() => Hold(text =>
    {
        string plain = TextCleaner.Plain(text);
        return string.Equals(TextCleaner.Plain(plain), plain, StringComparison.Ordinal);
    });

    [TestMethod]
    public void A_text_without_anything_to_mask_is_the_same_instance() => Hold(text =>
    {
        string masked = Default.Mask(text);
        return !string.Equals(masked, text, StringComparison.Ordinal) || ReferenceEquals(masked, text);
    });

    private static void Hold(Func<string, bool> property) =>
        FsCheck.Check.One(Config.QuickThrowOnFailure.WithMaxTest(1500).WithReplay(FSharpOption<Replay>.Some(new Replay(new Rnd(20261124, 7), FSharpOption<int>.None))), Prop.ForAll(Texts.ToArbitrary(), property));
}
