using Pipeline.TestSupport;

namespace Pipeline.Adapters.S3.Tests;

/// <summary>Settings for the tests' server.</summary>
internal static class S3Settings
{
    public static S3StoreOptions Of(int port, string bucket) => new()
    {
        Bucket = bucket,
        Endpoint = S3Server.AddressOf(port),
        PathStyle = true,
        AccessKeyId = S3Server.AccessKey,
        SecretAccessKey = S3Server.SecretKey,
        Retries = 2,
        TimeoutSeconds = 30,
    };
}
