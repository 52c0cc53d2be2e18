using System.Net;
using System.Text;
using System.Text.Json;
using Azure.Core;
using Azure.Core.Pipeline;
using Azure.Security.KeyVault.Secrets;

namespace Pipeline.Adapters.Azure.Tests.Support;

/// <summary>Answers as the REST interface of a Key Vault: it asks for a token first, lists secrets by pages of two without their values, and gives each value on its own.</summary>
internal sealed class FakeVault : HttpMessageHandler
{
    private const string Address = "https://test-vault.vault.azure.net";
    private const int PageSize = 2;

    private readonly Lock _lock = new();
    private readonly SortedDictionary<string, (string Value, long Updated, bool Enabled)> _secrets = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>The names of the secrets whose values were asked for, in order.</summary>
    public List<string> ValuesRead { get; } = [];

    /// <summary>The status that everything is answered with; null for a sound vault.</summary>
    public HttpStatusCode? Broken { get; set; }

    /// <summary>What everything fails with instead of an answer; null for a sound vault.</summary>
    public Exception? Unreachable { get; set; }

    /// <summary>A client of this vault that tries once.</summary>
    public SecretClient Client()
    {
        SecretClientOptions options = new() { Transport = new HttpClientTransport(new HttpClient(this)) };
        options.Retry.MaxRetries = 0;
        return new SecretClient(new Uri(Address), new FixedToken(), options);
    }

    public void Set(string name, string value, DateTimeOffset updated, bool enabled = true)
    {
        lock (_lock)
        {
            _secrets[name] = (value, updated.ToUnixTimeSeconds(), enabled);
        }
    }

    public void Remove(string name)
    {
        lock (_lock)
        {
            _secrets.Remove(name);
        }
    }

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            return Unreachable is null ? Task.FromResult(Answer(request)) : Task.FromException<HttpResponseMessage>(Unreachable);
        }
    }

    private HttpResponseMessage Answer(HttpRequestMessage request)
    {
        if (Broken is HttpStatusCode status)
        {
            return Json(status, new { error = new { code = "Unhappy", message = "The vault is not well." } });
        }

        if (request.Headers.Authorization is null)
        {
            HttpResponseMessage challenge = new(HttpStatusCode.Unauthorized);
            challenge.Headers.WwwAuthenticate.ParseAdd("Bearer authorization=\"https://login.microsoftonline.com/0f0f0f0f-0000-0000-0000-000000000000\", resource=\"https://vault.azure.net\"");
            return challenge;
        }

        string[] path = request.RequestUri!.AbsolutePath.Split('/', StringSplitOptions.RemoveEmptyEntries);
        return path.Length == 1 ? List(request.RequestUri) : Value(path[1]);
    }

    private HttpResponseMessage List(Uri uri)
    {
        int from = uri.Query.Contains("skip=", StringComparison.Ordinal) ? int.Parse(uri.Query.Split("skip=")[1].Split('&')[0], System.Globalization.CultureInfo.InvariantCulture) : 0;
        return Json(HttpStatusCode.OK, new
        {
            value = _secrets.Skip(from).Take(PageSize).Select(s => new { id = $"{Address}/secrets/{s.Key}", attributes = new { enabled = s.Value.Enabled, created = 1, updated = s.Value.Updated } }),
            nextLink = from + PageSize < _secrets.Count ? $"{Address}/secrets?api-version=7.4&skip={from + PageSize}" : null,
        });
    }

    private HttpResponseMessage Value(string name)
    {
        ValuesRead.Add(name);
        return _secrets.TryGetValue(name, out (string Value, long Updated, bool Enabled) secret)
            ? Json(HttpStatusCode.OK, new { value = secret.Value, id = $"{Address}/secrets/{name}/0123456789abcdef", attributes = new { enabled = true, created = 1, updated = secret.Updated } })
            : Json(HttpStatusCode.NotFound, new { error = new { code = "SecretNotFound", message = "Not here." } });
    }

    private static HttpResponseMessage Json(HttpStatusCode status, object body) => new(status) { Content = new StringContent(JsonSerializer.Serialize(body), Encoding.UTF8, "application/json") };

    private sealed class FixedToken : TokenCredential
    {
        public override AccessToken GetToken(TokenRequestContext requestContext, CancellationToken cancellationToken) => new("token", DateTimeOffset.MaxValue);

        public override ValueTask<AccessToken> GetTokenAsync(TokenRequestContext requestContext, CancellationToken cancellationToken) => new(GetToken(requestContext, cancellationToken));
    }
}
