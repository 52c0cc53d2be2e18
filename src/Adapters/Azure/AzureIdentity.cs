using Azure.Core;
using Azure.Identity;

namespace Pipeline.Adapters.Azure;

/// <summary>Who the pipeline is to Azure where it shows no key.</summary>
public static class AzureIdentity
{
    private const string ClientIdVariable = "AZURE_CLIENT_ID";

    /// <summary>
    /// The managed identity where <paramref name="credential"/> says <c>managedidentity</c>; otherwise the first of what <see cref="DefaultAzureCredential"/> finds:
    /// environment, workload identity, managed identity, and the sign-in of the developer's tools.
    /// </summary>
    /// <param name="credential"><c>managedidentity</c>, or null or empty.</param>
    /// <param name="clientId">The client id of a user-assigned identity; null or empty for the one that AZURE_CLIENT_ID names, or else the system-assigned one.</param>
    public static TokenCredential Create(string? credential = null, string? clientId = null)
    {
        string? user = string.IsNullOrWhiteSpace(clientId) ? Environment.GetEnvironmentVariable(ClientIdVariable) : clientId;
        if (IsManaged(credential))
        {
            return new ManagedIdentityCredential(string.IsNullOrWhiteSpace(user) ? ManagedIdentityId.SystemAssigned : ManagedIdentityId.FromUserAssignedClientId(user));
        }

        return new DefaultAzureCredential(new DefaultAzureCredentialOptions { ManagedIdentityClientId = string.IsNullOrWhiteSpace(user) ? null : user });
    }

    /// <summary>Whether a setting asks for the managed identity and nothing else.</summary>
    public static bool IsManaged(string? credential) => string.Equals(credential?.Trim(), "managedidentity", StringComparison.OrdinalIgnoreCase);
}
