using Pipeline.Preprocessing;

namespace Pipeline.Tests.Preprocessing;

[TestClass]
public sealed class SummaryBuilderTests
{
    private static readonly Masker Masker = new(MaskingRules.Default);
    private static readonly SummaryBuilder Builder = new(Masker);

    [TestMethod]
    [DataRow("VPN down", "VPN down since noon", "VPN down since noon")]
    [DataRow("VPN down!", "vpn down", "VPN down!")]
    [DataRow("VPN down since noon", "VPN down", "VPN down since noon")]
    [DataRow("VPN down", "No tunnel", "VPN down\nNo tunnel")]
    [DataRow("VPN", "VPNs are down", "VPN\nVPNs are down")]
    [DataRow(" ", "No tunnel", "No tunnel")]
    [DataRow(null, null, "")]
    public void Columns_are_joined_without_repetition(string? first, string? second, string expected) => Builder.Build([first, second]).ShouldBe(expected);

    [TestMethod]
    public void A_datum_hidden_by_markup_is_masked()
    {
        Builder.Build(["mail bob&#64;exam<b>ple</b>.com &amp;amp; wait"]).ShouldBe("mail <email> & wait");
    }

    [TestMethod]
    public void The_names_that_greetings_and_signatures_give_away_do_not_stay()
    {
        Builder.Build(["Drucker steht", "Sehr geehrter Herr Müller,\nder Drucker steht seit heute.\nMit freundlichen Grüßen\nMax Mustermann\nEinkauf"])
            .ShouldBe("Drucker steht\nder Drucker steht seit heute.\nEinkauf");
    }

    [TestMethod]
    public void A_long_summary_is_cut_at_the_end_of_a_word()
    {
        string summary = new SummaryBuilder(Masker, 50).Build([string.Join(' ', Enumerable.Repeat("printer", 20))]);

        summary.ShouldBe("printer printer printer printer printer printer");
    }

    [TestMethod]
    public void A_word_longer_than_the_limit_is_cut_inside_but_never_inside_a_character()
    {
        string summary = new SummaryBuilder(Masker, 21).Build([string.Concat(Enumerable.Repeat("😀", 20))]);

        summary.ShouldBe(string.Concat(Enumerable.Repeat("😀", 10)));
    }

    [TestMethod]
    public void A_limit_too_short_is_refused() => Should.Throw<ArgumentOutOfRangeException>(() => new SummaryBuilder(Masker, 5)).Message.ShouldContain("20");
}
