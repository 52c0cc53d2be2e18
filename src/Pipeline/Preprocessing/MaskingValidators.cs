using System.Buffers;
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

    private static readonly string[] VersionWords = ["version", "versions", "ver", "v", "build", "release", "firmware", "revision", "rev", "driver", "patch", "update", "client", "agent", "fw", "sw"];

    private static readonly FrozenSet<string> FileEndings = FrozenSet.ToFrozenSet(
        ["exe", "dll", "bat", "cmd", "ps1", "sys", "ini", "log", "txt", "xml", "json", "cs", "config", "dat", "msi", "zip", "csv", "xls", "xlsx", "doc", "docx", "pdf", "lnk", "vbs", "sh"],
        StringComparer.OrdinalIgnoreCase);

    private static readonly SearchValues<char> SecretSymbols = SearchValues.Create("!@#$%^&*_~+=.");

    private static readonly FrozenSet<string> TicketPrefixes = FrozenSet.ToFrozenSet(
        ["inc", "req", "ritm", "chg", "task", "sctask", "prb", "kb", "ticket", "sr", "cs", "job"], StringComparer.OrdinalIgnoreCase);

    /// <summary>Words that follow "user:" or "password:" in sentences and are neither a name nor a secret.</summary>
    private static readonly FrozenSet<string> OrdinaryWords = FrozenSet.ToFrozenSet(
        """
        a an the and or but not no is are was were has have had be been being will would can could should may might must do does did to of in on at for from with without by as if when
        while after before since this that these those it its he she they we you i my his her their our your all any some every each other another new old same
        cannot can't unable unknown none null n/a na blank empty missing available unavailable please kindly help need needs needed want wants try tries tried trying say says said ask asks asked
        report reports reported get gets got getting see sees receive receives received call calls called
        account accounts user users name names id ids number numbers login logon password passwords passwort field profile profiles
        group groups role roles access permission permissions
        error errors issue issues problem problems failed fails failing fail failure denied invalid incorrect wrong expired expires expiring locked lock lockout blocked disabled enabled active inactive
        forgotten forgot lost reset resets change changed changes changing update updated unlock unlocked required request requested requests expiry policy prompt page screen window
        working works work down slow stuck missing refused rejected accepted correct ok yes still again already now today yesterday only also too very just different several many multiple
        unexpected weak old temporary expired, sync synchronization synchronisation management manager tool self-service portal
        """.Split((char[])[' ', '\n', '\r'], StringSplitOptions.RemoveEmptyEntries),
        StringComparer.OrdinalIgnoreCase);

    private static readonly FrozenDictionary<string, Validator> All = new Dictionary<string, Validator>(StringComparer.OrdinalIgnoreCase)
    {
        ["alone"] = (text, start, length) => StandsAlone(text, start, length) ? length : 0,
        ["luhn"] = (text, start, length) => StandsAlone(text, start, length) && PassesLuhn(text.AsSpan(start, length)) ? length : 0,
        ["iban"] = Iban,
        ["ipv4"] = IpV4,
        ["ipv6"] = IpV6,
        ["phone"] = Phone,
        ["national-phone"] = (text, start, length) => CountDigits(text.AsSpan(start, length)) >= 9 ? Phone(text, start, length) : 0,
        ["opaque"] = Opaque,
        ["secret"] = (text, start, length) => IsOrdinary(text.AsSpan(start, length)) ? 0 : length,
        ["name"] = Name,
        ["account"] = Account,
        ["user-code"] = UserCode,
        ["digits"] = (text, start, length) => StandsAlone(text, start, length) && CountDigits(text.AsSpan(start, length)) > 0 ? length : 0,
    }.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);

    /// <summary>
    /// The names a rule may use: <c>alone</c> (not part of a longer word or number), <c>luhn</c> (card number), <c>iban</c>, <c>ipv4</c>, <c>ipv6</c>,
    /// <c>phone</c> (7 to 15 digits, not a date), <c>national-phone</c> (the same from 9 digits), <c>user-code</c> (a name with digits, dots or underscores, not a ticket or an error code), <c>opaque</c> (looks like no English word), <c>secret</c> and <c>name</c> (not one of the
    /// ordinary words that follow a label), <c>account</c> (domain\user, not a path), <c>digits</c> (alone, with at least one digit).
    /// </summary>
    public static IReadOnlyList<string> Names { get; } = [.. All.Keys.Order(StringComparer.Ordinal)];

    internal static bool TryGet(string name, out Validator? validator) => All.TryGetValue(name, out validator);

    private static bool StandsAlone(string text, int start, int length) => FreeBefore(text, start) && FreeAfter(text, start + length);

    private static bool FreeBefore(string text, int start)
    {
        if (start == 0)
            return true;

        char before = text[start - 1];
        if (IsWord(before))
            return false;

        return before is not ('.' or '-' or ',' or '#') || (before != '#' && (start < 2 || !char.IsLetterOrDigit(text[start - 2])));
    }

    private static bool FreeAfter(string text, int end)
    {
        if (end >= text.Length)
            return true;

        char after = text[end];
        if (IsWord(after))
            return false;

        return after is not ('.' or '-' or ',') || end + 1 >= text.Length || !char.IsLetterOrDigit(text[end + 1]);
    }

    private static bool IsWord(char character) => char.IsLetterOrDigit(character) || character == '_';

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
        if (!FreeBefore(text, start))
            return 0;

        for (int end = length; end >= 15; end--)
        {
            ReadOnlySpan<char> value = text.AsSpan(start, end);
            if (value[^1] != ' ' && FreeAfter(text, start + end) && IbanRemainder(value) == 1)
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
        if (!StandsAlone(text, start, length) || WordBefore(text, start) is { Length: > 0 } word && VersionWords.Contains(word.ToString(), StringComparer.OrdinalIgnoreCase))
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

        if (!StandsAlone(text, start, value.Length) || (start > 0 && text[start - 1] == ':') || !value.ContainsAnyInRange('0', '9'))
            return 0;

        bool compressed = value.Contains("::", StringComparison.Ordinal);
        return (compressed || value.Count(':') == 7) && IPAddress.TryParse(value, out IPAddress? address) && address.AddressFamily == AddressFamily.InterNetworkV6
            ? value.Length
            : 0;
    }

    private static int Phone(string text, int start, int length)
    {
        ReadOnlySpan<char> value = text.AsSpan(start, length);
        return CountDigits(value) is >= 7 and <= 15 && StandsAlone(text, start, length) && !StartsWithDate(value)
            && !(start + length < text.Length && text[start + length] is ':' or '/' or '%') ? length : 0;
    }

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

    private static int Opaque(string text, int start, int length)
    {
        ReadOnlySpan<char> value = text.AsSpan(start, length);
        bool digit = value.ContainsAnyInRange('0', '9');
        bool upper = value[1..].ContainsAnyInRange('A', 'Z');
        bool lower = value.ContainsAnyInRange('a', 'z');
        bool symbol = value[..^1].ContainsAny(SecretSymbols);
        return !IsOrdinary(value) && (digit || symbol || (upper && lower)) ? length : 0;
    }

    private static int Name(string text, int start, int length)
    {
        ReadOnlySpan<char> value = text.AsSpan(start, length);
        int space = value.IndexOf(' ');
        ReadOnlySpan<char> first = space < 0 ? value : value[..space];
        if (IsOrdinary(first))
            return 0;

        int end = first.Length;
        while (end < length)
        {
            ReadOnlySpan<char> rest = value[(end + 1)..];
            int next = rest.IndexOf(' ');
            ReadOnlySpan<char> word = next < 0 ? rest : rest[..next];
            if (word.Length == 0 || !char.IsUpper(word[0]) || !char.IsUpper(value[0]) || IsOrdinary(word))
                break;

            end += 1 + word.Length;
        }

        return value[..end].TrimEnd(".,").Length;
    }

    private static int UserCode(string text, int start, int length)
    {
        ReadOnlySpan<char> value = text.AsSpan(start, length).TrimEnd(".-");
        if (value.Length < 4 || IsOrdinary(value) || !StandsAlone(text, start, value.Length))
            return 0;

        int letters = value.IndexOfAnyInRange('0', '9');
        bool ticket = letters > 0 && TicketPrefixes.Contains(value[..letters].ToString());
        bool code = value.StartsWith("0x", StringComparison.OrdinalIgnoreCase) || (value[0] is 'v' or 'V' && char.IsAsciiDigit(value[1]));
        bool host = value.EndsWith(".com", StringComparison.OrdinalIgnoreCase) || value.EndsWith(".net", StringComparison.OrdinalIgnoreCase) || value.EndsWith(".org", StringComparison.OrdinalIgnoreCase);
        bool letter = value.ContainsAnyInRange('a', 'z') || value.ContainsAnyInRange('A', 'Z');
        return !ticket && !code && !host && letter && (letters >= 0 || value[1..].ContainsAny('.', '_')) ? value.Length : 0;
    }

    private static int Account(string text, int start, int length)
    {
        ReadOnlySpan<char> value = text.AsSpan(start, length).TrimEnd('.');
        int end = start + value.Length;
        if ((start > 0 && (IsWord(text[start - 1]) || text[start - 1] is '\\' or '/' or ':' or '.' or '-' or '>' or '%')) || (end < text.Length && text[end] is '\\' or '/'))
            return 0;

        int slash = value.IndexOf('\\');
        ReadOnlySpan<char> domain = value[..slash];
        ReadOnlySpan<char> user = value[(slash + 1)..];
        int dot = user.LastIndexOf('.');
        if (domain.StartsWith("HK", StringComparison.OrdinalIgnoreCase) || user.IsEmpty || (dot >= 0 && FileEndings.Contains(user[(dot + 1)..].ToString())))
            return 0;

        bool capitals = !domain.ContainsAnyInRange('a', 'z');
        return capitals || dot > 0 || user.ContainsAnyInRange('0', '9') ? value.Length : 0;
    }

    private static bool IsOrdinary(ReadOnlySpan<char> word) => OrdinaryWords.Contains(word.TrimEnd(".,;:!?)").ToString());

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
