using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Extensions.Abstractions;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.LocalHost.Hosting.Functions;

namespace Pipeline.LocalHost.Tests.Hosting;

[TestClass]
public sealed class FunctionCatalogTests
{
    [TestMethod]
    [DataRow(typeof(UnknownTrigger), "UnknownTrigger.Run, parameter 'message' (String): QueueTriggerAttribute is a trigger that the host does not know. The host runs HttpTrigger, TimerTrigger, BlobTrigger")]
    [DataRow(typeof(NoTrigger), "NoTrigger.Run: it has no trigger")]
    [DataRow(typeof(TwoTriggers), "TwoTriggers.Run: it has more than one trigger")]
    [DataRow(typeof(UnknownParameter), "UnknownParameter.Run, parameter 'clock' (TimeProvider): the host has no value for it. A Timer function takes its trigger (TimerInfo), CancellationToken, [DurableClient] DurableTaskClient. Take services by the class's constructor.")]
    [DataRow(typeof(UnknownRouteParameter), "parameter 'id' (Guid): the host has no value for it. A Http function takes its trigger (HttpRequest), CancellationToken, [DurableClient] DurableTaskClient, and 'id' of its route as string or int.")]
    [DataRow(typeof(WrongTriggerType), "parameter 'timer' (String): a Timer trigger gives TimerInfo.")]
    [DataRow(typeof(WrongReturn), "WrongReturn.Run: it returns String. An Http function returns IActionResult or IResult")]
    [DataRow(typeof(TimerWithOutput), "TimerWithOutput.RunAsync: it returns String, an output that the host has nowhere to send.")]
    [DataRow(typeof(AsyncVoid), "AsyncVoid.Run: it is 'async void'")]
    [DataRow(typeof(BadSchedule), "parameter 'timer' (TimerInfo): The schedule '0 0 0 30 2 *' cannot be used")]
    [DataRow(typeof(SettingOfSchedule), "needs the setting 'Schedules:Missing', which is missing or empty. Put it under \"Values\" in local.settings.json, or in the environment as Schedules__Missing.")]
    [DataRow(typeof(BadRoute), "the route 'items/{name' cannot be read")]
    [DataRow(typeof(UserLevel), "keys of the level User. Ask for Anonymous")]
    [DataRow(typeof(BadName), "'1st function' is no function name")]
    [DataRow(typeof(BadPath), "must begin with a container's name")]
    [DataRow(typeof(HiddenMethod), "a function is a public method of a public class")]
    [DataRow(typeof(TwoConstructors), "exactly one public constructor")]
    public void A_function_that_cannot_be_hosted_is_refused_at_the_start_with_the_reason(Type type, string reason)
    {
        string message = Should.Throw<CommandException>(() => TestHost.Discover(null, type)).Message;
        message.ShouldContain(type.FullName!);
        message.ShouldContain(reason);
    }

    [TestMethod]
    public void All_problems_are_told_at_once()
    {
        string message = Should.Throw<CommandException>(() => TestHost.Discover(null, typeof(NoTrigger), typeof(BadName), typeof(SameName), typeof(SameNameInCapitals))).Message;
        message.ShouldContain("it has no trigger");
        message.ShouldContain("'1st function' is no function name");
        message.ShouldContain("The name 'Same' is borne by");
    }

    [TestMethod]
    public void Two_functions_with_one_name_are_refused() =>
        Should.Throw<CommandException>(() => TestHost.Discover(null, typeof(SameName), typeof(SameNameInCapitals))).Message.ShouldContain("Names must differ, not only in case.");

    [TestMethod]
    [DataRow(typeof(RouteOfItem), typeof(RouteOfThing), true)]
    [DataRow(typeof(RouteOfItem), typeof(RouteOfItemByAnyMethod), true)]
    [DataRow(typeof(RouteOfItem), typeof(RouteOfItemByPut), false)]
    [DataRow(typeof(RouteOfItem), typeof(RouteOfNumberedItem), false)]
    public void Two_functions_that_answer_one_request_are_refused(Type first, Type second, bool refused)
    {
        if (refused)
        {
            Should.Throw<CommandException>(() => TestHost.Discover(null, first, second)).Message.ShouldContain("Give one another route or another method.");
        }
        else
        {
            TestHost.Discover(null, first, second).Http.Count.ShouldBe(2);
        }
    }

