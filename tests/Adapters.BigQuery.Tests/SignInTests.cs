using System.Net;
using Google.Apis.Auth.OAuth2;
using Google.Apis.Auth.OAuth2.Responses;
using Pipeline.Storage;

namespace Pipeline.Adapters.BigQuery.Tests;

/// <summary>Who the warehouse is to Google, and what is said where Google does not know.</summary>
[TestClass]
public sealed class SignInTests : IDisposable
{
    // No server listens there.
    private const string Nowhere = "http://127.0.0.1:1/token";

    private static readonly string Federation = $$"""
        {
          "type": "external_account",
          "audience": "//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/pipeline/providers/azure",
          "subject_token_type": "urn:ietf:params:oauth:token-type:jwt",
          "token_url": "{{Nowhere}}",
          "credential_source": { "url": "{{Nowhere}}", "headers": { "X-IDENTITY-HEADER": "%IDENTITY_HEADER%" }, "format": { "type": "json", "subject_token_field_name": "access_token" } }
        }
        """;

    private readonly Dataset _dataset = new();

    public void Dispose() => _dataset.Dispose();

    [TestMethod]
    public async Task An_identity_that_does_not_answer_is_tried_again_and_is_not_taken_for_refused_credentials()
    {
        int attempts = 0;
        _dataset.Faults.OnCallAsync = async _ =>
        {
            attempts++;
            GoogleCredential credential = await BigQueryCredentials.ReadAsync(Federation, CancellationToken.None);
            await credential.UnderlyingCredential.GetAccessTokenForRequestAsync();
        };
        using BigQueryWarehouse warehouse = new(Dataset.Options, () => null, (_, _) => _dataset.Faults, logger: null, isOpen: true);

        WarehouseException failure = await Should.ThrowAsync<WarehouseException>(() => warehouse.CountChangesAsync(0));

        failure.InnerException.ShouldBeOfType<SubjectTokenException>();
        failure.Message.ShouldContain("does not answer");
        failure.Message.ShouldNotContain("refuses");
        attempts.ShouldBeGreaterThanOrEqualTo(Dataset.Options.Attempts);
    }

    [TestMethod]
    [DataRow(HttpStatusCode.ServiceUnavailable, "does not answer", true)]
    [DataRow(HttpStatusCode.TooManyRequests, "does not answer", true)]
    [DataRow(HttpStatusCode.BadRequest, "refuses the credentials", false)]
    [DataRow(HttpStatusCode.Unauthorized, "refuses the credentials", false)]
    public async Task A_token_service_that_is_down_is_told_from_one_that_refuses(HttpStatusCode status, string expected, bool passes)
    {
        TokenResponseException token = new(new TokenErrorResponse { Error = "error", ErrorDescription = "in Google's words" }, status);
        _dataset.Faults.Fail("query", token, times: 100);
        using BigQueryWarehouse warehouse = new(Dataset.Options with { Attempts = 1 }, () => null, (_, _) => _dataset.Faults, logger: null, isOpen: true);

        WarehouseException failure = await Should.ThrowAsync<WarehouseException>(() => warehouse.CountChangesAsync(0));

        failure.Message.ShouldContain(expected);
        BigQueryFailure.Passes(token).ShouldBe(passes);
    }

    [TestMethod]
    public async Task Whatever_goes_wrong_on_the_way_is_one_kind_of_failure()
    {
        foreach (Exception exception in (Exception[])[new TimeoutException("late"), new IOException("broken"), new HttpRequestException("dropped"), new TaskCanceledException("late", new TimeoutException()), new AggregateException(new HttpRequestException("dropped"))])
        {
            _dataset.Faults.Fail("query", exception, times: 1);
            using BigQueryWarehouse warehouse = new(Dataset.Options with { Attempts = 1 }, () => null, (_, _) => _dataset.Faults, logger: null, isOpen: true);
            (await Should.ThrowAsync<WarehouseException>(() => warehouse.CountChangesAsync(0))).Message.ShouldContain("does not answer");
        }
    }

    [TestMethod]
    public async Task Changed_credentials_are_used_from_the_next_step_on()
    {
        string key = Key("first");
        List<string> used = [];
        BigQueryOptions options = Dataset.Options with { Endpoint = "" };
        using BigQueryWarehouse warehouse = new(options, () => key, (_, credential) =>
        {
            used.Add(((ServiceAccountCredential)credential!.UnderlyingCredential).Id);
            return _dataset.Faults;
        });

        await warehouse.GetSettingAsync("a");
        await warehouse.GetSettingAsync("a");
        key = Key("second");
        await warehouse.GetSettingAsync("a");

        used.ShouldBe(["first@a", "second@a"]);
    }

    [TestMethod]
    public async Task Credentials_of_a_person_or_a_broken_key_are_refused_without_quoting_them()
    {
        foreach (string json in (string[])["""{ "type": "authorized_user", "refresh_token": "secret" }""", "secret", """{ "type": "service_account", "private_key": "secret", "client_email": "a@b" }"""])
        {
            using BigQueryWarehouse warehouse = new(Dataset.Options with { Endpoint = "" }, () => json, (_, _) => _dataset.Faults);
            WarehouseException refused = await Should.ThrowAsync<WarehouseException>(() => warehouse.GetSettingAsync("a"));
            refused.Message.ShouldContain("BigQuery:Credentials");
            refused.ToString().ShouldNotContain("secret");
        }
    }

    [TestMethod]
    [DataRow("http://bigquery.example.com")]
    [DataRow("localhost:9050")]
    [DataRow("ftp://localhost")]
    public void Only_this_machine_is_spoken_to_without_encryption(string endpoint) =>
        Should.Throw<SettingException>(() => (Dataset.Options with { Endpoint = endpoint }).Validate()).Setting.ShouldBe("BigQuery:Endpoint");

    private static string Key(string name)
    {
        using System.Security.Cryptography.RSA rsa = System.Security.Cryptography.RSA.Create(2048);
        return System.Text.Json.JsonSerializer.Serialize(new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["type"] = "service_account",
            ["client_email"] = $"{name}@a",
            ["private_key"] = rsa.ExportPkcs8PrivateKeyPem(),
        });
    }
}
