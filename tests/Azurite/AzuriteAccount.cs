namespace Pipeline.TestSupport;

/// <summary>A storage account in Azurite.</summary>
internal sealed record AzuriteAccount(string Name, string Key, int Port)
{
    /// <summary>The connection string; its key is a secret of nobody.</summary>
    public string ConnectionString => $"DefaultEndpointsProtocol=http;AccountName={Name};AccountKey={Key};BlobEndpoint=http://127.0.0.1:{Port}/{Name};";
}
