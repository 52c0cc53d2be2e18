using System.Collections.Frozen;
using System.Globalization;

namespace Pipeline.Preprocessing;

/// <summary>
/// Whether a number is a valid identity or tax number of a country. All take digits and capitals without separators. docs/masking.md says how likely
/// each is met by chance.
/// </summary>
internal static class IdentityNumbers
{
    private const string SpanishLetters = "TRWAGMYFPDXBNJZSQVHLCKE";

    /// <summary>What letters and digits in odd places count in an Italian tax code, 0 to 9 as A to J.</summary>
    private static readonly byte[] ItalianOdd = [1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23];

    private static readonly FrozenSet<string> EinPrefixes = FrozenSet.ToFrozenSet(
        """
        01 02 03 04 05 06 10 11 12 13 14 15 16 20 21 22 23 24 25 26 27 30 31 32 33 34 35 36 37 38 39 40 41 42 43 44 45 46 47 48 50 51 52 53 54 55 56 57 58 59
        60 61 62 63 64 65 66 67 68 71 72 73 74 75 76 77 80 81 82 83 84 85 86 87 88 90 91 92 93 94 95 98 99
        """.Split((char[])[' ', '\n', '\r'], StringSplitOptions.RemoveEmptyEntries));

    private static readonly FrozenSet<string> ChineseRegions = FrozenSet.ToFrozenSet(
        "11 12 13 14 15 21 22 23 31 32 33 34 35 36 37 41 42 43 44 45 46 50 51 52 53 54 61 62 63 64 65 71 81 82 83".Split(' '));

    /// <summary>Brazil, natural persons: two digits mod 11.</summary>
    public static bool Cpf(ReadOnlySpan<char> d) =>
        d.Length == 11 && !CheckDigits.AllEqual(d)
        && CheckDigits.Weighted(d, [10, 9, 8, 7, 6, 5, 4, 3, 2]) * 10 % 11 % 10 == d[9] - '0'
        && CheckDigits.Weighted(d, [11, 10, 9, 8, 7, 6, 5, 4, 3, 2]) * 10 % 11 % 10 == d[10] - '0';

    /// <summary>Brazil, companies: two digits mod 11 over twelve letters or digits, which count as their ASCII code less 48 (letters are issued from 2026).</summary>
    public static bool Cnpj(ReadOnlySpan<char> d) =>
        d.Length == 14 && char.IsAsciiDigit(d[12]) && char.IsAsciiDigit(d[13]) && !CheckDigits.AllEqual(d)
        && CheckDigits.Weighted(d, [5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2]) * 10 % 11 % 10 == d[12] - '0'
        && CheckDigits.Weighted(d, [6, 5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2]) * 10 % 11 % 10 == d[13] - '0';

    /// <summary>Germany: mod 11,10, and of the first ten digits exactly one occurs twice or three times.</summary>
    public static bool SteuerId(ReadOnlySpan<char> d)
    {
        if (d.Length != 11 || d[0] == '0' || !CheckDigits.Modulo11And10(d))
            return false;

        int repeated = 0;
        for (char digit = '0'; digit <= '9'; digit++)
        {
            int times = d[..10].Count(digit);
            repeated += times > 3 ? 2 : times > 1 ? 1 : 0;
        }

        return repeated == 1;
    }

    /// <summary>Spain: DNI (eight digits) or NIE (X, Y or Z and seven), with a letter by mod 23.</summary>
    public static bool DniOrNie(ReadOnlySpan<char> d)
    {
        if (d.Length != 9 || d[1..8].ContainsAnyExceptInRange('0', '9'))
            return false;

        int first = d[0] is >= 'X' and <= 'Z' ? d[0] - 'X' : d[0] - '0';
        return first is >= 0 and <= 9 && ((first * 10_000_000) + int.Parse(d[1..8], CultureInfo.InvariantCulture)) % 23 == SpanishLetters.IndexOf(d[8], StringComparison.Ordinal);
    }

