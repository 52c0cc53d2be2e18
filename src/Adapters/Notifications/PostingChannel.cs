using System.Globalization;
using System.Net.Http.Headers;
using System.Text.Json;
using Pipeline.Alerts;

namespace Pipeline.Adapters.Notifications;

/// <summary>A channel that posts JSON to one address.</summary>
internal abstract class PostingChannel(AlertChannelOptions options) : IAlertChannel
{
    // One for all: it keeps connections for a while, and follows changes of the address' name.
    private static readonly HttpClient Client = new(new SocketsHttpHandler { PooledConnectionLifetime = TimeSpan.FromMinutes(5), AllowAutoRedirect = false }) { Timeout = TimeSpan.FromSeconds(30) };

    /// <inheritdoc/>
    public string Name => options.Name;

    /// <inheritdoc/>
    public async Task SendAsync(AlertMessage message, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(message);
        byte[] body = JsonSerializer.SerializeToUtf8Bytes(Body(message), PipelineJson.Compact);
        using HttpRequestMessage request = new(HttpMethod.Post, options.Url) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json", "utf-8");
        Sign(request, body);
        try
        {
            using HttpResponseMessage response = await Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            if (!response.IsSuccessStatusCode)
            {
                throw new AlertChannelException(string.Create(CultureInfo.InvariantCulture, $"{Host} answered with the status {(int)response.StatusCode}."));
            }
        }
        catch (Exception e) when (e is HttpRequestException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            throw new AlertChannelException($"{Host} did not answer: {e.Message}", e);
        }
    }

    /// <summary>What is posted, in the form that the other side wants.</summary>
    protected abstract object Body(AlertMessage message);

    /// <summary>Adds headers that vouch for the body.</summary>
    protected virtual void Sign(HttpRequestMessage request, byte[] body)
    {
    }

    // The rest of the address is the secret.
    private string Host => new Uri(options.Url!).Host;
}
