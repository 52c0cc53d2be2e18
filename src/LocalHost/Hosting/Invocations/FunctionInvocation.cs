using Microsoft.Azure.Functions.Worker;
using Pipeline.LocalHost.Hosting.Functions;

namespace Pipeline.LocalHost.Hosting.Invocations;

/// <summary>One run of a function: what its parameters are bound from.</summary>
internal sealed class FunctionInvocation(HostedFunction function, object? triggerValue, IReadOnlyDictionary<string, string> bindingData, IServiceProvider services, CancellationToken cancellationToken) : FunctionContext
{
    public override string InvocationId { get; } = Guid.NewGuid().ToString();

    public override string FunctionId => FunctionDefinition.Id;

    public override IServiceProvider InstanceServices { get; set; } = services;

    public override FunctionDefinition FunctionDefinition { get; } = new HostedFunctionDefinition(function);

    public override IDictionary<object, object> Items { get; set; } = new Dictionary<object, object>();

    public override CancellationToken CancellationToken { get; } = cancellationToken;

    /// <summary>The function.</summary>
    public HostedFunction Function { get; } = function;

    /// <summary>What the trigger gives: the request, the timer's state or the object's content.</summary>
    public object? TriggerValue { get; } = triggerValue;

    /// <summary>The values of the names in the route or path.</summary>
    public IReadOnlyDictionary<string, string> BindingData { get; } = bindingData;
}
