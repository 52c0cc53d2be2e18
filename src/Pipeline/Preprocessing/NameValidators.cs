using System.Buffers;
using System.Collections.Frozen;

namespace Pipeline.Preprocessing;

/// <summary>Checks of user names and secrets, which have no fixed form: by what they are not.</summary>
internal static class NameValidators
{
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

    /// <summary>Accepts what is none of the ordinary words.</summary>
    public static int Secret(string text, int start, int length) => IsOrdinary(text.AsSpan(start, length)) ? 0 : length;

    /// <summary>Accepts what looks like no word of a sentence: it has digits, symbols, or capitals inside.</summary>
    public static int Opaque(string text, int start, int length)
    {
        ReadOnlySpan<char> value = text.AsSpan(start, length);
        bool digit = value.ContainsAnyInRange('0', '9');
        bool upper = value[1..].ContainsAnyInRange('A', 'Z');
        bool lower = value.ContainsAnyInRange('a', 'z');
        bool symbol = value[..^1].ContainsAny(SecretSymbols);
        return !IsOrdinary(value) && (digit || symbol || (upper && lower)) ? length : 0;
    }

    /// <summary>Accepts a name, and the capitalised names that follow a capitalised one.</summary>
    public static int Name(string text, int start, int length)
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

    /// <summary>Accepts a user code: letters with digits, dots or underscores, but no ticket, error code, version or host.</summary>
    public static int UserCode(string text, int start, int length)
    {
        ReadOnlySpan<char> value = text.AsSpan(start, length).TrimEnd(".-");
        if (value.Length < 4 || IsOrdinary(value) || !TextBounds.StandsAlone(text, start, value.Length))
            return 0;

        int letters = value.IndexOfAnyInRange('0', '9');
        bool ticket = letters > 0 && TicketPrefixes.Contains(value[..letters].ToString());
        bool code = value.StartsWith("0x", StringComparison.OrdinalIgnoreCase) || (value[0] is 'v' or 'V' && char.IsAsciiDigit(value[1]));
        bool host = value.EndsWith(".com", StringComparison.OrdinalIgnoreCase) || value.EndsWith(".net", StringComparison.OrdinalIgnoreCase) || value.EndsWith(".org", StringComparison.OrdinalIgnoreCase);
        bool letter = value.ContainsAnyInRange('a', 'z') || value.ContainsAnyInRange('A', 'Z');
        return !ticket && !code && !host && letter && (letters >= 0 || (value[1..].ContainsAny('.', '_') && !JoinsSentences(value))) ? value.Length : 0;
    }

    /// <summary>Whether a space is missing after a full stop, as in "yet.What".</summary>
    private static bool JoinsSentences(ReadOnlySpan<char> value)
    {
        int dot = value.LastIndexOf('.');
        return dot > 0 && char.IsUpper(value[dot + 1]) && !char.IsUpper(value[0]);
    }

    /// <summary>Accepts domain\user, not a path.</summary>
    public static int Account(string text, int start, int length)
    {
        ReadOnlySpan<char> value = text.AsSpan(start, length).TrimEnd('.');
        int end = start + value.Length;
        if ((start > 0 && (TextBounds.IsWord(text[start - 1]) || text[start - 1] is '\\' or '/' or ':' or '.' or '-' or '>' or '%')) || (end < text.Length && text[end] is '\\' or '/'))
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
}
