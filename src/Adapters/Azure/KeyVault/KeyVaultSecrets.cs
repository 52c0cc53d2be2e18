using System.Globalization;
using Azure.Security.KeyVault.Secrets;
using Microsoft.Extensions.Configuration;

namespace Pipeline.Adapters.Azure.KeyVault;

/// <summary>Makes the secrets of a Key Vault settings: the secret <c>AzureOpenAI--ApiKey</c> is the setting <c>AzureOpenAI:ApiKey</c>.</summary>
public static class KeyVaultSecrets
{
    /// <summary>The setting with the vault's address; empty for no vault.</summary>
    public const string UriSetting = "KeyVault:Uri";

    /// <summary>The setting with the minutes between two looks for changed secrets, 1 to 1440.</summary>
    public const string RefreshSetting = "KeyVault:RefreshMinutes";

    /// <summary>The section of settings that says when each secret's present version was made: its name in the vault, and the time in UTC.</summary>
    public const string DatesSection = "KeyVault:Dates";

    private const double DefaultRefreshMinutes = 10;

    // Nothing starts before the secrets are read: a vault that cannot be reached is told within a minute or two.
    private static readonly TimeSpan AnswerTime = TimeSpan.FromSeconds(20);

    /// <summary>
    /// Adds the secrets of the vault that the settings name, before all other sources; nothing where they name none. They are read when the settings are built,
    /// and looked at again in the background: a changed one is taken up as a changed file is, and while the vault does not answer the values stay as they are.
    /// </summary>
    /// <param name="builder">Where they are added.</param>
    /// <param name="settings">The settings so far.</param>
    /// <param name="report">Is told, in a sentence without secrets, when a later look fails; null for nobody.</param>
    /// <exception cref="SettingException">A setting is wrong; when the settings are built: the vault cannot be read.</exception>
    public static IConfigurationBuilder AddKeyVaultSecrets(this IConfigurationBuilder builder, IConfiguration settings, Action<string>? report = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(settings);
        string? uri = settings[UriSetting];
        if (string.IsNullOrWhiteSpace(uri))
        {
            return builder;
        }

        if (!Uri.TryCreate(uri, UriKind.Absolute, out Uri? vault) || !string.Equals(vault.Scheme, Uri.UriSchemeHttps, StringComparison.Ordinal))
        {
            throw new SettingException(UriSetting, $"is '{uri}'; it must be the vault's address, such as https://NAME.vault.azure.net/.");
        }

        SecretClientOptions options = new();
        options.Retry.NetworkTimeout = AnswerTime;
        SecretClient client = new(vault, AzureIdentity.Create(), options);
        return builder.Add(new KeyVaultSource(client, Refresh(settings[RefreshSetting]), TimeProvider.System, report));
    }

    private static TimeSpan Refresh(string? minutes)
    {
        if (string.IsNullOrWhiteSpace(minutes))
        {
            return TimeSpan.FromMinutes(DefaultRefreshMinutes);
        }

        return double.TryParse(minutes, NumberStyles.Float, CultureInfo.InvariantCulture, out double given) && given is >= 1 and <= 1440
            ? TimeSpan.FromMinutes(given)
            : throw new SettingException(RefreshSetting, $"is '{minutes}'; it must be a number from 1 to 1440.");
    }
}
