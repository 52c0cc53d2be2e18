using System.Globalization;

namespace Pipeline;

/// <summary>A setting is missing or wrong, so that a host cannot start. The message names the setting, what is wrong with it, and where to set it.</summary>
public sealed class SettingException : Exception
{
    /// <summary>Creates the exception for one setting.</summary>
    /// <param name="setting">The setting's name, such as <c>ObjectStore:Kind</c>.</param>
    /// <param name="problem">What is wrong and what it must be, as a sentence that the name begins: <c>is missing.</c></param>
    /// <param name="innerException">The cause; null where there is none.</param>
    public SettingException(string setting, string problem, Exception? innerException = null)
        : base($"{setting} {problem} {WhereToSet(setting)}", innerException) => Setting = setting;

    /// <summary>The setting's name, with colons.</summary>
    public string Setting { get; }

    private static string WhereToSet(string setting)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(setting);
        return $"Set it under Values in local.settings.json, in the environment as {setting.Replace(":", "__", StringComparison.Ordinal)}, or in Azure as an app setting of that name.";
    }
}

/// <summary>Checks settings against their ranges, with a message that names the setting, its value and the range.</summary>
internal static class SettingRange
{
    /// <summary>Checks a setting; a null value is one that is left to its default.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is outside the range.</exception>
    public static void Require(double? value, double lowest, double highest, string name)
    {
        if (value is double given && !(given >= lowest && given <= highest))
        {
            string range = double.IsPositiveInfinity(highest)
                ? string.Create(CultureInfo.InvariantCulture, $"at least {lowest}")
                : string.Create(CultureInfo.InvariantCulture, $"from {lowest} to {highest}");
            throw new ArgumentOutOfRangeException(name, given, string.Create(CultureInfo.InvariantCulture, $"{name} is {given}; it must be {range}."));
        }
    }
}
