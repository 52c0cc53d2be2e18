using Microsoft.Azure.Functions.Worker;

namespace Pipeline.Triggers;

/// <summary>Who may call what.</summary>
internal static class Access
{
    /// <summary>What changes state, or costs an embedding: callers with a key.</summary>
    public const AuthorizationLevel Change = AuthorizationLevel.Function;

    /// <summary>What shows data: callers with a key too, for examples are texts that people wrote.</summary>
    public const AuthorizationLevel Read = AuthorizationLevel.Function;

    /// <summary>Liveness and the description of the interface: anyone.</summary>
    public const AuthorizationLevel Open = AuthorizationLevel.Anonymous;
}
