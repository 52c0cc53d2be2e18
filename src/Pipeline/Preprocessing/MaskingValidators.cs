using System.Collections.Frozen;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Pipeline.Preprocessing;

/// <summary>Checks that a regular expression cannot make: checksums, number ranges, and what stands before and after a candidate.</summary>
public static class MaskingValidators
{
    /// <summary>Judges a candidate at a place in a text: returns how many of its characters, from the start, are the datum; 0 where it is none.</summary>
    internal delegate int Validator(string text, int start, int length);

    private static readonly string[] VersionWords = ["version", "versions", "ver", "v", "build", "release", "firmware", "revision", "rev", "driver", "patch", "update"];

    private static readonly FrozenDictionary<string, Validator> All = new Dictionary<string, Validator>(StringComparer.OrdinalIgnoreCase)
    {
        ["alone"] = (text, start, length) => TextBounds.StandsAlone(text, start, length) ? length : 0,
        ["luhn"] = (text, start, length) => TextBounds.StandsAlone(text, start, length) && PassesLuhn(text.AsSpan(start, length)) ? length : 0,
        ["iban"] = Iban,
        ["ipv4"] = IpV4,
        ["ipv6"] = IpV6,
        ["phone"] = Phone,
        ["national-phone"] = (text, start, length) => CountDigits(text.AsSpan(start, length)) >= 9 ? Phone(text, start, length) : 0,
        ["opaque"] = NameValidators.Opaque,
        ["secret"] = NameValidators.Secret,
        ["name"] = NameValidators.Name,
        ["account"] = NameValidators.Account,
        ["user-code"] = NameValidators.UserCode,
        ["digits"] = (text, start, length) => TextBounds.StandsAlone(text, start, length) && CountDigits(text.AsSpan(start, length)) > 0 ? length : 0,
    }.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);

    /// <summary>
    /// The names a rule may use: <c>alone</c> (not part of a longer word or number), <c>luhn</c> (card number), <c>iban</c>, <c>ipv4</c>, <c>ipv6</c>,
    /// <c>phone</c> (7 to 15 digits, not a date), <c>national-phone</c> (the same from 9 digits), <c>user-code</c> (a name with digits, dots or underscores,
    /// not a ticket or an error code), <c>opaque</c> (looks like no English word), <c>secret</c> and <c>name</c> (not one of the ordinary words
    /// that follow a label), <c>account</c> (domain\user, not a path), <c>digits</c> (alone, with at least one digit).
    /// </summary>
    public static IReadOnlyList<string> Names { get; } = [.. All.Keys.Order(StringComparer.Ordinal)];

    internal static bool TryGet(string name, out Validator? validator) => All.TryGetValue(name, out validator);

    private static int CountDigits(ReadOnlySpan<char> value)
    {
        int digits = 0;
        foreach (char character in value)
            digits += char.IsAsciiDigit(character) ? 1 : 0;

        return digits;
    }

    private static bool PassesLuhn(ReadOnlySpan<char> value)
    {
        int sum = 0;
        int digits = 0;
        bool allEqual = true;
        char first = value[0];
        for (int i = value.Length - 1; i >= 0; i--)
        {
            if (!char.IsAsciiDigit(value[i]))
                continue;

            int digit = value[i] - '0';
            allEqual &= value[i] == first;
            if (digits % 2 == 1)
                digit = digit > 4 ? (digit * 2) - 9 : digit * 2;

            sum += digit;
            digits++;
        }

        return digits is >= 13 and <= 19 && sum % 10 == 0 && !allEqual && first is >= '2' and <= '6';
    }

    /// <summary>ISO 7064 mod 97-10 over the longest prefix that ends where a word ends.</summary>
    private static int Iban(string text, int start, int length)
    {
        if (!TextBounds.FreeBefore(text, start))
            return 0;

        for (int end = length; end >= 15; end--)
        {
            ReadOnlySpan<char> value = text.AsSpan(start, end);
            if (value[^1] != ' ' && TextBounds.FreeAfter(text, start + end) && IbanRemainder(value) == 1)
                return end;
        }

        return 0;
    }

    private static int IbanRemainder(ReadOnlySpan<char> value)
    {
        Span<char> compact = stackalloc char[value.Length];
        int count = 0;
        foreach (char character in value)
        {
            if (char.IsAsciiLetterOrDigit(character))
                compact[count++] = char.ToUpperInvariant(character);
        }

        if (count is < 15 or > 34)
            return 0;

        int remainder = 0;
        for (int i = 0; i < count; i++)
        {
            char character = compact[(i + 4) % count];
            remainder = char.IsAsciiDigit(character)
                ? ((remainder * 10) + character - '0') % 97
                : ((remainder * 100) + character - 'A' + 10) % 97;
        }

        return remainder;
    }

    private static int IpV4(string text, int start, int length)
    {
        bool rangeBefore = start > 0 && text[start - 1] == '-';
        bool rangeAfter = start + length < text.Length && text[start + length] == '-';
        bool free = (rangeBefore || TextBounds.FreeBefore(text, start)) && (rangeAfter || TextBounds.FreeAfter(text, start + length));
        if (!free || WordBefore(text, start) is { Length: > 0 } word && VersionWords.Contains(word.ToString(), StringComparer.OrdinalIgnoreCase))
            return 0;

        ReadOnlySpan<char> value = text.AsSpan(start, length);
        int end = value.IndexOf(':');
        ReadOnlySpan<char> address = end < 0 ? value : value[..end];
        foreach (Range octet in address.Split('.'))
        {
            if (!byte.TryParse(address[octet], NumberStyles.None, CultureInfo.InvariantCulture, out _))
                return 0;
        }

        return length;
    }

    private static int IpV6(string text, int start, int length)
    {
        ReadOnlySpan<char> value = text.AsSpan(start, length);
        if (value[^1] == ':' && !value.EndsWith("::"))
            value = value[..^1];

        if (!TextBounds.StandsAlone(text, start, value.Length) || (start > 0 && text[start - 1] == ':') || !value.ContainsAnyInRange('0', '9'))
            return 0;

        bool compressed = value.Contains("::", StringComparison.Ordinal);
        return (compressed || value.Count(':') == 7) && IPAddress.TryParse(value, out IPAddress? address) && address.AddressFamily == AddressFamily.InterNetworkV6
            ? value.Length
            : 0;
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

    private static ReadOnlySpan<char> WordBefore(string text, int start)
    {
        int end = start;
        while (end > 0 && text[end - 1] is ' ' or ':' or '=' or '(' or '-' or '.')
            end--;

        int begin = end;
        while (begin > 0 && end - begin < 16 && char.IsLetter(text[begin - 1]))
            begin--;

        return text.AsSpan(begin, end - begin);
    }
}
