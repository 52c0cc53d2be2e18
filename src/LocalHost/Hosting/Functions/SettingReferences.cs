using System.Text.RegularExpressions;
using Microsoft.Extensions.Configuration;

namespace Pipeline.LocalHost.Hosting.Functions;

/// <summary>Puts settings into the texts of attributes: <c>%Name%</c> becomes the value of the setting <c>Name</c>.</summary>
internal static partial class SettingReferences
{
    /// <summary>The text with every reference replaced.</summary>
    /// <exception cref="FormatException">A setting is missing or empty; the message names it.</exception>
    public static string Resolve(string text, IConfiguration settings) => Reference().Replace(text, match =>
    {
        string name = match.Groups["name"].Value;
        return settings[name] is { Length: > 0 } value
            ? value
            : throw new FormatException($"'{text}' needs the setting '{name}', which is missing or empty. Put it under \"Values\" in local.settings.json, or in the environment as {name.Replace(":", "__", StringComparison.Ordinal)}.");
    });

    [GeneratedRegex("%(?<name>[^%]+)%", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Reference();
}
