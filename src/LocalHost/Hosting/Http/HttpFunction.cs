using System.Reflection;
using Microsoft.AspNetCore.Routing.Patterns;
using Microsoft.Azure.Functions.Worker;
using Pipeline.LocalHost.Hosting.Functions;
using Pipeline.Triggers;

namespace Pipeline.LocalHost.Hosting.Http;

/// <summary>A function that HTTP requests start.</summary>
/// <param name="Function">The function.</param>
/// <param name="Route">Its route below the prefix.</param>
/// <param name="Methods">The methods it answers, in capitals; empty for all.</param>
internal sealed record HttpFunction(HostedFunction Function, string Route, IReadOnlyList<string> Methods)
{
    /// <summary>Reads the trigger.</summary>
    /// <exception cref="FunctionProblem">The route or the level cannot be hosted. What a caller needs is declared by <see cref="PolicyAttribute"/>, whatever the level.</exception>
    public static HttpFunction Create(MethodInfo method, HttpTriggerAttribute trigger, Func<IReadOnlyCollection<string>, HostedFunction> host)
    {
        if (trigger.AuthLevel is AuthorizationLevel.User or AuthorizationLevel.System)
        {
            throw new FunctionProblem(method, $"the host does not know keys of the level {trigger.AuthLevel}. Ask for Anonymous, and declare the role that callers need with [Requires].");
        }

        string route = (trigger.Route ?? method.GetCustomAttribute<FunctionAttribute>()!.Name).Trim('/');
        try
        {
            RoutePattern pattern = RoutePatternFactory.Parse(route);
            return new HttpFunction(host([.. pattern.Parameters.Select(p => p.Name)]), route, [.. (trigger.Methods ?? []).Select(m => m.ToUpperInvariant())]);
        }
        catch (RoutePatternException e)
        {
            throw new FunctionProblem(method, $"the route '{route}' cannot be read: {e.Message}");
        }
    }

    /// <summary>Whether some request would be for both functions.</summary>
    public bool Overlaps(HttpFunction other) =>
        string.Equals(Shape(Route), Shape(other.Route), StringComparison.OrdinalIgnoreCase)
        && (Methods.Count == 0 || other.Methods.Count == 0 || Methods.Intersect(other.Methods, StringComparer.Ordinal).Any());

    // The names of parameters do not tell routes apart, but their constraints do.
    private static string Shape(string route) => string.Join('/', RoutePatternFactory.Parse(route).PathSegments.Select(segment => string.Concat(segment.Parts.Select(part => part switch
    {
        RoutePatternLiteralPart literal => literal.Content,
        RoutePatternSeparatorPart separator => separator.Content,
        RoutePatternParameterPart parameter => $"{{{(parameter.IsCatchAll ? "*" : "")}{string.Join(',', parameter.ParameterPolicies.Select(p => p.Content))}}}",
        _ => "",
    }))));
}
