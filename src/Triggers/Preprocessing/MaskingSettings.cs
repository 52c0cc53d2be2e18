using Microsoft.Extensions.Configuration;
using Pipeline.Preprocessing;

namespace Pipeline.Triggers;

/// <summary>Reads the masking rules.</summary>
internal static class MaskingSettings
{
    /// <summary>The setting that names a file with rules in place of the built-in ones.</summary>
    public const string RulesFile = "Masking:RulesFile";

    /// <summary>The built-in rules, or those of the file that <c>Masking:RulesFile</c> names.</summary>
    /// <exception cref="SettingException">The file cannot be used.</exception>
    public static IReadOnlyList<MaskingRule> Read(IConfiguration configuration)
    {
        string? path = configuration[RulesFile];
        if (string.IsNullOrEmpty(path))
        {
            return MaskingRules.Default;
        }

        try
        {
            using FileStream file = File.OpenRead(path);
            return MaskingRules.Load(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            throw new SettingException(RulesFile, $"is '{path}', which cannot be used: {e.Message}", e);
        }
    }
}
