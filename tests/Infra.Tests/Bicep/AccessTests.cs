using System.Text.Json;
using System.Text.RegularExpressions;
using Pipeline.TestSupport;

namespace Pipeline.Infra.Tests.Bicep;

/// <summary>Who may do what in a deployment, and that no secret leaves it.</summary>
[TestClass]
public sealed partial class AccessTests
{
    private const string App = "id-pipeline";
    private const string Topic = "evgt-pipeline";
    private const string Operator = "11111111-1111-1111-1111-111111111111";

    private const string BlobDataOwner = "b7e6dc6d-f1e8-4753-8033-0f276bb0955b";
    private const string BlobDataContributor = "ba92f5b4-2d11-453d-a403-e96b0029c9fe";
    private const string QueueDataContributor = "974c5e8b-45b9-4653-ba55-5f855dd0fb88";
    private const string TableDataContributor = "0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3";
    private const string SecretsOfficer = "b86a8fe4-44ce-4948-aee5-eccb2c155cd7";
    private const string OpenAIUser = "5e0bd9bd-7b93-4f28-af87-19fc36ad61bd";
    private const string MetricsPublisher = "3913510d-42f4-4e42-8a64-420c390055eb";
    private const string DurableTaskDataContributor = "0ad04412-c4d5-4796-b79c-f76d14c8d402";

    private const string CryptoServiceEncryptionUser = "e147488a-f6f5-4113-8e2d-b22465e65bf6";

    private const string Account = "id-storage";
    private const string HostStorage = "Microsoft.Storage/storageAccounts/sthost";
    private const string ModelStorage = "Microsoft.Storage/storageAccounts/stmodels";
    private const string Vault = "Microsoft.KeyVault/vaults/kv";
    private const string OpenAI = "Microsoft.CognitiveServices/accounts/oai-pipeline";

    // A role more than these is a decision: docs/deploy.md, 'What is made', says what each is for.
    private static readonly (string Principal, string Role, string Scope)[] Allowed =
    [
        (App, BlobDataOwner, HostStorage),
        (App, QueueDataContributor, HostStorage),
        (App, TableDataContributor, HostStorage),
        (App, BlobDataContributor, ModelStorage),
        (App, QueueDataContributor, ModelStorage),
        (App, SecretsOfficer, Vault),
        (App, OpenAIUser, OpenAI),
        (App, MetricsPublisher, "Microsoft.Insights/components/appi-pipeline"),
        (App, DurableTaskDataContributor, "Microsoft.DurableTask/schedulers/dts-pipeline"),
        (Topic, BlobDataContributor, $"{ModelStorage}/blobServices/default/containers/dead-letters"),
        (Account, CryptoServiceEncryptionUser, $"{Vault}/keys/storage"),
        (Operator, BlobDataContributor, ModelStorage),
        (Operator, SecretsOfficer, Vault),
        (Operator, OpenAIUser, OpenAI),
    ];

    // Why each has its role, and not less. A role without a reason here fails the tests.
    private static readonly Dictionary<(string Principal, string Role), string> Reasons = new()
    {
        [(App, BlobDataOwner)] = "the Functions host keeps its package, leases and the state of timers in containers that it makes itself, which takes the owner's right to set access",
        [(App, QueueDataContributor)] = "orchestrations and blob triggers hand work on through queues",
        [(App, TableDataContributor)] = "the history of orchestrations is in tables",
        [(App, BlobDataContributor)] = "models, the archive and files that came in are written, replaced and deleted",
        [(App, SecretsOfficer)] = "the Functions host makes, changes and deletes its keys as secrets; reading alone would leave it without",
        [(App, OpenAIUser)] = "embeddings and labels are asked for; deployments cannot be changed",
        [(App, MetricsPublisher)] = "telemetry is sent without a key; none can be read",
        [(App, DurableTaskDataContributor)] = "orchestrations are scheduled and worked on",
        [(Topic, BlobDataContributor)] = "events that cannot be delivered are kept, in that one container",
        [(Account, CryptoServiceEncryptionUser)] = "the storage accounts wrap their keys by the customer's key; they can read it for nothing else",
        [(Operator, BlobDataContributor)] = "the person who is named looks at models and files while setting up",
        [(Operator, SecretsOfficer)] = "the person who is named puts in the secrets of sources",
        [(Operator, OpenAIUser)] = "the person who is named tries the deployments",
    };

