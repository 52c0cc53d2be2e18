using Pipeline.LocalHost.Hosting.Functions;

namespace Pipeline.LocalHost.Hosting.Invocations;

/// <summary>One run of a function: what its parameters are bound from.</summary>
/// <param name="Function">The function.</param>
/// <param name="TriggerValue">What the trigger gives: the request, the timer's state or the object's content.</param>
/// <param name="BindingData">The values of the names in the route or path.</param>
/// <param name="Services">What the class's constructor takes.</param>
/// <param name="CancellationToken">Cancelled when the run is no longer wanted.</param>
internal sealed record HostedInvocation(HostedFunction Function, object? TriggerValue, IReadOnlyDictionary<string, string> BindingData, IServiceProvider Services, CancellationToken CancellationToken)
{
    /// <summary>The run's id.</summary>
    public string Id { get; } = Guid.NewGuid().ToString();
}
