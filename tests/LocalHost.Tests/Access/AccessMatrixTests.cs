using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.IdentityModel.Tokens;
using Pipeline.Access;
using Pipeline.LocalHost.Hosting.Tokens;
using Pipeline.LocalHost.Tests.Functions;
using Pipeline.RouteContract;

namespace Pipeline.LocalHost.Tests.Access;

/// <summary>Every operation of the description, asked with every credential: 401 where it is not valid, 403 where its role does not suffice, and neither otherwise.</summary>
[TestClass]
public sealed class AccessMatrixTests
{
    private const string Anyone = "anyone";

    private static readonly string[] Methods = ["get", "post", "put", "patch", "delete"];
    private static readonly Dictionary<string, AuthenticationHeaderValue?> Credentials = new(StringComparer.Ordinal);
    private static FakeAuthority _authority = null!;
    private static Api _api = null!;
    private static HttpClient _client = null!;

    public static IEnumerable<object[]> Operations =>
        from path in OpenApi.Document["paths"]!.AsObject()
        from operation in path.Value!.AsObject()
        where Methods.Contains(operation.Key, StringComparer.Ordinal)
        let security = operation.Value!["security"] as JsonArray ?? throw new InvalidOperationException($"{operation.Key} {path.Key} says nothing of security.")
        select new object[] { operation.Key.ToUpperInvariant(), path.Key, security.Count == 0 ? Anyone : security.Select(s => s!.AsObject().Single().Value![0]!.GetValue<string>()).Distinct(StringComparer.Ordinal).Single() };

    [ClassInitialize]
    public static async Task StartAsync(TestContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        _authority = await FakeAuthority.StartAsync();
        _api = await Api.StartAsync(new Dictionary<string, string?>(_authority.Settings, StringComparer.Ordinal) { ["Limits:FailedSignInsPerMinute"] = "0" });
        _client = new HttpClient { BaseAddress = _api.Client.BaseAddress };
        OwnTokens own = new(_api.Tokens, TimeProvider.System);
        DateTime now = DateTime.UtcNow;
        Credentials["none"] = null;
        foreach (Role role in Enum.GetValues<Role>())
        {
            string name = RoleNames.Of(role);
            Bearer(name, _authority.Issue(name));
            Bearer($"{name} of an application", _authority.Issue(name, application: true));
            Bearer($"{name} by the host's own token", (await own.IssueAsync(role, "Jane", 1, CancellationToken.None)).Token);
        }

        // Each would be an admin's, but for what is wrong with it.
        string sound = _authority.Issue("admin");
        Bearer("no role", _authority.Issue(null));
        Bearer("an unknown role", _authority.Issue("owner"));
        Bearer("expired", _authority.Issue("admin", from: now.AddHours(-2), until: now.AddHours(-1)));
        Bearer("not yet valid", _authority.Issue("admin", from: now.AddHours(1), until: now.AddHours(2)));
        Bearer("wrong audience", _authority.Issue("admin", audience: "api://another"));
        Bearer("wrong issuer", _authority.Issue("admin", issuer: "https://issuer.example.org"));
        Bearer("wrong tenant", _authority.Issue("admin", tenant: Guid.NewGuid().ToString()));
        Bearer("alg none", FakeAuthority.Unsigned(sound));
        Bearer("no signature", sound[..(sound.LastIndexOf('.') + 1)]);
        Bearer("another's signature", _authority.Issue("admin", signed: new SigningCredentials(new RsaSecurityKey(RSA.Create(2048)) { KeyId = "one" }, SecurityAlgorithms.RsaSha256)));
        Bearer("the public key as a secret", _authority.Issue("admin", signed: new SigningCredentials(new SymmetricSecurityKey(Encoding.ASCII.GetBytes(_authority.Key.Rsa.ExportSubjectPublicKeyInfoPem())), SecurityAlgorithms.HmacSha256)));
        NewToken revoked = await own.IssueAsync(Role.Admin, "Jane", 1, CancellationToken.None);
        await own.RevokeAsync(revoked.Issued.Id, CancellationToken.None);
        Bearer("own, revoked", revoked.Token);
        Bearer("own, alg none", FakeAuthority.Unsigned((await own.IssueAsync(Role.Admin, "Jane", 1, CancellationToken.None)).Token));
        Bearer("own, expired", (await new OwnTokens(_api.Tokens, new Hosting.ManualClock(DateTimeOffset.UtcNow.AddHours(-3))).IssueAsync(Role.Admin, "Jane", 1, CancellationToken.None)).Token);
        Bearer("own, not yet valid", (await new OwnTokens(_api.Tokens, new Hosting.ManualClock(DateTimeOffset.UtcNow.AddHours(3))).IssueAsync(Role.Admin, "Jane", 1, CancellationToken.None)).Token);
        Bearer("a wrong key", "not-a-key");
    }

    [ClassCleanup]
    public static async Task StopAsync()
    {
        _client.Dispose();
        await _api.DisposeAsync();
        await _authority.DisposeAsync();
    }

    [TestMethod]
    [DynamicData(nameof(Operations))]
    public async Task An_operation_answers_each_credential_as_its_description_says(string method, string path, string needed)
    {
        List<string> wrong = [];
        foreach ((string name, AuthenticationHeaderValue? credential) in Credentials)
        {
            using HttpRequestMessage request = new(new HttpMethod(method), $"/api{Regex.Replace(path, @"\{\w+\}", "none-such", RegexOptions.None, TimeSpan.FromSeconds(1))}");
            request.Headers.Authorization = credential;

            // No function can use it, so that nothing is begun.
            request.Content = method is "GET" ? null : new StringContent("not json", Encoding.UTF8, "application/json");
            using HttpResponseMessage response = await _client.SendAsync(request);
            string found = response.StatusCode is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden ? ((int)response.StatusCode).ToString(CultureInfo.InvariantCulture) : "neither";
            string body = await response.Content.ReadAsStringAsync();
            string expected = Expected(name, needed);
            bool told = found switch
            {
                "403" => body.Contains($"the role {needed}", StringComparison.Ordinal),
                "401" => body.Contains("\"detail\"", StringComparison.Ordinal) == (credential is null),
                _ => true,
            };
            if (!string.Equals(found, expected, StringComparison.Ordinal) || !told)
            {
                wrong.Add($"{name}: {found} instead of {expected}: {body}");
            }
        }

        wrong.ShouldBeEmpty($"{method} {path}, which needs {needed}");
    }

    private static string Expected(string credential, string needed)
    {
        if (needed is Anyone)
        {
            return "neither";
        }

        return RoleNames.Find(credential.Split(' ')[0]) is Role role ? role >= RoleNames.Find(needed) ? "neither" : "403"
            : credential is "no role" or "an unknown role" ? "403"
            : "401";
    }

    private static void Bearer(string name, string token) => Credentials[name] = new AuthenticationHeaderValue("Bearer", token);
}
