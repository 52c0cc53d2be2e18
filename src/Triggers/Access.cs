using Microsoft.Azure.Functions.Worker;

namespace Pipeline.Triggers;

/// <summary>Who may call what.</summary>
internal static class Access
{
    /// <summary>What changes state, or costs an embedding: callers with a key.</summary>
    public const AuthorizationLevel Change = AuthorizationLevel.Function;

    /// <summary>What shows data: callers with a key too, for examples are texts that people wrote.</summary>
    public const AuthorizationLevel Read = AuthorizationLevel.Function;

    /// <summary>What removes data for good, and the record of it: callers with the master key.</summary>
    public const AuthorizationLevel Erase = AuthorizationLevel.Admin;

    /// <summary>The emergency stop: callers with the master key.</summary>
    public const AuthorizationLevel Stop = AuthorizationLevel.Admin;

    /// <summary>Liveness and the description of the interface: anyone.</summary>
    public const AuthorizationLevel Open = AuthorizationLevel.Anonymous;
}
