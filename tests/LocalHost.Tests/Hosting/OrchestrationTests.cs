using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.LocalHost.Hosting.Functions;
using Pipeline.LocalHost.Hosting.Invocations;
using Pipeline.Triggers;

namespace Pipeline.LocalHost.Tests.Hosting;

[TestClass]
public sealed class OrchestrationTests
{
    [TestMethod]
    public async Task A_request_starts_an_orchestration_whose_activities_are_built_from_services()
    {
        await using TestHost host = await TestHost.StartAsync(services: s => s.AddSingleton(new Prefix("hello ")), functions: typeof(Functions));
        string id = await host.Client.GetStringAsync(new Uri("api/greet", UriKind.Relative));
        DurableTaskClient client = host.App.Services.GetRequiredService<DurableTaskClient>();
        OrchestrationMetadata ended = await client.WaitForInstanceCompletionAsync(id, getInputsAndOutputs: true);
        ended.RuntimeStatus.ShouldBe(OrchestrationRuntimeStatus.Completed);
        ended.ReadOutputAs<string[]>().ShouldBe(["hello one", "hello two"]);

        InvocationRecord[] calls = [.. host.App.Services.GetRequiredService<InvocationLog>().Recent().Where(r => r.Trigger == TriggerKind.Activity)];
        calls.Length.ShouldBe(2);
        calls.ShouldAllBe(c => c.Outcome == InvocationOutcome.Succeeded && c.Function == "GreetOne");
    }

    public sealed record Prefix(string Text);

    public sealed class Functions(Prefix prefix)
    {
        [Function("Greet")]
        [Anyone]
        public static async Task<IResult> StartAsync([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "greet")] HttpRequest request, [DurableClient] DurableTaskClient client, CancellationToken cancellationToken) =>
            Results.Text(await client.ScheduleNewOrchestrationInstanceAsync("GreetAll", new[] { "one", request.Method is "GET" ? "two" : "" }, cancellationToken));

        [Function("GreetAll")]
        public static async Task<string[]> RunAsync([OrchestrationTrigger] TaskOrchestrationContext context) =>
            await Task.WhenAll(context.GetInput<string[]>()!.Select(name => context.CallActivityAsync<string>("GreetOne", name)));

        [Function("GreetOne")]
        public Task<string> GreetAsync([ActivityTrigger] string name, CancellationToken cancellationToken) =>
            cancellationToken.IsCancellationRequested ? Task.FromCanceled<string>(cancellationToken) : Task.FromResult(prefix.Text + name);
    }
}