    /// <summary>Spain, companies: a letter, seven digits, and a digit or a letter by Luhn.</summary>
    public static bool Cif(ReadOnlySpan<char> d)
    {
        if (d.Length != 9 || !"ABCDEFGHJNPQRSUVW".Contains(d[0], StringComparison.Ordinal) || d[1..8].ContainsAnyExceptInRange('0', '9'))
            return false;

        int control = char.IsAsciiDigit(d[8]) ? d[8] - '0' : "JABCDEFGHI".IndexOf(d[8], StringComparison.Ordinal);
        return control >= 0 && CheckDigits.Luhn([.. d[1..8], (char)('0' + control)]);
    }

    /// <summary>France, persons (NIR): sex, year, month and department are plausible, and the key is that of mod 97.</summary>
    public static bool Nir(ReadOnlySpan<char> d)
    {
        if (d.Length != 15 || d[0] is not ('1' or '2' or '3' or '4' or '7' or '8'))
            return false;

        Span<char> number = stackalloc char[13];
        d[..13].CopyTo(number);
        if (number[5] == '2' && number[6] is 'A' or 'B')
            (number[5], number[6]) = ('1', number[6] == 'A' ? '9' : '8');

        if (number.ContainsAnyExceptInRange('0', '9') || d[13..].ContainsAnyExceptInRange('0', '9'))
            return false;

        int month = TwoDigits(d[3..]);
        return month is (>= 1 and <= 12) or 20 or (>= 30 and <= 42) or >= 50 && 97 - CheckDigits.Modulo97(number) == TwoDigits(d[13..]);
    }

    /// <summary>France, companies (SIREN of nine digits, SIRET of fourteen) and their VAT number (FR, two digits mod 97, SIREN).</summary>
    public static bool FrenchCompany(ReadOnlySpan<char> d) => d.Length switch
    {
        9 => !CheckDigits.AllEqual(d) && CheckDigits.Luhn(d),
        14 => !CheckDigits.AllEqual(d) && CheckDigits.Luhn(d[..9]) && CheckDigits.Luhn(d),
        13 => d is ['F', 'R', ..] && (12 + (3 * CheckDigits.Modulo97(d[4..]))) % 97 == TwoDigits(d[2..]),
        _ => false,
    };

    /// <summary>Italy, persons: a letter by mod 26; digits may be replaced by letters where two persons would share a code.</summary>
    public static bool CodiceFiscale(ReadOnlySpan<char> d)
    {
        if (d.Length != 16)
            return false;

        int sum = 0;
        for (int i = 0; i < 15; i++)
        {
            int value = char.IsAsciiDigit(d[i]) ? d[i] - '0' : d[i] - 'A';
            sum += i % 2 == 0 ? ItalianOdd[value] : value;
        }

        return sum % 26 == d[15] - 'A';
    }

    /// <summary>Italy, companies (partita IVA): Luhn over eleven digits.</summary>
    public static bool PartitaIva(ReadOnlySpan<char> d) => d.Length == 11 && !CheckDigits.AllEqual(d) && CheckDigits.Luhn(d);

    /// <summary>The Netherlands (BSN): nine digits, the weighted sum is divisible by 11.</summary>
    public static bool Bsn(ReadOnlySpan<char> d) => d.Length == 9 && !CheckDigits.AllEqual(d) && (CheckDigits.Weighted(d, [9, 8, 7, 6, 5, 4, 3, 2]) - (d[8] - '0')) % 11 == 0;

    /// <summary>Poland, persons (PESEL): a birth date and a digit mod 10. Only dates of 1926 to 2049 count: numbers that begin with a date of this century look like earlier ones.</summary>
    public static bool Pesel(ReadOnlySpan<char> d)
    {
        if (d.Length != 11 || (10 - (CheckDigits.Weighted(d, [1, 3, 7, 9, 1, 3, 7, 9, 1, 3]) % 10)) % 10 != d[10] - '0')
            return false;

        int month = TwoDigits(d[2..]);
        int year = (month > 20 ? 2000 : 1900) + TwoDigits(d);
        return year is >= 1926 and <= 2049 && IsDate(year, month > 20 ? month - 20 : month, TwoDigits(d[4..]));
    }

    /// <summary>Poland, tax (NIP): ten digits, the last mod 11.</summary>
    public static bool Nip(ReadOnlySpan<char> d) => d.Length == 10 && !CheckDigits.AllEqual(d) && CheckDigits.Weighted(d, [6, 5, 7, 2, 3, 4, 5, 6, 7]) % 11 == d[9] - '0';

