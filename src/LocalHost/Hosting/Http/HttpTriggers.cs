using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.Abstractions;
using Microsoft.AspNetCore.Routing;
using Pipeline.LocalHost.Hosting.Functions;
using Pipeline.LocalHost.Hosting.Invocations;
using Pipeline.Triggers;

namespace Pipeline.LocalHost.Hosting.Http;

/// <summary>Answers requests by functions: passes the worker's middleware, runs the function, and sends the result that it returned.</summary>
internal sealed class HttpTriggers(FunctionCatalog catalog, AccessMiddleware access, FunctionInvoker invoker)
{
    /// <summary>Adds the functions' routes below the prefix.</summary>
    public void Map(IEndpointRouteBuilder routes, string prefix)
    {
        foreach (HttpFunction function in catalog.Http)
        {
            string pattern = $"/{prefix}/{function.Route}".Replace("//", "/", StringComparison.Ordinal);
            Task AnswerAsync(HttpContext context) => InvokeAsync(function, context);
            IEndpointConventionBuilder route = function.Methods.Count == 0 ? routes.Map(pattern, AnswerAsync) : routes.MapMethods(pattern, WithHead(function.Methods), AnswerAsync);
            route.WithDisplayName(function.Function.Name).WithMetadata([.. function.Function.Method.GetCustomAttributes(inherit: false).Where(a => a is IRequestSizeLimitMetadata)]);
        }
    }

    // The server leaves out the body of an answer to HEAD.
    private static IEnumerable<string> WithHead(IReadOnlyList<string> methods) => methods.Contains(HttpMethods.Get, StringComparer.Ordinal) ? methods.Append(HttpMethods.Head).Distinct(StringComparer.Ordinal) : methods;

    private Task InvokeAsync(HttpFunction function, HttpContext context) => access.Invoke(new HostedContext(function, context), _ => RunAsync(function, context));

    private async Task RunAsync(HttpFunction function, HttpContext context)
    {
        Dictionary<string, string> names = context.Request.RouteValues.Where(v => v.Value is not null)
            .ToDictionary(v => v.Key, v => Convert.ToString(v.Value, CultureInfo.InvariantCulture)!, StringComparer.OrdinalIgnoreCase);
        object? result = await invoker.InvokeAsync(new HostedInvocation(function.Function, context.Request, names, context.RequestServices, context.RequestAborted), context.Request.Method);
        Task sent = result switch
        {
            IResult answer => answer.ExecuteAsync(context),
            IActionResult answer => answer.ExecuteResultAsync(new ActionContext(context, context.GetRouteData(), new ActionDescriptor())),
            _ => throw new InvalidOperationException($"{function.Function.EntryPoint} returned null. Return IActionResult or IResult."),
        };
        await sent;
    }
}
