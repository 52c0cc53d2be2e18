using System.Globalization;
using System.Text.RegularExpressions;

namespace Pipeline.Adapters.S3;

/// <summary>Which bucket the objects are in, who the pipeline is to it, and how stubbornly it tries: the section <c>S3</c>.</summary>
public sealed partial record S3StoreOptions
{
    /// <summary>The section of the settings.</summary>
    public const string Section = "S3";

    private const int MostRetries = 20;

    /// <summary>The section of these settings, for messages: <see cref="Section"/>, or another where the bucket is a second one.</summary>
    public string Setting { get; init; } = Section;

    /// <summary><c>S3:Bucket</c>: the bucket, which must be there.</summary>
    public string? Bucket { get; init; }

    /// <summary><c>S3:Prefix</c>: what every object's key begins with, so that several can share a bucket; null or empty for none. A slash at its end is not needed.</summary>
    public string? Prefix { get; init; }

    /// <summary><c>S3:Region</c>: the bucket's region, such as <c>eu-central-1</c>; null or empty for the one of AWS_REGION or of the profile.</summary>
    public string? Region { get; init; }

    /// <summary><c>S3:Endpoint</c>: the address of another server that speaks S3; null or empty for Amazon's.</summary>
    public string? Endpoint { get; init; }

    /// <summary><c>S3:PathStyle</c>: whether the bucket is a part of the path and not of the host's name, as most other servers want it.</summary>
    public bool PathStyle { get; init; }

    /// <summary><c>S3:AccessKeyId</c>: a key; null or empty for what the default chain finds: environment, web identity, profile, the role of container or instance.</summary>
    public string? AccessKeyId { get; init; }

    /// <summary><c>S3:SecretAccessKey</c>: the key's secret.</summary>
    public string? SecretAccessKey { get; init; }

    /// <summary><c>ObjectStore:Retries</c>: how often a request is tried again after throttling, a server's failure or a dropped connection, 0 to 20.</summary>
    public int Retries { get; init; } = 5;

    /// <summary><c>ObjectStore:TimeoutSeconds</c>: how long one request may go without an answer, 1 to 3600 seconds.</summary>
    public int TimeoutSeconds { get; init; } = 60;

    /// <summary>The prefix with a slash at its end; empty for none.</summary>
    internal string KeyPrefix => string.IsNullOrWhiteSpace(Prefix) ? "" : Prefix.Trim().Trim('/') + "/";

    /// <summary>Checks the settings.</summary>
    /// <exception cref="SettingException">One is missing or wrong.</exception>
    public void Validate()
    {
        if (string.IsNullOrWhiteSpace(Bucket))
        {
            throw new SettingException($"{Setting}:Bucket", "is missing, and the store is of the kind S3. It must name the bucket that the objects are in.");
        }

        if (!BucketForm().IsMatch(Bucket))
        {
            throw new SettingException($"{Setting}:Bucket", $"is '{Bucket}'; a bucket's name has 3 to 63 lower-case letters, digits, dashes and points, and begins and ends with a letter or digit.");
        }

        if (KeyPrefix.Length > 0 && !Storage.ObjectName.IsValid(KeyPrefix[..^1]))
        {
            throw new SettingException($"{Setting}:Prefix", $"is '{Prefix}'; it must be a relative path with forward slashes, without empty, '.' or '..' segments, colons or control characters.");
        }

        if (!string.IsNullOrWhiteSpace(Endpoint) && !(Uri.TryCreate(Endpoint, UriKind.Absolute, out Uri? uri) && uri.Scheme is "http" or "https" && string.IsNullOrEmpty(uri.Query)))
        {
            throw new SettingException($"{Setting}:Endpoint", $"is '{Endpoint.Split('?')[0]}'; it must be the address of a server that speaks S3, such as https://s3.example.com, without a query.");
        }

        if (string.IsNullOrWhiteSpace(AccessKeyId) != string.IsNullOrWhiteSpace(SecretAccessKey))
        {
            string missing = string.IsNullOrWhiteSpace(AccessKeyId) ? "AccessKeyId" : "SecretAccessKey";
            throw new SettingException($"{Setting}:{missing}", $"is missing. Set {Setting}:AccessKeyId and {Setting}:SecretAccessKey both, or neither, and the default chain of AWS is asked.");
        }

        Require("ObjectStore:Retries", Retries, 0, MostRetries);
        Require("ObjectStore:TimeoutSeconds", TimeoutSeconds, 1, 3600);
    }

    private static void Require(string setting, int value, int lowest, int highest)
    {
        if (value < lowest || value > highest)
        {
            throw new SettingException(setting, string.Create(CultureInfo.InvariantCulture, $"is {value}; it must be from {lowest} to {highest}."));
        }
    }

    [GeneratedRegex("^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex BucketForm();
}