    [TestMethod]
    public void A_constructor_that_takes_what_is_not_registered_is_refused()
    {
        using ServiceProvider services = new ServiceCollection().AddSingleton(TimeProvider.System).BuildServiceProvider();
        IServiceProviderIsService registered = services.GetRequiredService<IServiceProviderIsService>();
        TestHost.Discover(null, typeof(TakesClock)).CheckConstructors(registered);
        Should.Throw<CommandException>(() => TestHost.Discover(null, typeof(TakesText)).CheckConstructors(registered)).Message.ShouldContain("constructor parameter 'text' (System.Text.StringBuilder): no such service is registered.");
    }

    [TestMethod]
    public void Schedules_and_paths_take_settings()
    {
        FunctionCatalog catalog = TestHost.Discover(new Dictionary<string, string?>(StringComparer.Ordinal) { ["Schedules:Missing"] = "0 5 * * * *", ["Box"] = "models" }, typeof(SettingOfSchedule), typeof(SettingOfPath));
        catalog.Timers.Single().Schedule.ToString().ShouldBe("0 5 * * * *");
        catalog.Blobs.Single().Path.ToString().ShouldBe("models/{name}");
    }

    [AttributeUsage(AttributeTargets.Parameter)]
    public sealed class QueueTriggerAttribute : TriggerBindingAttribute;

    public sealed class UnknownTrigger
    {
        [Function("F")]
        public static void Run([QueueTrigger] string message) => ArgumentNullException.ThrowIfNull(message);
    }

    public sealed class NoTrigger
    {
        [Function("F")]
        public static void Run(string message) => ArgumentNullException.ThrowIfNull(message);
    }

    public sealed class TwoTriggers
    {
        [Function("F")]
        public static void Run([TimerTrigger("0 * * * * *")] TimerInfo timer, [BlobTrigger("a/b")] string blob) => ArgumentNullException.ThrowIfNull(timer, blob);
    }

    public sealed class UnknownParameter
    {
        [Function("F")]
        public static void Run([TimerTrigger("0 * * * * *")] TimerInfo timer, TimeProvider clock) => ArgumentNullException.ThrowIfNull(clock, timer.ToString());
    }

    public sealed class UnknownRouteParameter
    {
        [Function("F")]
        public static IActionResult Run([HttpTrigger(Route = "items/{id}")] HttpRequest request, Guid id) => new OkObjectResult((request.Path, id));
    }

    public sealed class WrongTriggerType
    {
        [Function("F")]
        public static void Run([TimerTrigger("0 * * * * *")] string timer) => ArgumentNullException.ThrowIfNull(timer);
    }

    public sealed class WrongReturn
    {
        [Function("F")]
        public static string Run([HttpTrigger] HttpRequest request) => request.Path;
    }

    public sealed class TimerWithOutput
    {
        [Function("F")]
        public static Task<string?> RunAsync([TimerTrigger("0 * * * * *")] TimerInfo timer) => Task.FromResult(timer.ToString());
    }

    public sealed class AsyncVoid
    {
        [Function("F")]
        [System.Diagnostics.CodeAnalysis.SuppressMessage("Design", "MA0155:Do not use async void methods", Justification = "This is what must be refused.")]
        public static async void Run([TimerTrigger("0 * * * * *")] TimerInfo timer)
        {
            await Task.Yield();
            ArgumentNullException.ThrowIfNull(timer);
        }
    }

    public sealed class BadSchedule
    {
        [Function("F")]
        public static void Run([TimerTrigger("0 0 0 30 2 *")] TimerInfo timer) => ArgumentNullException.ThrowIfNull(timer);
    }

