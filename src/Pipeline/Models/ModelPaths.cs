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

    /// <summary>What the gate found, beside the files of a version: it is written after the manifest, which does not name it.</summary>
    public const string ValidationFile = "validation.json";

    /// <summary>The stages of a tech center's versions: <c>{tech-center-slug}/stages.json</c>.</summary>
    public const string StagesFile = "stages.json";

    /// <summary>The folder of all models.</summary>
    public const string Root = "hdbscan-models";

    private const int LongestSlug = 60;

    /// <summary>Names the tech center that a folder belongs to: <c>{tech-center-slug}/owner.json</c>.</summary>
    public const string OwnerFile = "owner.json";

    /// <summary>The folder of one version, without a slash at its end.</summary>
    /// <param name="folder">The tech center's folder below the root; see <see cref="ModelFolders"/>.</param>
    /// <param name="version">The version's name.</param>
    public static string Version(string folder, string version) => $"{Root}/{folder}/{version}";

    /// <summary>
    /// A tech center's name as a folder name: lower-case letters, digits and dashes, <c>bt-tc-data-analytics</c> for <c>BT-TC-Data Analytics</c>. Full-width letters and digits are taken for plain ones.
    /// Names that differ in more than that share it, and then <see cref="HashedSlug"/> keeps them apart. Where nothing readable is left it is the hash.
    /// </summary>
    /// <exception cref="ArgumentException">The name is empty.</exception>
    public static string Slug(string techCenter) => Readable(techCenter, foldsWidth: true) is { Length: > 0 } readable ? readable : Hash(techCenter);

    /// <summary>The folder name that no other tech center has: the slug with the start of the name's SHA-256.</summary>
    /// <exception cref="ArgumentException">The name is empty.</exception>
    public static string HashedSlug(string techCenter) => Readable(techCenter, foldsWidth: false) is { Length: > 0 } readable ? $"{readable}-{Hash(techCenter)}" : Hash(techCenter);

    private static string Readable(string techCenter, bool foldsWidth)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(techCenter);
        StringBuilder slug = new();
        foreach (char written in techCenter)
        {
            char c = foldsWidth && written is >= '\uFF01' and <= '\uFF5E' ? (char)(written - 0xFEE0) : written;
            if (char.IsAsciiLetterOrDigit(c))
            {
                slug.Append(char.ToLowerInvariant(c));
            }
            else if (slug.Length > 0 && slug[^1] != '-')
            {
                slug.Append('-');
            }
        }

        return slug.ToString(0, Math.Min(slug.Length, LongestSlug)).Trim('-');
    }

    private static string Hash(string techCenter) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(techCenter)))[..8];
}
