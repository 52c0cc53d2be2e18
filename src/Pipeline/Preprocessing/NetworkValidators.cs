using System.Collections.Frozen;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Pipeline.Preprocessing;

/// <summary>Checks of network addresses.</summary>
internal static class NetworkValidators
{
    /// <summary>How many words and numbers may stand between "version" and its number.</summary>
    private const int LongestLookBack = 5;

    private static readonly FrozenSet<string> VersionWords = FrozenSet.ToFrozenSet(
        """
        version versions ver vers v versión versiones versão versões versione versioni versie versies versionen wersja wersji wersję versionsnummer release releases rel build builds
        firmware revision révision revisión revisão rev driver drivers patch update updates upgrade hotfix softwarestand stand treiber pilote controlador compilación compilation
        版本 版 更新 バージョン リリース ビルド
        """.Split((char[])[' ', '\n', '\r'], StringSplitOptions.RemoveEmptyEntries),
        StringComparer.OrdinalIgnoreCase);

    private static readonly FrozenSet<string> JoiningWords = FrozenSet.ToFrozenSet(
        """
        is was are to from of and or number no nr num the than before after since below above ist war auf von und oder bis nummer vor ab seit est de du et ou à vers la le
        es el y o desde hasta del é da do e para até il della a del naar van en of jest z do na i w 是 为 は から へ が の
        """.Split((char[])[' ', '\n', '\r'], StringSplitOptions.RemoveEmptyEntries),
        StringComparer.OrdinalIgnoreCase);

    /// <summary>Four octets, with or without a port, that are not the number of a version.</summary>
    public static int IpV4(string text, int start, int length)
    {
        bool rangeBefore = start > 0 && text[start - 1] == '-';
        bool rangeAfter = start + length < text.Length && text[start + length] == '-';
        bool free = (rangeBefore || TextBounds.FreeBefore(text, start)) && (rangeAfter || TextBounds.FreeAfter(text, start + length));
        if (!free || IsVersion(text, start))
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

    /// <summary>An IPv6 address with a digit in it, compressed or whole.</summary>
    public static int IpV6(string text, int start, int length)
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

    /// <summary>Whether a word for "version" stands before, with nothing but joining words and further versions between ("from version 1.2.3.4 to 1.2.3.5").</summary>
    private static bool IsVersion(string text, int start)
    {
        int at = start;
        for (int word = 0; word < LongestLookBack; word++)
        {
            int end = at;
            while (end > 0 && text[end - 1] is ' ' or ':' or '=' or '(' or '-' or '.' or ',' or '"' or '/')
                end--;

            bool number = end > 0 && char.IsAsciiDigit(text[end - 1]);
            at = end;
            while (at > 0 && end - at < 24 && (number ? char.IsAsciiDigit(text[at - 1]) || text[at - 1] == '.' : char.IsLetter(text[at - 1])))
                at--;

            if (at == end)
                return false;

            string before = text[at..end];
            if (!number && IsVersionWord(before))
                return true;

            if (number ? !before.Contains('.', StringComparison.Ordinal) : !JoiningWords.Contains(before))
                return false;
        }

        return false;
    }

    /// <summary>Whether it is a word for "version"; of scripts without spaces, whether it ends in one.</summary>
    private static bool IsVersionWord(string word) =>
        VersionWords.Contains(word) || (TextBounds.IsUnspaced(word[^1]) && VersionWords.Any(version => TextBounds.IsUnspaced(version[0]) && word.TrimEnd('是', 'は').EndsWith(version, StringComparison.Ordinal)));
}
