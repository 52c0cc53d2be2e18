using System.Buffers;
using System.Collections.Frozen;

namespace Pipeline.Preprocessing;

/// <summary>Checks that a regular expression cannot make: checksums, number ranges, and what stands before and after a candidate.</summary>
public static class MaskingValidators
{
    /// <summary>Judges a candidate at a place in a text: returns how many of its characters, from the start, are the datum; 0 where it is none.</summary>
    internal delegate int Validator(string text, int start, int length);

    private const int LongestCompact = 64;

    private static readonly SearchValues<char> HexadecimalDigits = SearchValues.Create("0123456789abcdefABCDEF");

    private static readonly Validator Aadhaar = Number(IdentityNumbers.Aadhaar);

    private static readonly FrozenDictionary<string, Validator> All = new Dictionary<string, Validator>(StringComparer.OrdinalIgnoreCase)
    {
        ["alone"] = (text, start, length) => TextBounds.StandsAlone(text, start, length) ? length : 0,
        ["digits"] = (text, start, length) => TextBounds.StandsAlone(text, start, length) && CountDigits(text.AsSpan(start, length)) > 0 ? length : 0,
        ["card"] = Card,
        ["luhn"] = Card,
        ["labelled-card"] = Number(PaymentNumbers.LabelledCard),
        ["iban"] = Iban,
        ["cpf"] = Number(IdentityNumbers.Cpf),
        ["cnpj"] = Number(IdentityNumbers.Cnpj),
        ["steuer-id"] = Number(IdentityNumbers.SteuerId),
        ["dni"] = CapitalNumber(IdentityNumbers.DniOrNie),
        ["spanish-number"] = Number(number => IdentityNumbers.DniOrNie(number) || IdentityNumbers.Cif(number)),
        ["nir"] = Number(IdentityNumbers.Nir),
        ["french-company"] = Number(IdentityNumbers.FrenchCompany),
        ["codice-fiscale"] = Number(IdentityNumbers.CodiceFiscale),
        ["partita-iva"] = Number(IdentityNumbers.PartitaIva),
        ["bsn"] = Number(IdentityNumbers.Bsn),
        ["pesel"] = Number(IdentityNumbers.Pesel),
        ["nip"] = Number(IdentityNumbers.Nip),
        ["portuguese-nif"] = Number(IdentityNumbers.PortugueseNif),
        ["nhs"] = Number(IdentityNumbers.Nhs),
        ["nino"] = Number(IdentityNumbers.Nino),
        ["utr"] = Number(IdentityNumbers.Utr),
        ["ssn"] = Number(IdentityNumbers.SsnOrItin),
        ["ein"] = Number(IdentityNumbers.Ein),
        ["aadhaar"] = (text, start, length) => IsAmongGroups(text, start, length) ? 0 : Aadhaar(text, start, length),
        ["pan"] = Number(IdentityNumbers.Pan),
        ["pan-of-a-person"] = CapitalNumber(number => number[3] == 'P' && IdentityNumbers.Pan(number)),
        ["resident-id"] = Number(IdentityNumbers.ResidentId),
        ["my-number"] = Number(IdentityNumbers.MyNumber),
        ["ipv4"] = NetworkValidators.IpV4,
        ["ipv6"] = NetworkValidators.IpV6,
        ["phone"] = Phone,
        ["national-phone"] = (text, start, length) => CountDigits(text.AsSpan(start, length)) >= 9 ? Phone(text, start, length) : 0,
        ["opaque"] = NameValidators.Opaque,
        ["password"] = NameValidators.Password,
        ["secret"] = NameValidators.Secret,
        ["name"] = NameValidators.Name,
        ["account"] = NameValidators.Account,
        ["user-code"] = NameValidators.UserCode,
        ["not-ordinary"] = (text, start, length) => OrdinaryWords.IsNoPerson(text.AsSpan(start, length)) ? 0 : length,
        ["person"] = PersonValidators.Person,
        ["full-name"] = PersonValidators.FullName,
        ["addressee"] = PersonValidators.Addressee,
        ["signature"] = PersonValidators.Signature,
    }.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);

    private delegate bool Check(ReadOnlySpan<char> number);

    /// <summary>
    /// The names a rule may use: <c>alone</c> (not part of a longer word or number), <c>digits</c> (the same, with at least one digit), <c>card</c>
    /// (length, issuer and Luhn; also called <c>luhn</c>), <c>labelled-card</c> (Luhn), <c>iban</c>, the identity and tax numbers of countries by their check digits (<c>cpf</c>, <c>cnpj</c>, <c>steuer-id</c>,
    /// <c>dni</c>, <c>spanish-number</c>, <c>nir</c>, <c>french-company</c>, <c>codice-fiscale</c>, <c>partita-iva</c>, <c>bsn</c>, <c>pesel</c>, <c>nip</c>,
    /// <c>portuguese-nif</c>, <c>nhs</c>, <c>nino</c>, <c>utr</c>, <c>ssn</c>, <c>ein</c>, <c>aadhaar</c>, <c>pan</c>, <c>pan-of-a-person</c>, <c>resident-id</c>, <c>my-number</c>),
    /// <c>ipv4</c> (not a version), <c>ipv6</c>, <c>phone</c> (7 to 15 digits, not a date), <c>national-phone</c> (the same from 9 digits), <c>user-code</c>
    /// (a name with digits, dots or underscores, not a ticket or an error code), <c>opaque</c> (looks like no word), <c>password</c> (letters with digits or symbols), <c>secret</c> and
    /// <c>name</c> (not one of the ordinary words that follow a label), <c>account</c> (domain\user, not a path), <c>not-ordinary</c> (no word that stands where a name may), <c>person</c> (one or more capitalised words, none ordinary),
    /// <c>full-name</c> (at least two), <c>addressee</c> (a person where a greeting ends), <c>signature</c> (a person where a line ends).
    /// </summary>
    public static IReadOnlyList<string> Names { get; } = [.. All.Keys.Order(StringComparer.Ordinal)];

    internal static bool TryGet(string name, out Validator? validator) => All.TryGetValue(name, out validator);

    /// <summary>Accepts a number that stands alone and passes a check once its separators are taken out.</summary>
    private static Validator Number(Check check) => (text, start, length) =>
        TextBounds.StandsAlone(text, start, length) && length <= LongestCompact && check(Compact(text.AsSpan(start, length), stackalloc char[LongestCompact])) ? length : 0;

    /// <summary>The same, where its letters are capitals: in lower case it is more likely a code of another kind.</summary>
    private static Validator CapitalNumber(Check check)
    {
        Validator number = Number(check);
        return (text, start, length) => text.AsSpan(start, length).ContainsAnyInRange('a', 'z') ? 0 : number(text, start, length);
    }

    /// <summary>Whether another group of four stands beside it, as in a hexadecimal dump or a longer key.</summary>
    private static bool IsAmongGroups(string text, int start, int length)
    {
        int end = start + length;
        return (start > 4 && text[start - 1] is ' ' or '-' && !text.AsSpan(start - 5, 4).ContainsAnyExcept(HexadecimalDigits))
            || (end + 4 < text.Length && text[end] is ' ' or '-' && !text.AsSpan(end + 1, 4).ContainsAnyExcept(HexadecimalDigits));
    }

    /// <summary>The letters and digits of a value, letters as capitals.</summary>
    private static ReadOnlySpan<char> Compact(ReadOnlySpan<char> value, Span<char> buffer)
    {
        int count = 0;
        foreach (char character in value)
        {
            if (char.IsAsciiLetterOrDigit(character))
                buffer[count++] = char.ToUpperInvariant(character);
        }

        return buffer[..count];
    }

    private static int CountDigits(ReadOnlySpan<char> value)
    {
        int digits = 0;
        foreach (char character in value)
            digits += char.IsAsciiDigit(character) ? 1 : 0;

        return digits;
    }

    /// <summary>A card's number; separated by other than spaces and hyphens only in groups of three to six digits, for lists of numbers and times look alike.</summary>
    private static int Card(string text, int start, int length)
    {
        ReadOnlySpan<char> value = text.AsSpan(start, length);
        if (length > LongestCompact || !TextBounds.StandsAlone(text, start, length))
            return 0;

        if (value.ContainsAny(".,_/"))
        {
            foreach (Range group in value.SplitAny(".,_/ -"))
            {
                if (value[group].Length is 1 or 2 or > 6)
                    return 0;
            }
        }

        return PaymentNumbers.Card(Compact(value, stackalloc char[LongestCompact])) ? length : 0;
    }

    /// <summary>An IBAN at the start of the candidate: as many letters and digits as its country's have, if a word ends there.</summary>
    private static int Iban(string text, int start, int length)
    {
        if (!TextBounds.FreeBefore(text, start))
            return 0;

        int wanted = PaymentNumbers.IbanLength(text.AsSpan(start, 2).ToString().ToUpperInvariant());
        int end = start;
        for (int count = 0; count < wanted && end < start + length; end++)
            count += char.IsAsciiLetterOrDigit(text[end]) ? 1 : 0;

        return wanted > 0 && end - start <= LongestCompact && TextBounds.FreeAfter(text, end) && PaymentNumbers.Iban(Compact(text.AsSpan(start, end - start), stackalloc char[LongestCompact])) ? end - start : 0;
    }

    private static int Phone(string text, int start, int length)
    {
        ReadOnlySpan<char> value = text.AsSpan(start, length);
        return CountDigits(value) is >= 7 and <= 15 && TextBounds.StandsAlone(text, start, length) && !StartsWithDate(value)
            && !IsFollowedByTime(text, start + length) ? length : 0;
    }

    private static bool IsFollowedByTime(string text, int end) => end + 1 < text.Length && text[end] == ':' && char.IsAsciiDigit(text[end + 1]);

    /// <summary>dd-mm-yyyy and its kin at the start, or yyyy-mm-dd.</summary>
    private static bool StartsWithDate(ReadOnlySpan<char> value)
    {
        int first = Run(value);
        int second = first < value.Length ? Run(value[(first + 1)..]) : 0;
        int third = first + second + 2 <= value.Length && second > 0 ? Run(value[(first + second + 2)..]) : 0;
        return (first, second, third) is (1 or 2, 1 or 2, 4) or (4, 1 or 2, 1 or 2) && value[first] is '-' or '/' or '.';
    }

    private static int Run(ReadOnlySpan<char> value)
    {
        int end = value.IndexOfAnyExceptInRange('0', '9');
        return end < 0 ? value.Length : end;
    }
}
