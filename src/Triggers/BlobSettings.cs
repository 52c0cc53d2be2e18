using System.Globalization;
using Microsoft.Extensions.Configuration;
using Pipeline.Adapters.Azure.Blobs;

namespace Pipeline.Triggers;

/// <summary>Reads the settings of the object store of the kind <c>AzureBlobs</c>.</summary>
internal static class BlobSettings
{
    /// <summary>Reads and checks them.</summary>
    /// <exception cref="SettingException">One is missing or wrong.</exception>
    public static BlobStoreOptions Read(IConfiguration configuration)
    {
        IConfigurationSection account = configuration.GetSection(BlobStoreOptions.Section);
        BlobStoreOptions standard = new();
        BlobStoreOptions options = new()
        {
            ConnectionString = account.Value,
            ServiceUri = account["blobServiceUri"],
            Credential = account["credential"],
            ClientId = account["clientId"],
            Retries = (int)Number(configuration, "ObjectStore:Retries", standard.Retries, NumberStyles.AllowLeadingSign),
            RetrySeconds = Number(configuration, "ObjectStore:RetrySeconds", standard.RetrySeconds, NumberStyles.Float),
            TimeoutSeconds = (int)Number(configuration, "ObjectStore:TimeoutSeconds", standard.TimeoutSeconds, NumberStyles.AllowLeadingSign),
        };
        options.Validate();
        return options;
    }

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
