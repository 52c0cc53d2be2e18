using System.Globalization;
using Microsoft.Extensions.Configuration;
using Pipeline.Adapters.Azure.Blobs;

namespace Pipeline.Triggers;

/// <summary>Reads the settings of the object store of the kind <c>AzureBlobs</c>.</summary>
internal static class BlobSettings
{
    /// <summary>Reads and checks them.</summary>
    /// <param name="configuration">The settings.</param>
    /// <param name="setting">The setting that names the account.</param>
    /// <exception cref="SettingException">One is missing or wrong.</exception>
    public static BlobStoreOptions Read(IConfiguration configuration, string setting = BlobStoreOptions.Section)
    {
        IConfigurationSection account = configuration.GetSection(setting);
        BlobStoreOptions standard = new();
        BlobStoreOptions options = new()
        {
            Setting = setting,
            ConnectionString = account.Value,
            ServiceUri = account["blobServiceUri"],
            Credential = account["credential"],
            ClientId = account["clientId"],
            Retries = WholeNumber(configuration, "ObjectStore:Retries", standard.Retries),
            RetrySeconds = Number(configuration, "ObjectStore:RetrySeconds", standard.RetrySeconds, NumberStyles.Float),
            TimeoutSeconds = WholeNumber(configuration, "ObjectStore:TimeoutSeconds", standard.TimeoutSeconds),
        };
        options.Validate();
        return options;
    }

    /// <summary>A setting that is a whole number.</summary>
    /// <exception cref="SettingException">It is none.</exception>
    public static int WholeNumber(IConfiguration configuration, string setting, int standard) => (int)Number(configuration, setting, standard, NumberStyles.AllowLeadingSign);

    private static double Number(IConfiguration configuration, string setting, double standard, NumberStyles style)
    {
        string? text = configuration[setting];
        if (string.IsNullOrWhiteSpace(text))
        {
            return standard;
        }

        return double.TryParse(text, style, CultureInfo.InvariantCulture, out double number)
            ? number
            : throw new SettingException(setting, $"is '{text}'; it must be a {(style == NumberStyles.Float ? "" : "whole ")}number.");
    }
}