    /// <summary>Portugal (NIF): nine digits, the last mod 11.</summary>
    public static bool PortugueseNif(ReadOnlySpan<char> d)
    {
        if (d.Length != 9 || d[0] is '0' or '4' || CheckDigits.AllEqual(d))
            return false;

        int rest = CheckDigits.Weighted(d, [9, 8, 7, 6, 5, 4, 3, 2]) % 11;
        return (rest < 2 ? 0 : 11 - rest) == d[8] - '0';
    }

    /// <summary>United Kingdom, health service: ten digits, the last mod 11.</summary>
    public static bool Nhs(ReadOnlySpan<char> d) =>
        d.Length == 10 && !CheckDigits.AllEqual(d) && (11 - (CheckDigits.Weighted(d, [10, 9, 8, 7, 6, 5, 4, 3, 2]) % 11)) % 11 == d[9] - '0';

    /// <summary>United Kingdom, National Insurance: no check digit; two letters that are issued, six digits, A to D.</summary>
    public static bool Nino(ReadOnlySpan<char> d) =>
        d.Length == 9 && !"DFIQUV".Contains(d[0], StringComparison.Ordinal) && !"DFIOQUV".Contains(d[1], StringComparison.Ordinal) && d[..2] is not ("BG" or "GB" or "KN" or "NK" or "NT" or "TN" or "ZZ");

    /// <summary>United Kingdom, tax (UTR): ten digits, the first mod 11 of the others.</summary>
    public static bool Utr(ReadOnlySpan<char> d) => d.Length == 10 && !CheckDigits.AllEqual(d) && "21987654321"[CheckDigits.Weighted(d[1..], [6, 7, 8, 9, 10, 5, 4, 3, 2]) % 11] == d[0];

    /// <summary>United States: a social security number in a range that is issued, or a taxpayer's number (ITIN).</summary>
    public static bool SsnOrItin(ReadOnlySpan<char> d)
    {
        if (d.Length != 9 || d[3..5] is "00" || d[5..] is "0000" || d[..3] is "000" or "666")
            return false;

        int group = TwoDigits(d[3..]);
        return d[0] != '9' || group is (>= 50 and <= 65) or (>= 70 and <= 88) or (>= 90 and <= 92) or >= 94;
    }

    /// <summary>United States, employers: no check digit; a prefix that is issued.</summary>
    public static bool Ein(ReadOnlySpan<char> d) => d.Length == 9 && EinPrefixes.Contains(d[..2].ToString());

    /// <summary>India (Aadhaar): twelve digits by Verhoeff, the first 2 to 9.</summary>
    public static bool Aadhaar(ReadOnlySpan<char> d) => d.Length == 12 && d[0] >= '2' && CheckDigits.Verhoeff(d);

    /// <summary>India, tax (PAN): no public check; the fourth letter says what kind of holder it is.</summary>
    public static bool Pan(ReadOnlySpan<char> d) => d.Length == 10 && "ABCFGHJLPT".Contains(d[3], StringComparison.Ordinal);

    /// <summary>China: region, birth date, and a digit or X by mod 11-2 (ISO/IEC 7064).</summary>
    public static bool ResidentId(ReadOnlySpan<char> d) =>
        d.Length == 18 && ChineseRegions.Contains(d[..2].ToString()) && int.Parse(d[6..10], CultureInfo.InvariantCulture) is >= 1900 and <= 2099
        && IsDate(int.Parse(d[6..10], CultureInfo.InvariantCulture), TwoDigits(d[10..]), TwoDigits(d[12..]))
        && "10X98765432"[CheckDigits.Weighted(d, [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]) % 11] == d[17];

    /// <summary>Japan (My Number): twelve digits, the last mod 11.</summary>
    public static bool MyNumber(ReadOnlySpan<char> d)
    {
        if (d.Length != 12 || CheckDigits.AllEqual(d))
            return false;

        int rest = CheckDigits.Weighted(d, [6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11;
        return (rest < 2 ? 0 : 11 - rest) == d[11] - '0';
    }

    private static int TwoDigits(ReadOnlySpan<char> d) => ((d[0] - '0') * 10) + d[1] - '0';

    private static bool IsDate(int year, int month, int day) => month is >= 1 and <= 12 && day >= 1 && day <= DateTime.DaysInMonth(year, month);
}
