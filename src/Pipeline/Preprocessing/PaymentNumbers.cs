using System.Collections.Frozen;
using System.Globalization;

namespace Pipeline.Preprocessing;

/// <summary>Account and card numbers: by length, issuer and check digits. All take digits and capitals without separators.</summary>
internal static class PaymentNumbers
{
    /// <summary>The length of a country's IBAN: those of the register (ISO 13616) and those in use beyond it.</summary>
    private static readonly FrozenDictionary<string, int> IbanLengths =
        """
        AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BI27 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DJ27 DK18 DO28 EE20 EG29 ES24 FI18 FK18 FO18 FR27 GB22 GE22 GI23 GL18 GR27
        GT28 HN28 HR21 HU28 IE22 IL23 IQ23 IS26 IT27 JO30 KW30 KZ20 LB28 LC32 LI21 LT20 LU20 LV21 LY25 MC27 MD24 ME22 MK19 MN20 MR27 MT31 MU30 NI28 NL18 NO15 OM23 PK24 PL28
        PS29 PT25 QA29 RO24 RS22 RU33 SA24 SC31 SD18 SE24 SI19 SK24 SM27 SO23 ST25 SV28 TL23 TN24 TR26 UA29 VA22 VG24 XK20 YE30
        AO25 BF28 BJ28 CF27 CG27 CI28 CM27 CV25 DZ26 GA27 GQ27 GW25 IR26 KM27 MA28 MG27 ML28 MZ25 NE28 SN28 TD27 TG28
        """.Split((char[])[' ', '\n', '\r'], StringSplitOptions.RemoveEmptyEntries)
        .ToFrozenDictionary(entry => entry[..2], entry => int.Parse(entry.AsSpan(2), CultureInfo.InvariantCulture), StringComparer.Ordinal);

    /// <summary>How long the IBAN of a country is; 0 where it has none.</summary>
    public static int IbanLength(ReadOnlySpan<char> country) => IbanLengths.GetValueOrDefault(country.ToString());

    /// <summary>ISO 13616: the country's length, and mod 97 with the first four characters put last.</summary>
    public static bool Iban(ReadOnlySpan<char> d) => d.Length >= 15 && d.Length == IbanLength(d[..2]) && CheckDigits.Modulo97([.. d[4..], .. d[..4]]) == 1;

    /// <summary>Luhn, and a length and first digits that an issuer of cards uses (ISO/IEC 7812).</summary>
    public static bool Card(ReadOnlySpan<char> d) => d.Length is >= 13 and <= 19 && IsIssued(d) && !CheckDigits.AllEqual(d) && CheckDigits.Luhn(d);

    /// <summary>Luhn alone, for a number that is called a card's.</summary>
    public static bool LabelledCard(ReadOnlySpan<char> d) => d.Length is >= 12 and <= 19 && !CheckDigits.AllEqual(d) && CheckDigits.Luhn(d);

    private static bool IsIssued(ReadOnlySpan<char> d)
    {
        int four = int.Parse(d[..4], CultureInfo.InvariantCulture);
        return (four / 100, four) switch
        {
            ( >= 40 and <= 49, _) => d.Length is 13 or 16 or 19,
            ( >= 51 and <= 55, _) or (_, >= 2200 and <= 2204) or (_, >= 2221 and <= 2720) => d.Length == 16,
            (34 or 37, _) => d.Length == 15,
            (36 or 38 or 39, _) or (_, (>= 3000 and <= 3059) or 3095) => d.Length is 14 or 16 or 19,
            (_, >= 3528 and <= 3589) or (60 or 62 or 64 or 65 or 81 or 82, _) => d.Length is >= 16,
            (_, 5018 or 5020 or 5038 or 5612 or 5893 or 6304 or 6759 or (>= 6761 and <= 6763)) => true,
            _ => false,
        };
    }
}