    // Owner, Contributor, User Access Administrator, Role Based Access Control Administrator, Reader: of everything in a scope, or of who may do what.
    private static readonly string[] TooMuch =
    [
        "8e3af657-a8ff-443c-a75c-2fe8c4bcb635", "b24988ac-6180-42a0-ab88-20f7382dd24c", "18d7d88d-d35e-4fb5-a5c3-7773c20a72d9", "f58310d9-a9f6-439a-9e8d-f62e7b41a168", "acdd72a7-3385-48ef-bd42-f606fba81ae7",
    ];

    private static readonly string[] KeysInPlain = ["AccountKey=", "SharedAccessKey", "InstrumentationKey=", "-----BEGIN", "?sig=", "&sig="];

    [TestMethod]
    public void With_every_option_each_principal_has_the_roles_of_the_list_and_no_other() =>
        Snapshot.Read("everything").RoleAssignments().ShouldBe(Allowed, ignoreOrder: true);

    [TestMethod]
    [DataRow("dev")]
    [DataRow("test")]
    [DataRow("prod")]
    [DataRow("main")]
    public void In_an_environment_the_app_and_its_topic_have_their_roles_and_nobody_else_has_any(string environment) =>
        Snapshot.Read(environment).RoleAssignments().ShouldBe(Allowed.Where(role => role.Principal is not (Operator or Account) && role.Role != DurableTaskDataContributor), ignoreOrder: true);

    [TestMethod]
    public void With_a_key_of_the_customers_every_storage_account_encrypts_by_it_and_takes_its_newest_version()
    {
        JsonElement[] accounts = [.. Snapshot.Read("everything").Resources.Where(resource => resource.GetProperty("type").GetString() is "Microsoft.Storage/storageAccounts")];

        accounts.Length.ShouldBe(2);
        foreach (JsonElement encryption in accounts.Select(account => account.GetProperty("properties").GetProperty("encryption")))
        {
            encryption.GetProperty("keySource").GetString().ShouldBe("Microsoft.Keyvault");
            encryption.GetProperty("keyvaultproperties").GetProperty("keyname").GetString().ShouldBe("storage");
            encryption.GetProperty("keyvaultproperties").TryGetProperty("keyversion", out _).ShouldBeFalse();
        }

        Snapshot.Read("everything").Resources.Single(resource => resource.GetProperty("type").GetString() is "Microsoft.KeyVault/vaults/keys").GetProperty("properties").GetProperty("rotationPolicy").GetRawText().ShouldContain("P80D");
        Snapshot.Read("prod").Resources.ShouldNotContain(resource => resource.GetRawText().Contains("Microsoft.Keyvault\"", StringComparison.Ordinal));
    }

    [TestMethod]
    public void In_the_second_region_an_app_waits_that_does_nothing_and_has_all_settings_of_the_first()
    {
        Snapshot standby = Snapshot.Read("standby");
        JsonElement[] apps = [.. standby.Resources.Where(resource => resource.GetProperty("type").GetString() is "Microsoft.Web/sites")];
        JsonElement waiting = apps.Single(app => app.GetProperty("location").GetString() is "northeurope"), first = apps.Single(app => app.GetProperty("location").GetString() is "westeurope");

        waiting.GetProperty("properties").GetProperty("enabled").GetBoolean().ShouldBeFalse();
        first.GetProperty("properties").GetProperty("enabled").GetBoolean().ShouldBeTrue();
        JsonElement[] settings = [.. standby.Resources.Where(resource => resource.GetProperty("type").GetString() is "Microsoft.Web/sites/config")];
        Names(settings[0]).ShouldBe(Names(settings[1]), ignoreOrder: true);
        standby.Resources.Single(resource => resource.GetProperty("type").GetString() is "Microsoft.Storage/storageAccounts" && resource.GetProperty("name").GetString()!.StartsWith("stmodels", StringComparison.Ordinal)).GetProperty("sku").GetProperty("name").GetString().ShouldBe("Standard_RAGZRS");
        Snapshot.Read("prod").Resources.Count(resource => resource.GetProperty("type").GetString() is "Microsoft.Web/sites").ShouldBe(1);

        static string[] Names(JsonElement settings) => [.. settings.GetProperty("properties").EnumerateObject().Select(setting => setting.Name)];
    }

    [TestMethod]
    public void Each_role_has_its_reason() =>
        Allowed.Select(role => (role.Principal, role.Role)).Distinct().ShouldBe(Reasons.Keys, ignoreOrder: true);

