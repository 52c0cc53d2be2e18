using System.Reflection;
using Pipeline.LocalHost.Hosting.Invocations;

namespace Pipeline.LocalHost.Hosting.Functions;

/// <summary>A function that the host can run.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Kind">What starts it.</param>
/// <param name="Method">The method.</param>
/// <param name="Trigger">The trigger's attribute.</param>
/// <param name="TriggerParameter">The parameter that bears it.</param>
/// <param name="Parameters">What gives each parameter of the method its value.</param>
internal sealed record HostedFunction(string Name, TriggerKind Kind, MethodInfo Method, Attribute Trigger, ParameterInfo TriggerParameter, IReadOnlyList<Func<HostedInvocation, object?>> Parameters)
{
    /// <summary>The class that holds the method.</summary>
    public Type Class => Method.DeclaringType!;

    /// <summary>The method as namespace, class and name.</summary>
    public string EntryPoint => $"{Class.FullName}.{Method.Name}";
}
