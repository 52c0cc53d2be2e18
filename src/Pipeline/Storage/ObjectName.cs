using System.Buffers;

namespace Pipeline.Storage;

/// <summary>What every store takes for an object's name: a relative path with forward slashes, without empty, <c>.</c> or <c>..</c> segments, colons or control characters.</summary>
public static class ObjectName
{
    private static readonly SearchValues<char> Forbidden = SearchValues.Create([.. Enumerable.Range(0, 32).Select(i => (char)i), '\u007F', '\\', ':']);

    /// <summary>Whether a text is an object's name.</summary>
    public static bool IsValid(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return AreSegments(name.Split('/'));
    }

    /// <summary>Whether an object's name can begin with a text.</summary>
    public static bool IsPrefix(string prefix)
    {
        ArgumentNullException.ThrowIfNull(prefix);
        string[] segments = prefix.Split('/');
        return AreSegments(segments[..^1]) && !segments[^1].AsSpan().ContainsAny(Forbidden);
    }

    /// <summary>The exception for what is no name, or no beginning of one.</summary>
    public static ArgumentException Invalid(string name, string parameter) => new(
        $"'{name}' is not a name for an object: it must be a relative path with forward slashes, without empty, '.' or '..' segments, colons or control characters.", parameter);

    private static bool AreSegments(string[] segments) => !segments.Any(segment => segment is "" or "." or ".." || segment.AsSpan().ContainsAny(Forbidden));
}
