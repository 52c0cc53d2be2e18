using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;

namespace Pipeline.Cli.Deployment;

/// <summary>Speaks to the API of a service. What it does not answer with success is a <see cref="DeploymentProblem"/> that holds what the service says.</summary>
/// <param name="http">Sends the requests.</param>
/// <param name="root">The service's address, with a slash at its end.</param>
/// <param name="credential">What requests bring.</param>
internal sealed class ServiceClient(HttpClient http, Uri root, ServiceCredential credential)
{
    /// <summary>The service's address, with a slash at its end.</summary>
    public Uri Root { get; } = root;

    /// <summary>The JSON at a path.</summary>
    /// <param name="path">The path below the root.</param>
    /// <param name="cancellationToken">Stops the request.</param>
    /// <param name="also">A status beside success whose body is an answer too.</param>
    public async Task<JsonElement> GetAsync(string path, CancellationToken cancellationToken, HttpStatusCode? also = null)
    {
        using HttpResponseMessage response = await SendAsync(new HttpRequestMessage(HttpMethod.Get, new Uri(Root, path)), signedIn: true, cancellationToken);
        return response.StatusCode == also && response.Content.Headers.ContentType?.MediaType is "application/json"
            ? await response.Content.ReadFromJsonAsync<JsonElement>(cancellationToken)
            : await ReadAsync(response, path, cancellationToken);
    }

    /// <summary>Sends JSON to a path.</summary>
    public async Task<(JsonElement Body, Uri? Location)> PostAsync(string path, object body, CancellationToken cancellationToken)
    {
        using HttpResponseMessage response = await SendAsync(new HttpRequestMessage(HttpMethod.Post, new Uri(Root, path)) { Content = JsonContent.Create(body) }, signedIn: true, cancellationToken);
        return (await ReadAsync(response, path, cancellationToken), response.Headers.Location);
    }

    /// <summary>The text at a path; null where there is nothing.</summary>
    public async Task<string?> TextAsync(string path, CancellationToken cancellationToken)
    {
        using HttpResponseMessage response = await SendAsync(new HttpRequestMessage(HttpMethod.Get, new Uri(Root, path)), signedIn: true, cancellationToken);
        return response.StatusCode == HttpStatusCode.NotFound ? null
            : response.IsSuccessStatusCode ? await response.Content.ReadAsStringAsync(cancellationToken)
            : throw Refused(response, path, null);
    }

    /// <summary>How a request is answered that brings this key in place of the credential, or nothing.</summary>
    public async Task<HttpStatusCode> StatusAsync(string path, string? key, CancellationToken cancellationToken)
    {
        HttpRequestMessage request = new(HttpMethod.Get, new Uri(Root, path));
        if (key is not null)
        {
            request.Headers.Add(ServiceCredential.KeyHeader, key);
        }

        using HttpResponseMessage response = await SendAsync(request, signedIn: false, cancellationToken);
        return response.StatusCode;
    }

    private async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, bool signedIn, CancellationToken cancellationToken)
    {
        using (request)
        {
            if (signedIn)
            {
                credential.AddTo(request.Headers);
            }

            try
            {
                return await http.SendAsync(request, cancellationToken);
            }
            catch (HttpRequestException e)
            {
                throw new DeploymentProblem($"{Root} does not answer: {e.Message} See that the service runs, and check the address.");
            }
        }
    }

    private static async Task<JsonElement> ReadAsync(HttpResponseMessage response, string path, CancellationToken cancellationToken)
    {
        if (response.IsSuccessStatusCode)
        {
            return await response.Content.ReadFromJsonAsync<JsonElement>(cancellationToken);
        }

        bool says = response.Content.Headers.ContentType?.MediaType is "application/problem+json";
        JsonElement? problem = says ? await response.Content.ReadFromJsonAsync<JsonElement>(cancellationToken) : null;
        throw Refused(response, path, problem?.TryGetProperty("detail", out JsonElement detail) == true ? detail.GetString() : null);
    }

    private static DeploymentProblem Refused(HttpResponseMessage response, string path, string? detail) =>
        new(string.Create(CultureInfo.InvariantCulture, $"/{path} is answered {(int)response.StatusCode}{(detail is null ? "." : $": {detail}")}"));
}

/// <summary>What requests to a service bring: a token or a key.</summary>
/// <param name="Token">A bearer token; null for none.</param>
/// <param name="Key">A key of the service; null for none.</param>
internal sealed record ServiceCredential(string? Token, string? Key)
{
    /// <summary>The header that takes a key.</summary>
    public const string KeyHeader = "x-functions-key";

    /// <summary>The variable of the environment with a token.</summary>
    public const string TokenVariable = "PIPELINE_TOKEN";

    /// <summary>The variable of the environment with a key.</summary>
    public const string KeyVariable = "PIPELINE_KEY";

    /// <summary>The credential of the environment; null where it has none.</summary>
    public static ServiceCredential? FromEnvironment()
    {
        ServiceCredential found = new(Of(TokenVariable), Of(KeyVariable));
        return found is { Token: null, Key: null } ? null : found;

        static string? Of(string name) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;
    }

    /// <summary>Adds it to a request's headers.</summary>
    public void AddTo(HttpRequestHeaders headers)
    {
        if (Token is not null)
        {
            headers.Authorization = new AuthenticationHeaderValue("Bearer", Token);
        }
        else
        {
            headers.Add(KeyHeader, Key);
        }
    }

    /// <summary>Says which kind it is, and nothing of it.</summary>
    public override string ToString() => Token is not null ? "a token" : "a key";
}