    [TestMethod]
    public async Task No_template_gives_a_role_on_more_than_one_resource_or_one_that_is_not_on_the_list()
    {
        ToolProcess build = await BicepCompiler.RunAsync("build", "main.bicep", "--stdout");
        build.Errors.ShouldBeEmpty();
        using JsonDocument document = JsonDocument.Parse(build.Output);
        string[] known = [.. Allowed.Select(role => role.Role).Distinct(StringComparer.Ordinal)];
        List<string> given = [];
        foreach ((string module, JsonElement template) in Templates("main.bicep", document.RootElement))
        {
            string text = template.GetRawText();
            TooMuch.Where(role => text.Contains(role, StringComparison.OrdinalIgnoreCase)).ShouldBeEmpty($"roles over everything in {module}");
            foreach (JsonElement resource in Resources(template))
            {
                string type = resource.GetProperty("type").GetString()!;
                (type is "Microsoft.Authorization/roleDefinitions").ShouldBeFalse($"{module} makes a role of its own");
                if (type is not "Microsoft.Authorization/roleAssignments")
                {
                    continue;
                }

                // Without a scope of its own, an assignment is of all that the template deploys to: the resource group, or the subscription.
                resource.TryGetProperty("scope", out JsonElement scope).ShouldBeTrue($"an assignment of {module} without a scope");
                scope.GetString()!.ShouldContain("Microsoft.", customMessage: $"an assignment of {module} that is not of a resource");
                scope.GetString()!.ShouldNotContain("resourceGroup", Case.Insensitive, $"an assignment of {module} over a resource group");
                given.Add(module);
            }

            string named = text.Contains("Microsoft.Authorization/roleAssignments", StringComparison.Ordinal) && template.TryGetProperty("variables", out JsonElement variables) ? variables.GetRawText() : "";
            IdPattern().Matches(named).Select(match => match.Value).Except(known, StringComparer.Ordinal).ShouldBeEmpty($"roles of {module} that are not on the list");
        }

        given.ShouldNotBeEmpty();
    }

    [TestMethod]
    public void No_resource_accepts_keys_where_it_could_do_without()
    {
        (string Type, string Property, bool Expected)[] rules =
        [
            ("Microsoft.Storage/storageAccounts", "allowSharedKeyAccess", false),
            ("Microsoft.Storage/storageAccounts", "allowBlobPublicAccess", false),
            ("Microsoft.CognitiveServices/accounts", "disableLocalAuth", true),
            ("Microsoft.Insights/components", "DisableLocalAuth", true),
            ("Microsoft.KeyVault/vaults", "enableRbacAuthorization", true),
            ("Microsoft.KeyVault/vaults", "enablePurgeProtection", true),
            ("Microsoft.Web/sites", "httpsOnly", true),
            ("Microsoft.Web/sites/basicPublishingCredentialsPolicies", "allow", false),
        ];
        foreach (Snapshot snapshot in Snapshot.All.Select(Snapshot.Read))
        {
            foreach ((string type, string property, bool expected) in rules)
            {
                JsonElement[] found = [.. snapshot.Resources.Where(resource => resource.GetProperty("type").GetString() == type)];
                found.ShouldNotBeEmpty(type);
                found.ShouldAllBe(resource => resource.GetProperty("properties").GetProperty(property).GetBoolean() == expected, $"{property} of {type}");
            }
        }
    }

    [TestMethod]
    public void With_private_networking_neither_storage_nor_secrets_nor_models_have_a_public_address()
    {
        string[] closed = ["Microsoft.Storage/storageAccounts", "Microsoft.KeyVault/vaults", "Microsoft.CognitiveServices/accounts"];
        JsonElement[] resources = [.. Snapshot.Read("prod").Resources.Where(resource => closed.Contains(resource.GetProperty("type").GetString(), StringComparer.Ordinal))];

        resources.Length.ShouldBe(4);
        resources.ShouldAllBe(resource => resource.GetProperty("properties").GetProperty("publicNetworkAccess").GetString() == "Disabled");
    }

