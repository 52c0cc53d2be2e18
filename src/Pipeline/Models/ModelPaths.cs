using System.Security.Cryptography;
using System.Text;

namespace Pipeline.Models;

/// <summary>Where model versions live in the object store: <c>hdbscan-models/{tech-center-slug}/{year}_q{quarter}/</c>.</summary>
public static class ModelPaths
{
    /// <summary>The arrays' file.</summary>
    public const string ArraysFile = "model.safetensors";

    /// <summary>The clusters' file.</summary>
    public const string ClustersFile = "clusters.json";

    /// <summary>The measures' file.</summary>
    public const string MetricsFile = "metrics.json";

    /// <summary>The file that is written last and makes the version exist.</summary>
    public const string ManifestFile = "manifest.json";

    /// <summary>The folder of all models.</summary>
    public const string Root = "hdbscan-models";

    private const int LongestSlug = 60;

    /// <summary>The folder of a tech center's versions, without a slash at its end.</summary>
    public static string TechCenter(string techCenter) => $"{Root}/{Slug(techCenter)}";

    /// <summary>The folder of one version, without a slash at its end.</summary>
    public static string Version(string techCenter, ModelVersionId version) => $"{TechCenter(techCenter)}/{version}";

    /// <summary>
    /// A tech center's name as a folder name: lower-case letters, digits and dashes. Where that loses anything but case and single blanks,
    /// the start of the name's SHA-256 keeps different names apart.
    /// </summary>
    /// <exception cref="ArgumentException">The name is empty.</exception>
    public static string Slug(string techCenter)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(techCenter);
        StringBuilder slug = new();
        bool exact = techCenter.Length <= LongestSlug;
        foreach (char c in techCenter)
        {
            bool kept = char.IsAsciiLetterOrDigit(c);
            exact &= kept || (c == ' ' && slug.Length > 0 && slug[^1] != '-');
            if (kept)
            {
                slug.Append(char.ToLowerInvariant(c));
            }
            else if (slug.Length > 0 && slug[^1] != '-')
            {
                slug.Append('-');
            }
        }

        string readable = slug.ToString(0, Math.Min(slug.Length, LongestSlug)).Trim('-');
        if (exact && techCenter[^1] != ' ')
        {
            return readable;
        }

        string hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(techCenter)))[..8];
        return readable.Length == 0 ? hash : $"{readable}-{hash}";
    }
}
