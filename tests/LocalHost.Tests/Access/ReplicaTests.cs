using System.Net;
using System.Net.Http.Json;
using System.Reflection;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Pipeline.Access;
using Pipeline.LocalHost.Hosting;
using Pipeline.LocalHost.Hosting.Functions;
using Pipeline.LocalHost.Hosting.Http;
using Pipeline.LocalHost.Tests.Hosting;
using Pipeline.Triggers;

namespace Pipeline.LocalHost.Tests.Access;

/// <summary>A replica answers what is read, and sends everything else to the instance that writes.</summary>
[TestClass]
public sealed class ReplicaTests
{
    [TestMethod]
    public async Task A_replica_answers_what_is_read_and_names_the_writer_to_who_wants_a_change()
    {
        await using TestHost host = await TestHost.StartAsync(new HostSettings { Replica = true, WriterUrl = "https://writer.example.org" }, functions: typeof(Shelf));
        host.Client.DefaultRequestHeaders.Add("x-functions-key", TestHost.MasterKey);

        (await StatusAsync(host, HttpMethod.Get, "shelf")).ShouldBe(HttpStatusCode.OK);
        (await StatusAsync(host, HttpMethod.Head, "shelf")).ShouldBe(HttpStatusCode.OK);
        (await StatusAsync(host, HttpMethod.Post, "search")).ShouldBe(HttpStatusCode.OK);
        foreach ((HttpMethod method, string path) in new[] { (HttpMethod.Post, "shelf"), (HttpMethod.Post, "always"), (HttpMethod.Get, "work"), (HttpMethod.Get, "changes") })
        {
            using HttpResponseMessage answer = await host.Client.SendAsync(new HttpRequestMessage(method, $"/api/{path}"));
            JsonElement problem = await answer.Content.ReadFromJsonAsync<JsonElement>();
            answer.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable, path);
            problem.GetProperty("type").GetString().ShouldBe("urn:problem-type:pipeline:replica");
            problem.GetProperty("detail").GetString()!.ShouldContain("https://writer.example.org");
        }
    }

    [TestMethod]
    public async Task Who_may_not_change_anything_is_told_that_before_being_sent_elsewhere()
    {
        await using TestHost host = await TestHost.StartAsync(new HostSettings { Replica = true }, functions: typeof(Shelf));

        (await StatusAsync(host, HttpMethod.Post, "shelf")).ShouldBe(HttpStatusCode.Unauthorized);
        host.Client.DefaultRequestHeaders.Add("x-functions-key", TestHost.FunctionKey);
        (await StatusAsync(host, HttpMethod.Post, "always")).ShouldBe(HttpStatusCode.Forbidden);
    }

    [TestMethod]
    public void What_is_asked_of_an_orchestration_or_an_open_stream_is_left_to_the_writer()
    {
        FunctionCatalog catalog = FunctionCatalog.Discover(FunctionCatalog.TypesOf(typeof(PipelineServices).Assembly), new PipelineSettings().ForReferences());

        foreach (HttpFunction function in catalog.Http)
        {
            PolicyAttribute policy = function.Function.Method.GetCustomAttribute<PolicyAttribute>()!;
            bool orchestrates = function.Function.Method.GetParameters().Any(p => p.IsDefined(typeof(DurableClientAttribute)));
            bool ofOneStream = function.Route.StartsWith("streams/{name}/", StringComparison.Ordinal);
            foreach (string method in function.Methods.Where(m => policy.Reads(m) && (orchestrates || ofOneStream)))
            {
                policy.OnlyWriter.ShouldBeTrue($"{method} {function.Route}");
            }
        }

        // As many as the description of the API tells of.
        catalog.Http.Count(f => f.Function.Method.GetCustomAttribute<PolicyAttribute>()!.OnlyWriter).ShouldBeGreaterThan(8);
    }

    [TestMethod]
    public void The_address_of_the_writer_must_be_one() =>
        Should.Throw<CommandException>(() => new HostSettings { WriterUrl = "the other one" }.Validate()).Message.ShouldContain("Host:WriterUrl is 'the other one'");

    private static async Task<HttpStatusCode> StatusAsync(TestHost host, HttpMethod method, string path)
    {
        using HttpResponseMessage answer = await host.Client.SendAsync(new HttpRequestMessage(method, $"/api/{path}"));
        return answer.StatusCode;
    }

    public sealed class Shelf
    {
        [Function("ShelfRead")]
        [Requires(Role.Reader)]
        public static IResult Read([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "shelf")] HttpRequest request) => Results.Ok();

        [Function("ShelfChange")]
        [Requires(Role.Reader)]
        public static IResult Change([HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "shelf")] HttpRequest request) => Results.Ok();

        [Function("ShelfSearch")]
        [Requires(Role.Reader, Stop = RequestKind.Reads)]
        public static IResult Search([HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "search")] HttpRequest request) => Results.Ok();

        [Function("ShelfAlways")]
        [Requires(Role.Admin, Stop = RequestKind.Always)]
        public static IResult Always([HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "always")] HttpRequest request) => Results.Ok();

        [Function("ShelfWork")]
        [Requires(Role.Reader, OnlyWriter = true)]
        public static IResult Work([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "work")] HttpRequest request) => Results.Ok();

        [Function("ShelfGet")]
        [Requires(Role.Reader, Stop = RequestKind.Changes)]
        public static IResult Get([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "changes")] HttpRequest request) => Results.Ok();
    }
}