    [TestMethod]
    public void A_peered_network_reaches_the_private_addresses_by_their_names()
    {
        ILookup<string, JsonElement> resources = Snapshot.Read("everything").Resources.ToLookup(resource => resource.GetProperty("type").GetString()!, StringComparer.Ordinal);
        string peer = resources["Microsoft.Network/virtualNetworks/virtualNetworkPeerings"].ShouldHaveSingleItem().GetProperty("properties").GetProperty("remoteVirtualNetwork").GetProperty("id").GetString()!;
        JsonElement[] links = [.. resources["Microsoft.Network/privateDnsZones/virtualNetworkLinks"]];

        peer.ShouldEndWith("/vnet-company");
        links.Count(link => link.GetProperty("properties").GetProperty("virtualNetwork").GetProperty("id").GetString() == peer).ShouldBe(resources["Microsoft.Network/privateDnsZones"].Count());
        Snapshot.Read("prod").Resources.ShouldNotContain(resource => resource.GetProperty("type").GetString() == "Microsoft.Network/virtualNetworks/virtualNetworkPeerings");
    }

    [TestMethod]
    public void An_event_that_cannot_be_delivered_is_kept_where_the_topic_may_write()
    {
        JsonElement letters = Snapshot.Read("events").Resources.Select(subscription => subscription.GetProperty("properties").GetProperty("deadLetterWithResourceIdentity")).DistinctBy(kept => kept.GetRawText(), StringComparer.Ordinal).ShouldHaveSingleItem();
        string container = letters.GetProperty("deadLetterDestination").GetProperty("properties").GetProperty("blobContainerName").GetString()!;
        string identity = letters.GetProperty("identity").GetProperty("type").GetString()!;
        foreach (Snapshot snapshot in Snapshot.All.Select(Snapshot.Read))
        {
            snapshot.Resources.ShouldContain(resource => resource.GetProperty("name").GetString()!.EndsWith($"/default/{container}", StringComparison.Ordinal));
            snapshot.RoleAssignments().ShouldContain(role => role.Principal == Topic && role.Scope.EndsWith($"/containers/{container}", StringComparison.Ordinal));
            snapshot.Resources.Single(resource => resource.GetProperty("type").GetString() == "Microsoft.EventGrid/systemTopics").GetProperty("identity").GetProperty("type").GetString().ShouldBe(identity);
        }
    }

    [TestMethod]
    [DataRow("model-published", "ModelPublished", "hdbscan-models", "/manifest.json")]
    [DataRow("file-dropped", "FileDropped", "incoming", "")]
    public void What_appears_in_a_container_calls_the_function_that_waits_for_it(string name, string function, string container, string end)
    {
        JsonElement subscription = Snapshot.Read("events").Resources.Single(resource => resource.GetProperty("name").GetString()!.EndsWith($"/{name}", StringComparison.Ordinal)).GetProperty("properties");
        JsonElement filter = subscription.GetProperty("filter");

        string address = subscription.GetProperty("destination").GetProperty("properties").GetProperty("endpointUrl").GetString()!;
        address.ShouldContain("blobs?functionName={1}&code={2}'");
        address.ShouldContain($"'Host.Functions.{function}'");
        filter.GetProperty("subjectBeginsWith").GetString().ShouldBe($"/blobServices/default/containers/{container}/blobs/");
        filter.GetProperty("subjectEndsWith").GetString().ShouldBe(end);
        filter.GetProperty("includedEventTypes").EnumerateArray().ShouldHaveSingleItem().GetString().ShouldBe("Microsoft.Storage.BlobCreated");
        foreach (Snapshot snapshot in Snapshot.All.Select(Snapshot.Read))
        {
            snapshot.Resources.ShouldContain(resource => resource.GetProperty("name").GetString()!.EndsWith($"/default/{container}", StringComparison.Ordinal));
        }
    }

    [TestMethod]
    public void Files_that_were_imported_are_deleted_after_some_time_and_those_that_wait_are_not()
    {
        foreach (Snapshot snapshot in Snapshot.All.Select(Snapshot.Read))
        {
            JsonElement policy = snapshot.Resources.Single(resource => resource.GetProperty("type").GetString() is "Microsoft.Storage/storageAccounts/managementPolicies" && resource.GetRawText().Contains("hdbscan-models", StringComparison.Ordinal));
            string[] deleted = [.. policy.GetProperty("properties").GetProperty("policy").GetProperty("rules").EnumerateArray().Where(rule => rule.GetRawText().Contains("\"delete\"", StringComparison.Ordinal)).SelectMany(rule => rule.GetProperty("definition").GetProperty("filters").GetProperty("prefixMatch").EnumerateArray()).Select(prefix => prefix.GetString()!)];

            deleted.ShouldBe(["validation/", "dead-letters/", "accepted/", "failed/", "audit/"], ignoreOrder: true);
        }
    }

