using System.Globalization;

namespace Pipeline;

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
