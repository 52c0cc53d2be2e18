using Microsoft.Kiota.Abstractions;
using Microsoft.Kiota.Abstractions.Authentication;
using Microsoft.Kiota.Http.HttpClientLibrary;

namespace Pipeline.Client;

/// <content>How a client says who asks. What it may then do is told by the role of the key or token; an operation that needs another role throws a <see cref="Models.Problem"/> of status 403.</content>
public partial class PipelineClient
{
    private const string KeyHeader = "x-functions-key";

    /// <summary>A client that sends a key with each request.</summary>
    /// <param name="address">Where the interface is, such as <c>https://pipeline.example.org/api</c>: with the prefix, without a path behind it.</param>
    /// <param name="key">A function key, or the master key.</param>
    /// <param name="http">Sends the requests, and stays its owner's; null for one that asks again, three times at the most, after 429, 503 and 504.</param>
    /// <exception cref="ArgumentException">The address is relative, or the key is empty.</exception>
    public static PipelineClient WithKey(Uri address, string key, HttpClient? http = null)
    {
        if (string.IsNullOrWhiteSpace(key))
        {
            throw new ArgumentException("The key is empty; give a function key or the master key.", nameof(key));
        }

        return Of(address, new HeaderAuthentication(KeyHeader, _ => Task.FromResult(key)), http);
    }

    /// <summary>A client that sends a bearer token with each request.</summary>
    /// <param name="address">As for a key.</param>
    /// <param name="token">Gives the token, each time one is needed: of Entra ID, or one that <c>token issue</c> made.</param>
    /// <param name="http">As for a key.</param>
    /// <exception cref="ArgumentException">The address is relative.</exception>
    public static PipelineClient WithToken(Uri address, Func<CancellationToken, Task<string>> token, HttpClient? http = null)
    {
        _ = token ?? throw new ArgumentNullException(nameof(token));
        return Of(address, new HeaderAuthentication("Authorization", async cancellationToken => $"Bearer {await token(cancellationToken).ConfigureAwait(false)}"), http);
    }

    /// <summary>A client of what anyone may ask, or of a host that asks nobody who they are.</summary>
    /// <param name="address">As for a key.</param>
    /// <param name="http">As for a key.</param>
    /// <exception cref="ArgumentException">The address is relative.</exception>
    public static PipelineClient Anonymous(Uri address, HttpClient? http = null) => Of(address, new AnonymousAuthenticationProvider(), http);

    private static PipelineClient Of(Uri address, IAuthenticationProvider authentication, HttpClient? http)
    {
        if (!(address ?? throw new ArgumentNullException(nameof(address))).IsAbsoluteUri)
        {
            throw new ArgumentException($"The address '{address}' is relative; give all of it, such as https://pipeline.example.org/api.", nameof(address));
        }

        return new PipelineClient(new HttpClientRequestAdapter(authentication, httpClient: http) { BaseUrl = address.AbsoluteUri.TrimEnd('/') });
    }

    private sealed class HeaderAuthentication(string name, Func<CancellationToken, Task<string>> value) : IAuthenticationProvider
    {
        public async Task AuthenticateRequestAsync(RequestInformation request, Dictionary<string, object>? additionalAuthenticationContext = null, CancellationToken cancellationToken = default)
        {
            string sent = await value(cancellationToken).ConfigureAwait(false);
            request.Headers.Remove(name);
            request.Headers.Add(name, sent);
        }
    }
}
