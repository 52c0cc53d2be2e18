using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Pipeline.Intake;

namespace Pipeline.Adapters.ServiceNow;

/// <summary>Gives requests their authorization. A token is kept until shortly before it expires, or is refused, or the secrets change.</summary>
internal sealed class ServiceNowSignIn(HttpClient http, ServiceNowOptions options, Func<ServiceNowSecrets> secrets, TimeProvider clock)
{
    private static readonly TimeSpan Margin = TimeSpan.FromMinutes(1);

    private Token? _token;

    /// <summary>The authorization of the next request.</summary>
    /// <exception cref="FeedException">The instance refuses the client or the user.</exception>
    /// <exception cref="HttpRequestException">It does not answer, or with an error that may pass.</exception>
    public async Task<AuthenticationHeaderValue> AuthorizeAsync(CancellationToken cancellationToken)
    {
        ServiceNowSecrets present = secrets();
        present.Validate();
        if (!present.IsOAuth)
        {
            return new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{present.UserName}:{present.Password}")));
        }

        if (_token is null || _token.Secrets != present || clock.GetUtcNow() >= _token.Until)
        {
            _token = await AskAsync(present, cancellationToken);
        }

        return new AuthenticationHeaderValue("Bearer", _token.Value);
    }

    /// <summary>Forgets the token, which was refused. False where there was none: then another one would be refused as well.</summary>
    public bool Forget()
    {
        bool was = _token is not null;
        _token = null;
        return was;
    }

    private async Task<Token> AskAsync(ServiceNowSecrets present, CancellationToken cancellationToken)
    {
        Dictionary<string, string> form = new(StringComparer.Ordinal)
        {
            ["grant_type"] = present.HasUser ? "password" : "client_credentials",
            ["client_id"] = present.ClientId!,
            ["client_secret"] = present.ClientSecret!,
        };
        if (present.HasUser)
        {
            form["username"] = present.UserName!;
            form["password"] = present.Password!;
        }

        using FormUrlEncodedContent content = new(form);
        using HttpResponseMessage response = await http.PostAsync(new Uri(new Uri(options.Instance), "/oauth_token.do"), content, cancellationToken);
        if (response.StatusCode is HttpStatusCode.BadRequest or HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden)
        {
            throw new FeedException(
                $"ServiceNow at {options.Instance} refuses to give a token. Check {ServiceNowOptions.Section}:ClientId and {ServiceNowOptions.Section}:ClientSecret, {(present.HasUser ? $"{ServiceNowOptions.Section}:UserName and {ServiceNowOptions.Section}:Password" : "that the client has the grant client_credentials, and a user to act as")}, and that OAuth is switched on there.");
        }

        response.EnsureSuccessStatusCode();
        using JsonDocument answer = JsonDocument.Parse(await response.Content.ReadAsByteArrayAsync(cancellationToken));
        string value = answer.RootElement.TryGetProperty("access_token", out JsonElement token) && token.GetString() is { Length: > 0 } text ? text : throw new JsonException("The answer holds no access_token.");
        double seconds = answer.RootElement.TryGetProperty("expires_in", out JsonElement expires) && double.TryParse(expires.ToString(), System.Globalization.CultureInfo.InvariantCulture, out double given) ? given : 0;
        return new Token(value, clock.GetUtcNow() + TimeSpan.FromSeconds(Math.Clamp(seconds, 0, 86_400)) - Margin, present);
    }

    private sealed record Token(string Value, DateTimeOffset Until, ServiceNowSecrets Secrets);
}
