using Microsoft.Azure.Functions.Worker;
using Pipeline.LocalHost.Hosting.Functions;

namespace Pipeline.LocalHost.Hosting.Invocations;

/// <summary>Tells a function its own name.</summary>
internal sealed class HostedFunctionDefinition(HostedFunction function) : FunctionDefinition
{
    public override string EntryPoint => function.EntryPoint;

    public override string Id => function.Name;

    public override string Name => function.Name;
}
