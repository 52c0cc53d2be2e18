using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.Abstractions;
using Microsoft.AspNetCore.Routing;
using Microsoft.Azure.Functions.Worker;
using Pipeline.LocalHost.Hosting.Functions;
using Pipeline.LocalHost.Hosting.Invocations;

namespace Pipeline.LocalHost.Hosting.Http;

/// <summary>Answers requests by functions: checks the key, runs the function, and sends the result that it returned.</summary>
internal sealed class HttpTriggers(FunctionCatalog catalog, HostKeys keys, HostSettings settings, FunctionInvoker invoker)
{
    private const string KeyHeader = "x-functions-key";
    private const string KeyParameter = "code";

    // How clients send a key that know no header of ours, such as MLflow's.
    private const string Bearer = "Bearer ";

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

    /// <summary>Whether the request may go on; where not, it has been answered.</summary>
    public async Task<bool> AdmitAsync(HttpContext context, AuthorizationLevel level)
    {
        string? key = context.Request.Headers.TryGetValue(KeyHeader, out var header) ? header.ToString()
            : context.Request.Headers.Authorization.ToString() is { } token && token.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase) ? token[Bearer.Length..].Trim()
            : context.Request.Query[KeyParameter].ToString();
        if (settings.Development || keys.Open(level, key))
        {
            return true;
        }

        string asked = level == AuthorizationLevel.Admin ? "the master key" : "a function key";
        await Problem.WriteAsync(context, StatusCodes.Status401Unauthorized, $"Send {asked} in the header {KeyHeader} or the query parameter {KeyParameter}. The file {DataFolder.KeysFile} in the data folder holds the keys.");
        return false;
    }

    // The server leaves out the body of an answer to HEAD.
    private static IEnumerable<string> WithHead(IReadOnlyList<string> methods) => methods.Contains(HttpMethods.Get, StringComparer.Ordinal) ? methods.Append(HttpMethods.Head).Distinct(StringComparer.Ordinal) : methods;

    private async Task InvokeAsync(HttpFunction function, HttpContext context)
    {
        if (!await AdmitAsync(context, function.Level))
        {
            return;
        }

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
