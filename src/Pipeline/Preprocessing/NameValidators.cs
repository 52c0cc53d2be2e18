using System.Buffers;
using System.Collections.Frozen;

namespace Pipeline.Preprocessing;

/// <summary>Checks of user names and secrets, which have no fixed form: by what they are not.</summary>
internal static class NameValidators
{
    private static readonly FrozenSet<string> FileEndings = FrozenSet.ToFrozenSet(
        ["exe", "dll", "bat", "cmd", "ps1", "sys", "ini", "log", "txt", "xml", "json", "cs", "config", "dat", "msi", "zip", "csv", "xls", "xlsx", "doc", "docx", "pdf", "lnk", "vbs", "sh"],
        StringComparer.OrdinalIgnoreCase);

    private static readonly SearchValues<char> PasswordSymbols = SearchValues.Create("!#$%^&*+=@");

    private static readonly SearchValues<char> SecretSymbols = SearchValues.Create("!@#$%^&*_~+=.");

    private static readonly FrozenSet<string> TicketPrefixes = FrozenSet.ToFrozenSet(
        ["inc", "req", "ritm", "chg", "task", "sctask", "prb", "kb", "ticket", "sr", "cs", "job"], StringComparer.OrdinalIgnoreCase);

    /// <summary>Accepts what is none of the ordinary words, up to a Chinese or Japanese character.</summary>
    public static int Secret(string text, int start, int length)
    {
        ReadOnlySpan<char> value = Spaced(text.AsSpan(start, length)).TrimEnd(',');
        return value.IsEmpty || OrdinaryWords.Contains(value) ? 0 : value.Length;
    }

    /// <summary>Accepts letters with digits or symbols among them, six characters or more, but no ticket, date, version, file or host.</summary>
    public static int Password(string text, int start, int length)
    {
        ReadOnlySpan<char> value = Spaced(text.AsSpan(start, length));
        bool digit = value.ContainsAnyInRange('0', '9');
        bool letter = value.ContainsAnyInRange('a', 'z') || value.ContainsAnyInRange('A', 'Z');
        bool symbol = value.IndexOfAny(PasswordSymbols) > 0 && !value.EndsWith('!');
        bool code = value.StartsWith("0x", StringComparison.OrdinalIgnoreCase);
        return value.Length >= 6 && letter && (digit || symbol) && !code && !IsTicket(value) && !OrdinaryWords.Contains(value) && !IsFileOrHost(value) ? value.Length : 0;
    }

    /// <summary>Accepts what looks like no word of a sentence: it has digits, symbols, or capitals inside.</summary>
    public static int Opaque(string text, int start, int length)
    {
        ReadOnlySpan<char> value = Spaced(text.AsSpan(start, length));
        if (value.IsEmpty)
            return 0;

        bool digit = value.ContainsAnyInRange('0', '9');
        bool upper = value[1..].ContainsAnyInRange('A', 'Z');
        bool lower = value.ContainsAnyInRange('a', 'z');
        bool symbol = value[..^1].ContainsAny(SecretSymbols);
        return !OrdinaryWords.Contains(value) && (digit || symbol || (upper && lower)) ? value.Length : 0;
    }

    /// <summary>Accepts a name, and the capitalised names that follow a capitalised one.</summary>
    public static int Name(string text, int start, int length)
    {
        if (TextBounds.IsUnspaced(text[start]))
            return PersonValidators.Person(text, start, length);

        ReadOnlySpan<char> value = Spaced(text.AsSpan(start, length));
        int space = value.IndexOf(' ');
        ReadOnlySpan<char> first = space < 0 ? value : value[..space];
        if (OrdinaryWords.Contains(first) && !IsShortName(first, space < 0 ? [] : value[(space + 1)..]))
            return 0;

        int end = first.Length;
        while (end < value.Length)
        {
            ReadOnlySpan<char> rest = value[(end + 1)..];
            int next = rest.IndexOf(' ');
            ReadOnlySpan<char> word = next < 0 ? rest : rest[..next];
            if (word.Length == 0 || !char.IsUpper(word[0]) || !char.IsUpper(value[0]) || OrdinaryWords.Contains(word))
                break;

            end += 1 + word.Length;
        }

        return value[..end].TrimEnd(".,").Length;
    }

    /// <summary>Accepts a user code: letters with digits, dots or underscores, but no ticket, error code, version or host.</summary>
    public static int UserCode(string text, int start, int length)
    {
        ReadOnlySpan<char> value = text.AsSpan(start, length).TrimEnd(".-");
        if (value.Length < 4 || OrdinaryWords.Contains(value) || !TextBounds.StandsAlone(text, start, value.Length))
            return 0;

        int letters = value.IndexOfAnyInRange('0', '9');
        bool code = value.StartsWith("0x", StringComparison.OrdinalIgnoreCase) || (value[0] is 'v' or 'V' && char.IsAsciiDigit(value[1]));
        bool host = value.EndsWith(".com", StringComparison.OrdinalIgnoreCase) || value.EndsWith(".net", StringComparison.OrdinalIgnoreCase) || value.EndsWith(".org", StringComparison.OrdinalIgnoreCase);
        bool letter = value.ContainsAnyInRange('a', 'z') || value.ContainsAnyInRange('A', 'Z');
        return !IsTicket(value) && !code && !host && letter && (letters >= 0 || (value[1..].ContainsAny('.', '_') && !JoinsSentences(value))) ? value.Length : 0;
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

    /// <summary>Whether a short word of some language is a name here: it and the word after it are capitalised ("Su Li").</summary>
    private static bool IsShortName(ReadOnlySpan<char> word, ReadOnlySpan<char> rest) =>
        word.Length is 2 or 3 && char.IsUpper(word[0]) && char.IsLower(word[1]) && rest.Length > 1 && char.IsUpper(rest[0]) && char.IsLower(rest[1]);

    /// <summary>The value up to the first Chinese or Japanese character.</summary>
    private static ReadOnlySpan<char> Spaced(ReadOnlySpan<char> value)
    {
        int end = 0;
        while (end < value.Length && !TextBounds.IsUnspaced(value[end]))
            end++;

        return value[..end];
    }

    private static bool IsTicket(ReadOnlySpan<char> value)
    {
        int letters = value.IndexOfAnyInRange('0', '9');
        return letters > 0 && TicketPrefixes.Contains(value[..letters].TrimEnd("-_#").ToString());
    }

    private static bool IsFileOrHost(ReadOnlySpan<char> value)
    {
        int dot = value.TrimEnd('.').LastIndexOf('.');
        return dot >= 0 && (FileEndings.Contains(value[(dot + 1)..].ToString()) || !value.ContainsAnyInRange('0', '9'));
    }
}
