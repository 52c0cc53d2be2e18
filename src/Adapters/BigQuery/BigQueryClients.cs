using Google.Apis.Auth.OAuth2;

namespace Pipeline.Adapters.BigQuery;

/// <summary>The client of the present credentials: made at the first request, and anew when they have changed.</summary>
/// <param name="options">Where.</param>
/// <param name="credentials">The JSON text of the credentials; null or empty for those of the machine.</param>
/// <param name="connect">Makes a client; without credentials where the server asks for none.</param>
internal sealed class BigQueryClients(BigQueryOptions options, Func<string?> credentials, Func<BigQueryOptions, GoogleCredential?, IBigQuery> connect) : IDisposable
{
    private readonly SemaphoreSlim _connecting = new(1, 1);
    private readonly List<IBigQuery> _clients = [];
    private string? _credentials;

    /// <summary>The client. Requests under way keep the one that they began with, so an old one is disposed with all others only.</summary>
    /// <exception cref="Storage.WarehouseException">The text is no credentials, or there are none anywhere.</exception>
    public async Task<IBigQuery> PresentAsync(CancellationToken cancellationToken)
    {
        string? present = credentials();
        await _connecting.WaitAsync(cancellationToken);
        try
        {
            if (_clients.Count == 0 || !string.Equals(present, _credentials, StringComparison.Ordinal))
            {
                _clients.Add(connect(options, options.IsAnonymous ? null : await BigQueryCredentials.ReadAsync(present, cancellationToken)));
                _credentials = present;
            }

            return _clients[^1];
        }
        finally
        {
            _connecting.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _clients.ForEach(client => client.Dispose());
        _connecting.Dispose();
    }
}
