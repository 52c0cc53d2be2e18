using System.Globalization;

namespace Pipeline.LocalHost.Durable;

/// <summary>
/// An orchestrator did something else in replay than its history says it did before: its code was changed while the instance was under way,
/// or it depends on something that differs from run to run. The instance fails with this.
/// </summary>
public sealed class NonDeterministicOrchestrationException : InvalidOperationException
{
    /// <summary>Without words.</summary>
    public NonDeterministicOrchestrationException()
    {
    }

    /// <summary>With a message.</summary>
    public NonDeterministicOrchestrationException(string message)
        : base(message)
    {
    }

    /// <summary>With a message and a cause.</summary>
    public NonDeterministicOrchestrationException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    /// <summary>Names the place and both versions.</summary>
    internal NonDeterministicOrchestrationException(string instanceId, int position, string expected, string found)
        : this(string.Create(
            CultureInfo.InvariantCulture,
            $"Instance '{instanceId}' did not replay as its history says: at position {position} the history has {expected}, the orchestrator now asks for {found}. Finish or terminate running instances before their orchestrator's code changes, and take time, identifiers and outside data from its context or from activities only."))
    {
    }
}
