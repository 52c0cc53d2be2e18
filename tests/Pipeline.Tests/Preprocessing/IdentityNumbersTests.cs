using Pipeline.Preprocessing;

namespace Pipeline.Tests.Preprocessing;

/// <summary>Identity and tax numbers are recognised by their check digits; all numbers here are published examples or made to pass.</summary>
[TestClass]
public sealed class IdentityNumbersTests
{
    private static readonly Masker Default = new(MaskingRules.Default);

    [TestMethod]
    [DataRow("529.982.247-25", "529.982.247-26")]
    [DataRow("52998224725", "52998224735")]
    [DataRow("11.222.333/0001-81", "11.222.333/0001-82")]
    [DataRow("11222333000181", "11222333000191")]
    [DataRow("12.ABC.345/01DE-35", "12.ABC.345/01DE-36")]
    [DataRow("86 095 742 719", "86 095 742 718")]
    [DataRow("86095742719", "86095742710")]
    [DataRow("12345678Z", "12345678A")]
    [DataRow("X1234567L", "X1234567M")]
    [DataRow("1 85 05 78 006 084 91", "1 85 05 78 006 084 92")]
    [DataRow("185057800608491", "185057800608492")]
    [DataRow("732 829 320 00074", "732 829 320 00075")]
    [DataRow("FR40303265045", "FR41303265045")]
    [DataRow("RSSMRA85T10A562S", "RSSMRA85T10A562T")]
    [DataRow("1112.22.333", "1112.22.334")]
    [DataRow("44051401458", "44051401459")]
    [DataRow("123-456-32-18", "123-456-32-19")]
    [DataRow("AB123456C", "BG123456C")]
    [DataRow("219-09-9999", "000-09-9999")]
    [DataRow("900-70-1234", "900-66-1234")]
    [DataRow("2345 6789 1238", "2345 6789 1239")]
    [DataRow("ABCPE1234F", "ABCZE1234F")]
    [DataRow("11010519491231002X", "110105194912310021")]
    public void A_number_that_two_checks_vouch_for_needs_no_label(string valid, string invalid)
    {
        Default.Mask($"see {valid} there").ShouldBe("see <id> there");
        Default.Mask($"see {invalid} there").ShouldNotContain("<id>");
    }

    [TestMethod]
    [DataRow("CIF {0}", "A58818501", "A58818502")]
    [DataRow("contribuinte {0}", "123456789", "123456780")]
    [DataRow("SIREN {0}", "732829320", "732829321")]
    [DataRow("SIRET n° {0}", "73282932000074", "73282932000075")]
    [DataRow("partita IVA {0}", "12345678903", "12345678904")]
    [DataRow("NIP {0}", "1234563218", "1234563219")]
    [DataRow("UTR {0}", "1123456789", "2123456789")]
    [DataRow("EIN {0}", "12-3456789", "07-3456789")]
    [DataRow("PAN card {0}", "ABCCE1234F", "ABCZE1234F")]
    [DataRow("my number {0}", "123456789018", "123456789019")]
    public void A_number_with_one_check_or_none_needs_its_label(string form, string valid, string invalid)
    {
        string Masked(string number) => Default.Mask(string.Format(System.Globalization.CultureInfo.InvariantCulture, form, number));

        Masked(valid).ShouldBe(string.Format(System.Globalization.CultureInfo.InvariantCulture, form, "<id>"));
        Masked(invalid).ShouldNotContain("<id>");
        Default.Mask($"ticket {valid} there").ShouldBe($"ticket {valid} there");
    }

    [TestMethod]
    [DataRow("NHS number 943 476 5919", "NHS number <id>")]
    [DataRow("BSN 111222333", "BSN <id>")]
    [DataRow("PESEL: 12345", "PESEL: <id>")]
    [DataRow("Steuernummer 21/815/08150", "Steuernummer <id>")]
    [DataRow("numéro de sécurité sociale : 185057800608400", "numéro de sécurité sociale : <id>")]
    [DataRow("身份证号码：110105194912310021", "身份证号码：<id>")]
    [DataRow("身份证号11010519491231002X无法登录", "身份证号<id>无法登录")]
    [DataRow("fecha de nacimiento 12/05/1981", "fecha de nacimiento <id>")]
    [DataRow("生年月日は1981-05-12", "生年月日は<id>")]
    public void A_plain_label_is_enough(string text, string expected) => Default.Mask(text).ShouldBe(expected);

    [TestMethod]
    [DataRow("AD1200012030200359100100")]
    [DataRow("BE68 5390 0754 7034")]
    [DataRow("BR15 0000 0000 0000 1093 2840 814P 2")]
    [DataRow("CH93 0076 2011 6238 5295 7")]
    [DataRow("ES91 2100 0418 4502 0005 1332")]
    [DataRow("FR14 2004 1010 0505 0001 3M02 606")]
    [DataRow("GB82-WEST-1234-5698-7654-32")]
    [DataRow("IT60X0542811101000000123456")]
    [DataRow("MT84MALT011000012345MTLCAST001S")]
    [DataRow("nl91abna0417164300")]
    [DataRow("NO93 8601 1117 947")]
    [DataRow("PL61 1090 1014 0000 0712 1981 2874")]
    [DataRow("PT50 0002 0123 1234 5678 9015 4")]
    [DataRow("SA03 8000 0000 6080 1016 7519")]
    public void Account_numbers_of_all_countries_are_masked_and_misspelt_ones_are_not(string iban)
    {
        Default.Mask($"to {iban} please").ShouldBe("to <iban> please");
        string misspelt = iban[..3] + (char)('0' + ((iban[3] - '0' + 1) % 10)) + iban[4..];
        Default.Mask($"to {misspelt} please").ShouldNotContain("<iban>");
    }

    [TestMethod]
    [DataRow("4111 1111 1111 1111", true)]
    [DataRow("5555 5555 5555 4444", true)]
    [DataRow("2223 0031 2200 3222", true)]
    [DataRow("3782 822463 10005", true)]
    [DataRow("3056 930902 5904", true)]
    [DataRow("6011 1111 1111 1117", true)]
    [DataRow("3530 1113 3330 0000", true)]
    [DataRow("6759 6498 2643 8453", true)]
    [DataRow("2016 0230 1234 5676", false)]
    [DataRow("353555080301662", false)]
    [DataRow("2582318221.714106", false)]
    public void Cards_are_those_of_issuers(string number, bool card) => Default.Mask($"see {number}.").Contains("<card>", StringComparison.Ordinal).ShouldBe(card);

    [TestMethod]
    public void A_number_called_a_cards_needs_only_its_check_digit() => Default.Mask("Kreditkarte Nr. 1234567890123452 abgelehnt").ShouldBe("Kreditkarte Nr. <card> abgelehnt");
}
