using Amazon;
using Amazon.Runtime;
using Amazon.S3;

namespace Pipeline.Adapters.S3;

/// <summary>Makes the client of a bucket's server.</summary>
internal static class S3Connection
{
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(5);

    /// <summary>A client as <paramref name="options"/> ask for; nothing is sent yet.</summary>
    /// <param name="options">The server, the identity and how often to try.</param>
    /// <param name="handler">What requests go through in the place of the network.</param>
    /// <exception cref="SettingException">A setting is missing or wrong.</exception>
    public static AmazonS3Client Open(S3StoreOptions options, HttpMessageHandler? handler = null)
    {
        options.Validate();
        AmazonS3Config config = Tuned(options, handler);
        try
        {
            return string.IsNullOrWhiteSpace(options.AccessKeyId)
                ? new AmazonS3Client(config)
                : new AmazonS3Client(new BasicAWSCredentials(options.AccessKeyId.Trim(), options.SecretAccessKey!.Trim()), config);
        }
        catch (AmazonClientException e)
        {
            throw new SettingException($"{S3StoreOptions.Section}:Region", $"is missing, and neither AWS_REGION nor a profile tells it. Set it to the bucket's region, such as eu-central-1. ({e.Message})");
        }
    }

    private static AmazonS3Config Tuned(S3StoreOptions options, HttpMessageHandler? handler)
    {
        AmazonS3Config config = new()
        {
            ForcePathStyle = options.PathStyle,
            RetryMode = RequestRetryMode.Standard,
            MaxErrorRetry = options.Retries,
            Timeout = TimeSpan.FromSeconds(options.TimeoutSeconds),
            ConnectTimeout = ConnectTimeout,
        };
        string? region = string.IsNullOrWhiteSpace(options.Region) ? null : options.Region.Trim();
        if (!string.IsNullOrWhiteSpace(options.Endpoint))
        {
            // Servers of others know neither the checksums nor the regions of the newest SDK.
            config.ServiceURL = options.Endpoint.Trim();
            config.AuthenticationRegion = region ?? "us-east-1";
            config.RequestChecksumCalculation = RequestChecksumCalculation.WHEN_REQUIRED;
            config.ResponseChecksumValidation = ResponseChecksumValidation.WHEN_REQUIRED;
        }
        else if (region is not null)
        {
            config.RegionEndpoint = RegionEndpoint.GetBySystemName(region);
        }

        if (handler is not null)
        {
            config.HttpClientFactory = new Handled(handler);
        }

        return config;
    }

    private sealed class Handled(HttpMessageHandler handler) : HttpClientFactory
    {
        public override HttpClient CreateHttpClient(IClientConfig clientConfig) => new(handler, disposeHandler: false);

        public override bool UseSDKHttpClientCaching(IClientConfig clientConfig) => false;
    }
}
