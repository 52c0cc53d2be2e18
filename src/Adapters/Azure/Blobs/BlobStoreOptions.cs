using System.Globalization;

namespace Pipeline.Adapters.Azure.Blobs;

/// <summary>
/// Where the blobs are, who the pipeline is to them, and how stubbornly it tries. The account is that of the section <c>ModelStorage</c>,
/// in the form in which the Functions host reads it for the blob trigger, so that both always mean the same one.
/// </summary>
public sealed record BlobStoreOptions
{
    /// <summary>The setting that names the account.</summary>
    public const string Section = "ModelStorage";

    private const int MostRetries = 20;

    /// <summary>The setting that names this account, for messages: <see cref="Section"/>, or another where the account is a second one.</summary>
    public string Setting { get; init; } = Section;

    /// <summary>The setting <c>ModelStorage</c> itself: a connection string with a key, for Azurite and for trying things out; null or empty where <see cref="ServiceUri"/> is given.</summary>
    public string? ConnectionString { get; init; }

    /// <summary><c>ModelStorage:blobServiceUri</c>: the account's blob endpoint, such as <c>https://NAME.blob.core.windows.net</c>, reached by the identity.</summary>
    public string? ServiceUri { get; init; }

    /// <summary><c>ModelStorage:credential</c>: <c>managedidentity</c>; null or empty for whatever identity there is.</summary>
    public string? Credential { get; init; }

    /// <summary><c>ModelStorage:clientId</c>: the client id of a user-assigned identity; null or empty for the one of AZURE_CLIENT_ID.</summary>
    public string? ClientId { get; init; }

    /// <summary><c>ObjectStore:Retries</c>: how often a request is tried again after throttling, a server's failure or a dropped connection, 0 to 20.</summary>
    public int Retries { get; init; } = 5;

    /// <summary><c>ObjectStore:RetrySeconds</c>: the pause before the first retry, 0.01 to 60 seconds; it doubles each time, and is longer where the store asks for more.</summary>
    public double RetrySeconds { get; init; } = 0.8;

    /// <summary><c>ObjectStore:TimeoutSeconds</c>: how long one request may go without an answer, 1 to 3600 seconds.</summary>
    public int TimeoutSeconds { get; init; } = 60;

    /// <summary>Checks the settings.</summary>
    /// <exception cref="SettingException">One is missing or wrong.</exception>
    public void Validate()
    {
        if (string.IsNullOrWhiteSpace(ConnectionString) == string.IsNullOrWhiteSpace(ServiceUri))
        {
            string problem = string.IsNullOrWhiteSpace(ServiceUri) ? "is missing, and the store is of the kind AzureBlobs." : $"is a connection string, and {Setting}:blobServiceUri is set as well.";
            throw new SettingException(
                Setting, $"{problem} It must be either a connection string (UseDevelopmentStorage=true for Azurite), or {Setting}:blobServiceUri with the account's blob endpoint must be set in its place.");
        }

        if (!string.IsNullOrWhiteSpace(ServiceUri) && !(Uri.TryCreate(ServiceUri, UriKind.Absolute, out Uri? uri) && string.Equals(uri.Scheme, Uri.UriSchemeHttps, StringComparison.Ordinal) && string.IsNullOrEmpty(uri.Query)))
        {
            throw new SettingException($"{Setting}:blobServiceUri", $"is '{ServiceUri.Split('?')[0]}'; it must be the https address of a blob endpoint, such as https://NAME.blob.core.windows.net, without a query.");
        }

        if (!string.IsNullOrWhiteSpace(Credential) && !AzureIdentity.IsManaged(Credential))
        {
            throw new SettingException($"{Setting}:credential", $"is '{Credential}'; it must be managedidentity, or empty for whatever identity there is.");
        }

        Require("ObjectStore:Retries", Retries, 0, MostRetries);
        Require("ObjectStore:RetrySeconds", RetrySeconds, 0.01, 60);
        Require("ObjectStore:TimeoutSeconds", TimeoutSeconds, 1, 3600);
    }

    private static void Require(string setting, double value, double lowest, double highest)
    {
        if (!(value >= lowest && value <= highest))
        {
            throw new SettingException(setting, string.Create(CultureInfo.InvariantCulture, $"is {value}; it must be from {lowest} to {highest}."));
        }
    }
}
