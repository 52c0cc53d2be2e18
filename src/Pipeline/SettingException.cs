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
