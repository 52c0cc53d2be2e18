using Pipeline.Storage;

namespace Pipeline.Adapters.BigQuery;

/// <summary>Sends single requests, each again while it fails for reasons that pass, with longer and longer pauses. This is the one place where requests are repeated: clients do not.</summary>
internal sealed class BigQueryRequests(BigQueryOptions options, BigQueryClients clients, TimeProvider clock)
{
    private const int LongestPause = 32;

    /// <summary>Sends a request that bears to be sent twice.</summary>
    /// <exception cref="WarehouseException">It was refused, or failed to the last attempt.</exception>
    public async Task<T> SendAsync<T>(Func<IBigQuery, Task<T>> request, CancellationToken cancellationToken)
    {
        for (int attempt = 1; ; attempt++)
        {
            try
            {
                return await request(await clients.PresentAsync(cancellationToken));
            }
            catch (Exception e) when (!cancellationToken.IsCancellationRequested && attempt < options.Attempts && BigQueryFailure.Passes(e))
            {
                await PauseAsync(attempt, cancellationToken);
            }
            catch (Exception e) when (!cancellationToken.IsCancellationRequested && BigQueryFailure.Concerns(e))
            {
                throw BigQueryFailure.Explain(options, e);
            }
        }
    }

    /// <summary>Sends a request that gives nothing.</summary>
    /// <exception cref="WarehouseException">It was refused, or failed to the last attempt.</exception>
    public Task SendAsync(Func<IBigQuery, Task> request, CancellationToken cancellationToken) => SendAsync(
        async client =>
        {
            await request(client);
            return true;
        },
        cancellationToken);

    /// <summary>Waits before the attempt after this one: twice as long each time, shortened by chance so that two who met do not meet again.</summary>
    public Task PauseAsync(int attempt, CancellationToken cancellationToken) =>
        Task.Delay(options.FirstRetry * Math.Min(1 << Math.Min(attempt - 1, 10), LongestPause) * (0.5 + (Random.Shared.NextDouble() / 2)), clock, cancellationToken);
}
