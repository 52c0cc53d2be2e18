using Microsoft.Extensions.Configuration;
using Pipeline.Adapters.S3;

namespace Pipeline.Triggers;

/// <summary>Reads the settings of the object store of the kind <c>S3</c>.</summary>
internal static class S3Settings
{
    /// <summary>Reads and checks them.</summary>
    /// <exception cref="SettingException">One is missing or wrong.</exception>
    public static S3StoreOptions Read(IConfiguration configuration)
    {
        IConfigurationSection section = configuration.GetSection(S3StoreOptions.Section);
        S3StoreOptions standard = new();
        S3StoreOptions options = new()
        {
            Bucket = section["Bucket"]?.Trim(),
            Prefix = section["Prefix"],
            Region = section["Region"],
            Endpoint = section["Endpoint"],
            PathStyle = YesOrNo(section["PathStyle"]),
            AccessKeyId = section["AccessKeyId"],
            SecretAccessKey = section["SecretAccessKey"],
            Retries = BlobSettings.WholeNumber(configuration, "ObjectStore:Retries", standard.Retries),
            TimeoutSeconds = BlobSettings.WholeNumber(configuration, "ObjectStore:TimeoutSeconds", standard.TimeoutSeconds),
        };
        options.Validate();
        return options;
    }

    private static bool YesOrNo(string? text) => string.IsNullOrWhiteSpace(text) ? false
        : bool.TryParse(text, out bool value) ? value
        : throw new SettingException($"{S3StoreOptions.Section}:PathStyle", $"is '{text}'; it must be true or false.");
}
