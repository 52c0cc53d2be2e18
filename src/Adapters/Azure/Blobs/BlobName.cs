using System.Text.RegularExpressions;
using Pipeline.Storage;

namespace Pipeline.Adapters.Azure.Blobs;

/// <summary>The name of an object as Azure has it: the first segment is the container, the rest the blob's name.</summary>
internal static partial class BlobName
{
    private const int LongestName = 1024;

    /// <summary>Splits an object's name.</summary>
    /// <exception cref="ArgumentException">It is no name for an object, or Azure has no such container or blob.</exception>
    public static (string Container, string Blob) Split(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        string[] segments = name.Split('/');
        if (!ObjectName.IsValid(name))
        {
            throw ObjectName.Invalid(name, nameof(name));
        }

        RequireContainer(segments[0], name, nameof(name));
        string blob = name[Math.Min(name.Length, segments[0].Length + 1)..];
        return blob.Length is > 0 and <= LongestName && blob[^1] != '.'
            ? (segments[0], blob)
            : throw new ArgumentException($"'{name}' is not a name for a blob: after the container, '{segments[0]}', it needs a name of 1 to {LongestName} characters that does not end with a full stop.", nameof(name));
    }

    /// <summary>Splits the prefix of a listing; the second part is null where the prefix ends before the container's name does.</summary>
    /// <exception cref="ArgumentException">No object's name can begin with it.</exception>
    public static (string Container, string? Blob) SplitPrefix(string prefix)
    {
        ArgumentNullException.ThrowIfNull(prefix);
        string[] segments = prefix.Split('/');
        if (!ObjectName.IsPrefix(prefix))
        {
            throw ObjectName.Invalid(prefix, nameof(prefix));
        }

        if (segments.Length == 1)
        {
            return (prefix, null);
        }

        RequireContainer(segments[0], prefix, nameof(prefix));
        return (segments[0], prefix[(segments[0].Length + 1)..]);
    }

    private static void RequireContainer(string container, string name, string parameter)
    {
        if (!ContainerForm().IsMatch(container))
        {
            throw new ArgumentException(
                $"'{name}' cannot be an object in Azure: its first segment is the container, and '{container}' is not a name for one. That takes 3 to 63 lower-case letters, digits and single dashes, and begins and ends with a letter or digit.",
                parameter);
        }
    }

    [GeneratedRegex("^(?=.{3,63}$)[a-z0-9]+(?:-[a-z0-9]+)*$", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex ContainerForm();
}
