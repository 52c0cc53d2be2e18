using System.Collections.Concurrent;
using System.Security.Claims;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Pipeline.LocalHost.Tests.Access;

/// <summary>An authority on a free port of this machine that publishes its keys as Entra ID does, and issues whatever token a test asks for.</summary>
internal sealed class FakeAuthority : IAsyncDisposable
{
    public const string Audience = "api://pipeline";
    public const string ClientId = "the-desk";
    public const string Tenant = "11111111-2222-3333-4444-555555555555";

    private static readonly JsonWebTokenHandler Handler = new() { SetDefaultTimesOnTokenCreation = false };

    private readonly ConcurrentDictionary<string, (string Challenge, string Back)> _codes = new(StringComparer.Ordinal);
    private readonly WebApplication _app;
    private readonly RSA _rsa = RSA.Create(2048);

    private FakeAuthority(WebApplication app)
    {
        _app = app;
        Key = new RsaSecurityKey(_rsa) { KeyId = "one" };
    }

    public RsaSecurityKey Key { get; }

    /// <summary>The role of who signs in by the code flow.</summary>
    public string? RoleOfWhoSignsIn { get; set; } = "reader";

    public string Address => _app.Urls.First();

    public Dictionary<string, string?> Settings => new(StringComparer.Ordinal) { ["Access:Authority"] = Address, ["Access:Audience"] = Audience, ["Access:TenantId"] = Tenant };

    public static async Task<FakeAuthority> StartAsync()
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        builder.Services.AddRoutingCore();
        WebApplication app = builder.Build();
        FakeAuthority authority = new(app);
        app.UseRouting();
        app.Use(next => context =>
        {
            // Pages of all origins may ask, as at Entra ID those of a single-page application may.
            context.Response.Headers.AccessControlAllowOrigin = "*";
            return next(context);
        });
        app.MapGet("/.well-known/openid-configuration", () => Results.Json(new { issuer = authority.Address, jwks_uri = $"{authority.Address}/keys", authorization_endpoint = $"{authority.Address}/authorize", token_endpoint = $"{authority.Address}/token" }));
        app.MapGet("/authorize", (HttpRequest request) => authority.Authorize(request.Query));
        app.MapPost("/token", async (HttpRequest request) => authority.Redeem(await request.ReadFormAsync(request.HttpContext.RequestAborted)));
        app.MapGet("/keys", () =>
        {
            RSAParameters shown = authority._rsa.ExportParameters(includePrivateParameters: false);
            return Results.Json(new { keys = new[] { new { kty = "RSA", use = "sig", kid = "one", n = Base64UrlEncoder.Encode(shown.Modulus), e = Base64UrlEncoder.Encode(shown.Exponent) } } });
        });
        await app.StartAsync();
        return authority;
    }

    /// <summary>A token that is as it must be, but for what a test gives otherwise.</summary>
    public string Issue(string? role, string? audience = null, string? issuer = null, string? tenant = null, DateTime? from = null, DateTime? until = null, SigningCredentials? signed = null, bool application = false)
    {
        List<Claim> claims = [new("tid", tenant ?? Tenant), new("sub", "subject"), application ? new("azp", "a-managed-identity") : new("preferred_username", "jane@example.org")];
        if (!application)
        {
            claims.Add(new("scp", "access"));
        }

        if (role is not null)
        {
            claims.Add(new("roles", role));
        }

        return Handler.CreateToken(new SecurityTokenDescriptor
        {
            Issuer = issuer ?? Address,
            Audience = audience ?? Audience,
            NotBefore = from ?? DateTime.UtcNow.AddMinutes(-5),
            Expires = until ?? DateTime.UtcNow.AddHours(1),
            Subject = new ClaimsIdentity(claims),
            SigningCredentials = signed ?? new SigningCredentials(Key, SecurityAlgorithms.RsaSha256),
        });
    }

    /// <summary>The same token with another head, and nothing signed.</summary>
    public static string Unsigned(string token) => $"{Base64UrlEncoder.Encode("""{"alg":"none","typ":"JWT"}""")}.{token.Split('.')[1]}.";

    private static bool Is(string? given, string expected) => string.Equals(given, expected, StringComparison.Ordinal);

    // Whoever comes is signed in, and sent back with a code.
    private IResult Authorize(IQueryCollection asked)
    {
        if (!Is(asked["response_type"], "code") || !Is(asked["code_challenge_method"], "S256") || !Is(asked["client_id"], ClientId) || !Is(asked["scope"], $"{Audience}/.default"))
        {
            return Results.BadRequest();
        }

        string code = Guid.NewGuid().ToString("N");
        _codes[code] = (asked["code_challenge"].ToString(), asked["redirect_uri"].ToString());
        return Results.Redirect($"{asked["redirect_uri"]}?code={code}&state={asked["state"]}");
    }

    // A code is good once, for who holds what its challenge was made of (RFC 7636).
    private IResult Redeem(IFormCollection form)
    {
        string made = Base64UrlEncoder.Encode(SHA256.HashData(System.Text.Encoding.ASCII.GetBytes(form["code_verifier"].ToString())));
        return Is(form["grant_type"], "authorization_code") && Is(form["client_id"], ClientId) && _codes.TryRemove(form["code"].ToString(), out (string Challenge, string Back) kept) && Is(kept.Challenge, made) && Is(kept.Back, form["redirect_uri"].ToString())
            ? Results.Json(new { access_token = Issue(RoleOfWhoSignsIn), token_type = "Bearer", expires_in = 3600 })
            : Results.BadRequest(new { error = "invalid_grant" });
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        _rsa.Dispose();
    }
}