    public sealed class SettingOfSchedule
    {
        [Function("F")]
        public static void Run([TimerTrigger("%Schedules:Missing%")] TimerInfo timer) => ArgumentNullException.ThrowIfNull(timer);
    }

    public sealed class SettingOfPath
    {
        [Function("G")]
        public static void Run([BlobTrigger("%Box%/{name}")] string content, string name) => ArgumentNullException.ThrowIfNull(content, name);
    }

    public sealed class BadRoute
    {
        [Function("F")]
        public static IActionResult Run([HttpTrigger(Route = "items/{name")] HttpRequest request) => new OkObjectResult(request.Path);
    }

    public sealed class UserLevel
    {
        [Function("F")]
        public static IActionResult Run([HttpTrigger(AuthorizationLevel.User)] HttpRequest request) => new OkObjectResult(request.Path);
    }

    public sealed class BadName
    {
        [Function("1st function")]
        public static void Run([TimerTrigger("0 * * * * *")] TimerInfo timer) => ArgumentNullException.ThrowIfNull(timer);
    }

    public sealed class BadPath
    {
        [Function("F")]
        public static void Run([BlobTrigger("{container}/{name}")] string content) => ArgumentNullException.ThrowIfNull(content);
    }

    public sealed class HiddenMethod
    {
        [Function("F")]
        internal static void Run([TimerTrigger("0 * * * * *")] TimerInfo timer) => ArgumentNullException.ThrowIfNull(timer);
    }

    public sealed class TwoConstructors
    {
        private readonly string _text;

        public TwoConstructors()
            : this("")
        {
        }

        public TwoConstructors(string text) => _text = text;

        [Function("F")]
        public void Run([TimerTrigger("0 * * * * *")] TimerInfo timer) => ArgumentNullException.ThrowIfNull(timer, _text);
    }

    public sealed class SameName
    {
        [Function("Same")]
        public static void Run([TimerTrigger("0 * * * * *")] TimerInfo timer) => ArgumentNullException.ThrowIfNull(timer);
    }

    public sealed class SameNameInCapitals
    {
        [Function("SAME")]
        public static void Run([TimerTrigger("0 * * * * *")] TimerInfo timer) => ArgumentNullException.ThrowIfNull(timer);
    }

    public sealed class RouteOfItem
    {
        [Function("A")]
        public static IActionResult Run([HttpTrigger("get", "post", Route = "items/{item}")] HttpRequest request) => new OkObjectResult(request.Path);
    }

    public sealed class RouteOfThing
    {
        [Function("B")]
        public static IActionResult Run([HttpTrigger("GET", Route = "Items/{thing}")] HttpRequest request) => new OkObjectResult(request.Path);
    }

    public sealed class RouteOfItemByAnyMethod
    {
        [Function("B")]
        public static IActionResult Run([HttpTrigger(Route = "items/{item}")] HttpRequest request) => new OkObjectResult(request.Path);
    }

    public sealed class RouteOfItemByPut
    {
        [Function("B")]
        public static IActionResult Run([HttpTrigger("put", Route = "items/{item}")] HttpRequest request) => new OkObjectResult(request.Path);
    }

    public sealed class RouteOfNumberedItem
    {
        [Function("B")]
        public static IActionResult Run([HttpTrigger("get", Route = "items/{item:int}")] HttpRequest request, int item) => new OkObjectResult((request.Path, item));
    }

    public sealed class TakesClock(TimeProvider clock)
    {
        [Function("F")]
        public void Run([TimerTrigger("0 * * * * *")] TimerInfo timer) => ArgumentNullException.ThrowIfNull(timer, clock.ToString());
    }

    public sealed class TakesText(System.Text.StringBuilder text)
    {
        [Function("F")]
        public void Run([TimerTrigger("0 * * * * *")] TimerInfo timer) => ArgumentNullException.ThrowIfNull(timer, text.ToString());
    }
}