    [TestMethod]
    public void The_one_key_that_a_template_asks_for_goes_straight_into_the_webhook_of_the_events()
    {
        foreach (Snapshot snapshot in Snapshot.All.Select(Snapshot.Read))
        {
            string text = string.Concat(snapshot.Resources.Select(resource => resource.GetRawText())) + snapshot.Outputs.GetRawText();
            KeysInPlain.Append("listKeys(").Where(text.Contains).ShouldBeEmpty();
        }

        Snapshot events = Snapshot.Read("events");
        events.Resources.Count().ShouldBe(2);
        events.Resources.ShouldAllBe(subscription => subscription.GetProperty("properties").GetProperty("destination").GetProperty("properties").GetProperty("endpointUrl").GetString()!.Contains("listKeys("));
        events.Outputs.GetRawText().ShouldNotContain("listKeys(");
    }

    [TestMethod]
    [DataRow("main.bicep")]
    [DataRow("events.bicep")]
    public async Task No_output_of_a_template_gives_a_secret_away_and_no_parameter_has_one_as_its_default(string template)
    {
        ToolProcess build = await BicepCompiler.RunAsync("build", template, "--stdout");
        build.Errors.ShouldBeEmpty();
        using JsonDocument document = JsonDocument.Parse(build.Output);
        (string Module, JsonElement Template)[] all = [.. Templates(template, document.RootElement)];

        all.Length.ShouldBe(template is "main.bicep" ? 16 : 1);
        foreach ((string module, JsonElement built) in all)
        {
            JsonProperty[] parameters = built.TryGetProperty("parameters", out JsonElement declared) ? [.. declared.EnumerateObject()] : [];
            string[] secure = [.. parameters.Where(parameter => IsSecure(parameter.Value)).Select(parameter => parameter.Name)];
            parameters.Where(parameter => IsSecure(parameter.Value) && parameter.Value.TryGetProperty("defaultValue", out JsonElement value) && value.GetString() is not "")
                .ShouldBeEmpty($"secrets with a default in {module}");
            parameters.Where(parameter => LooksSecret(parameter.Name) && !secure.Contains(parameter.Name, StringComparer.Ordinal))
                .ShouldBeEmpty($"parameters of {module} that are secrets by their name, without @secure()");
            foreach (JsonProperty output in built.TryGetProperty("outputs", out JsonElement outputs) ? outputs.EnumerateObject() : default)
            {
                string text = output.Value.GetRawText();
                string[] secrets = ["listKeys(", "listSecrets(", "listAccountSas(", "\"secure", .. secure.Select(name => $"parameters('{name}')")];
                secrets.Where(secret => text.Contains(secret, StringComparison.OrdinalIgnoreCase)).ShouldBeEmpty($"the output {output.Name} of {module}");
            }
        }
    }

    private static bool IsSecure(JsonElement parameter) => parameter.TryGetProperty("type", out JsonElement type) && type.GetString() is "securestring" or "secureObject";

    private static bool LooksSecret(string name) =>
        ((string[])["secret", "password", "webhook", "apikey", "accesskey", "token", "sas"]).Any(part => name.Contains(part, StringComparison.OrdinalIgnoreCase));

    private static IEnumerable<JsonElement> Resources(JsonElement template)
    {
        JsonElement resources = template.GetProperty("resources");
        return resources.ValueKind == JsonValueKind.Object ? resources.EnumerateObject().Select(resource => resource.Value) : resources.EnumerateArray();
    }

    private static IEnumerable<(string Module, JsonElement Template)> Templates(string name, JsonElement template)
    {
        yield return (name, template);
        JsonElement resources = template.GetProperty("resources");
        IEnumerable<(string Name, JsonElement Value)> named = resources.ValueKind == JsonValueKind.Object
            ? resources.EnumerateObject().Select(resource => (resource.Name, resource.Value))
            : resources.EnumerateArray().Select(resource => (resource.GetProperty("name").GetString()!, resource));
        foreach ((string module, JsonElement resource) in named)
        {
            if (resource.GetProperty("type").GetString() is "Microsoft.Resources/deployments")
            {
                foreach ((string Module, JsonElement Template) inner in Templates(module, resource.GetProperty("properties").GetProperty("template")))
                {
                    yield return inner;
                }
            }
        }
    }

    [GeneratedRegex("[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", RegexOptions.NonBacktracking)]
    private static partial Regex IdPattern();
}
