using System.Text.Json;
using Google.Apis.Auth.OAuth2;
using Pipeline.Storage;

namespace Pipeline.Adapters.BigQuery;

/// <summary>
/// Who the warehouse is to Google: the key or the federation configuration whose JSON text is given, or where there is none, the application default credentials
/// (of the machine, or of the file that GOOGLE_APPLICATION_CREDENTIALS names).
/// </summary>
internal static class BigQueryCredentials
{
    private const string Setting = "BigQuery:Credentials";
    private const string Scope = "https://www.googleapis.com/auth/bigquery";

    private static readonly string[] InstanceVariables = ["IDENTITY_ENDPOINT", "IDENTITY_HEADER"];

    /// <summary>The credentials. Nothing is asked of Google yet.</summary>
    /// <exception cref="WarehouseException">The text is no credentials, or there are none anywhere.</exception>
    public static async Task<GoogleCredential> ReadAsync(string? json, CancellationToken cancellationToken)
    {
        if (!string.IsNullOrWhiteSpace(json))
        {
            return Read(OfThisInstance(json)).CreateScoped(Scope);
        }

        try
        {
            return (await GoogleCredential.GetApplicationDefaultAsync(cancellationToken)).CreateScoped(Scope);
        }
        catch (InvalidOperationException e)
        {
            throw new WarehouseException(
                $"There are no credentials for BigQuery: {e.Message} Set {Setting} to the JSON text of a key or of a workload identity federation configuration, or GOOGLE_APPLICATION_CREDENTIALS to the path of such a file.", e);
        }
    }

    // In Azure the address and the header of the identity differ from instance to instance, so a federation configuration names their variables: %IDENTITY_ENDPOINT%.
    private static string OfThisInstance(string json) => InstanceVariables.Aggregate(
        json, (text, name) => text.Replace($"%{name}%", Environment.GetEnvironmentVariable(name) ?? $"%{name}%", StringComparison.Ordinal));

    // Other types (authorized_user, impersonated_service_account) are a person's, or lead to further credentials: they are not for a service.
    private static GoogleCredential Read(string json)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(json);
            string? type = document.RootElement.TryGetProperty("type", out JsonElement value) ? value.GetString() : null;
            return type is JsonCredentialParameters.ServiceAccountCredentialType or JsonCredentialParameters.ExternalAccountCredentialType
                ? CredentialFactory.FromJson(json, type)
                : throw new WarehouseException($"{Setting} holds credentials of the type '{type}'. Use the key of a service account or a workload identity federation configuration.");
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or ArgumentException or FormatException)
        {
            // The cause may quote the key, so it is not passed on.
#pragma warning disable MA0054
            throw new WarehouseException($"{Setting} cannot be read ({e.GetType().Name}). It must be the whole JSON text of a service account's key or of a workload identity federation configuration.");
#pragma warning restore MA0054
        }
    }
}
