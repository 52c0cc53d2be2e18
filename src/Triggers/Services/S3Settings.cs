using Microsoft.Extensions.Configuration;
using Pipeline.Adapters.S3;

namespace Pipeline.Triggers;

/// <summary>Reads the settings of the object store of the kind <c>S3</c>.</summary>
internal static class S3Settings
{
    /// <summary>Reads and checks them.</summary>
    /// <param name="configuration">The settings.</param>
    /// <param name="setting">Their section.</param>
    /// <exception cref="SettingException">One is missing or wrong.</exception>
    public static S3StoreOptions Read(IConfiguration configuration, string setting = S3StoreOptions.Section)
    {
        IConfigurationSection section = configuration.GetSection(setting);
        S3StoreOptions standard = new();
        S3StoreOptions options = new()
        {
            Setting = setting,
            Bucket = section["Bucket"]?.Trim(),
            Prefix = section["Prefix"],
            Region = section["Region"],
            Endpoint = section["Endpoint"],
            PathStyle = YesOrNo(section["PathStyle"], $"{setting}:PathStyle"),
            AccessKeyId = section["AccessKeyId"],
            SecretAccessKey = section["SecretAccessKey"],
            Retries = BlobSettings.WholeNumber(configuration, "ObjectStore:Retries", standard.Retries),
            TimeoutSeconds = BlobSettings.WholeNumber(configuration, "ObjectStore:TimeoutSeconds", standard.TimeoutSeconds),
        };
        options.Validate();
        return options;
    }

    private static bool YesOrNo(string? text, string setting) => string.IsNullOrWhiteSpace(text) ? false
        : bool.TryParse(text, out bool value) ? value
        : throw new SettingException(setting, $"is '{text}'; it must be true or false.");
}
