using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Azure.Functions.Worker;
using Pipeline.Access;
using Pipeline.RouteContract;
using Pipeline.Triggers;

namespace Pipeline.LocalHost.Tests.Functions;

[TestClass]
public sealed class OpenApiTests
{
    private static readonly string[] Schemes = ["keyHeader", "keyQuery", "bearer"];
    private static readonly string[] Methods = ["get", "post", "put", "patch", "delete"];

    [TestMethod]
    public void The_document_describes_every_route_and_no_other() =>
        Described().Select(o => $"{o.Method} {o.Path}").Order(StringComparer.Ordinal).ShouldBe(Triggers().SelectMany(t => t.Trigger.Methods!.Select(m => $"{m} /{t.Trigger.Route}")).Order(StringComparer.Ordinal));

    [TestMethod]
    public void Every_operation_bears_its_function_s_name_and_asks_for_the_role_that_the_function_declares()
    {
        foreach ((string path, string method, JsonNode operation) in Described())
        {
            (MethodInfo function, HttpTriggerAttribute trigger) = Triggers().Single(t => path.Equals($"/{t.Trigger.Route}", StringComparison.Ordinal) && t.Trigger.Methods!.Contains(method, StringComparer.Ordinal));

            operation["operationId"]!.GetValue<string>().ShouldBe(function.GetCustomAttribute<FunctionAttribute>()!.Name);
            PolicyAttribute policy = function.GetCustomAttribute<PolicyAttribute>().ShouldNotBeNull($"{function.DeclaringType}.{function.Name} declares no policy: add [Requires(Role...)] or [Anyone]");
            string[] expected = policy.Needed is Role role ? [.. Schemes.Select(scheme => $"{scheme}: {RoleNames.Of(role)}")] : [];
            operation["security"]!.AsArray().SelectMany(s => s!.AsObject()).Select(s => $"{s.Key}: {s.Value!.AsArray().Single()!.GetValue<string>()}").ShouldBe(expected, path);
        }
    }

    [TestMethod]
    public void No_host_turns_a_token_away_and_nothing_is_under_admin()
    {
        Triggers().ShouldAllBe(t => t.Trigger.AuthLevel == AuthorizationLevel.Anonymous);
        Triggers().ShouldAllBe(t => !t.Trigger.Route!.StartsWith("admin", StringComparison.OrdinalIgnoreCase));
    }

    [TestMethod]
    public void What_changes_state_is_for_no_reader_and_what_removes_or_stops_is_for_admins()
    {
        string[] reads = ["MlflowSearch", "Search"];
        string[] admins = ["AuditList", "AuditVerification", "BackupBegin", "BackupRestoration", "Backups", "BackupVerification", "BackupWork", "Erase", "ErasureStatus", "Erasures", "Halt", "ReadOnly", "Resume"];
        foreach ((MethodInfo function, HttpTriggerAttribute trigger) in Triggers())
        {
            string name = function.GetCustomAttribute<FunctionAttribute>()!.Name;
            Role? needed = function.GetCustomAttribute<PolicyAttribute>()!.Needed;
            (trigger.Methods!.Contains("get", StringComparer.Ordinal) || reads.Contains(name, StringComparer.Ordinal) || needed > Role.Reader).ShouldBeTrue(name);
            (needed == Role.Admin).ShouldBe(admins.Contains(name, StringComparer.Ordinal), name);
        }
    }

    [TestMethod]
    public void Every_example_is_what_its_schema_says()
    {
        JsonObject[] contents = [.. Contents(OpenApi.Document)];

        contents.Length.ShouldBeGreaterThan(15);
        foreach (JsonObject content in contents)
        {
            JsonElement example = JsonSerializer.SerializeToElement(content["example"]);
            OpenApi.Problems(example, content["schema"]!).ShouldBeEmpty(content["example"]!.ToJsonString());
        }
    }

    [TestMethod]
    public void Every_path_parameter_is_described()
    {
        foreach ((string path, JsonNode? item) in OpenApi.Document["paths"]!.AsObject())
        {
            string[] named = [.. path.Split('/').Where(part => part.StartsWith('{')).Select(part => part.Trim('{', '}'))];
            (item!["parameters"]?.AsArray() ?? []).Select(p => p!["name"]!.GetValue<string>()).ShouldBe(named, path);
        }
    }

    private static IEnumerable<(MethodInfo Function, HttpTriggerAttribute Trigger)> Triggers() =>
        from type in typeof(OpenApiFunctions).Assembly.GetTypes()
        from method in type.GetMethods()
        from parameter in method.GetParameters()
        let trigger = parameter.GetCustomAttribute<HttpTriggerAttribute>()
        where trigger is not null
        select (method, trigger);

    private static IEnumerable<(string Path, string Method, JsonNode Operation)> Described() =>
        from path in OpenApi.Document["paths"]!.AsObject()
        from operation in path.Value!.AsObject()
        where Methods.Contains(operation.Key, StringComparer.Ordinal)
        select (path.Key, operation.Key, operation.Value);

    private static IEnumerable<JsonObject> Contents(JsonNode? node) => node switch
    {
        JsonObject content when content.ContainsKey("example") => [content],
        JsonObject other => other.SelectMany(p => Contents(p.Value)),
        JsonArray array => array.SelectMany(Contents),
        _ => [],
    };
}
