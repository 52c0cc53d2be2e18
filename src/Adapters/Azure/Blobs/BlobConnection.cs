using System.Diagnostics.CodeAnalysis;
using Azure.Core;
using Azure.Core.Pipeline;
using Azure.Storage.Blobs;

namespace Pipeline.Adapters.Azure.Blobs;

/// <summary>Makes the client of a storage account.</summary>
internal static class BlobConnection
{
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);

    /// <summary>A client of the account that <paramref name="options"/> name; nothing is sent yet.</summary>
    /// <param name="options">The account and how often to try.</param>
    /// <param name="handler">What requests go through in the place of the network.</param>
    /// <exception cref="SettingException">A setting is missing or wrong.</exception>
    public static BlobServiceClient Open(BlobStoreOptions options, HttpMessageHandler? handler = null)
    {
        options.Validate();
        BlobClientOptions client = Tuned(options, handler);
        if (!string.IsNullOrWhiteSpace(options.ServiceUri))
        {
            return new BlobServiceClient(new Uri(options.ServiceUri), AzureIdentity.Create(options.Credential, options.ClientId), client);
        }

        try
        {
            return new BlobServiceClient(options.ConnectionString, client);
        }
        catch (Exception e) when (e is FormatException or ArgumentException or InvalidOperationException)
        {
            // What is wrong with it may quote the key, so the message does not repeat it.
            throw new SettingException(BlobStoreOptions.Section, "is no connection string of a storage account. It must be one as the portal shows it under Access keys, or UseDevelopmentStorage=true for Azurite.");
        }
    }

    [SuppressMessage("Reliability", "CA2000:Dispose objects before losing scope", Justification = "The transport lives as long as the store, which lives as long as the process.")]
    private static BlobClientOptions Tuned(BlobStoreOptions options, HttpMessageHandler? handler)
    {
        BlobClientOptions client = new()
        {
            Transport = new HttpClientTransport(new HttpClient(handler ?? NewHandler()) { Timeout = Timeout.InfiniteTimeSpan }),
        };
        client.Retry.Mode = RetryMode.Exponential;
        client.Retry.MaxRetries = options.Retries;
        client.Retry.Delay = TimeSpan.FromSeconds(options.RetrySeconds);
        client.Retry.MaxDelay = LongestPause;
        client.Retry.NetworkTimeout = TimeSpan.FromSeconds(options.TimeoutSeconds);
        return client;
    }

    private static SocketsHttpHandler NewHandler() => new()
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        ConnectTimeout = ConnectTimeout,
        PooledConnectionLifetime = TimeSpan.FromMinutes(5),
    };
}
