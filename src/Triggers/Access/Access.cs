using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Pipeline.Access;

namespace Pipeline.Triggers;

/// <summary>Where it is decided who may call a function.</summary>
internal static class Access
{
    /// <summary>
    /// What every HTTP trigger asks of the host: nothing. A host that asked for a key would turn tokens away before <see cref="AccessMiddleware"/> sees them,
    /// which asks for what the function's <see cref="PolicyAttribute"/> says.
    /// </summary>
    public const AuthorizationLevel Checked = AuthorizationLevel.Anonymous;
}

/// <summary>What a function asks of its callers. A function by HTTP that says nothing is for admins.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal abstract class PolicyAttribute : Attribute
{
    /// <summary>The role that a caller needs; null where none is needed.</summary>
    public abstract Role? Needed { get; }

    /// <summary>What an emergency stop means for it.</summary>
    public RequestKind Stop { get; init; }

    /// <summary>Whether only the instance that writes can answer, however little it changes: it alone has the orchestrations and the open streams.</summary>
    public bool OnlyWriter { get; init; }

    /// <summary>Whether it takes in a body that may be large: so many at once are received as the settings say.</summary>
    public bool Uploads { get; init; }

    /// <summary>What a call of it is in the audit, in the words of <see cref="Audit.AuditActions"/>; null where it changes nothing that is audited. One for admins is written before it is done, and refused where that fails.</summary>
    public string? Act { get; init; }

    /// <summary>What an answer of it as a file is in the audit; null where it gives none.</summary>
    public string? Exports { get; init; }

    /// <summary>Whether it is done even where it cannot be written into the audit: what keeps harm off waits for no record.</summary>
    public bool Urgent { get; init; }

    /// <summary>Whether a request by this method changes nothing.</summary>
    public bool Reads(string method) => Stop == RequestKind.Reads || (Stop != RequestKind.Changes && (HttpMethods.IsGet(method) || HttpMethods.IsHead(method)));
}

/// <summary>The caller needs a role.</summary>
/// <param name="role">The role, or one above it.</param>
internal sealed class RequiresAttribute(Role role) : PolicyAttribute
{
    /// <inheritdoc/>
    public override Role? Needed => role;
}

/// <summary>Anyone may call it, and whatever stands it is answered.</summary>
internal sealed class AnyoneAttribute : PolicyAttribute
{
    /// <summary>Creates the attribute.</summary>
    public AnyoneAttribute() => Stop = RequestKind.Always;

    /// <inheritdoc/>
    public override Role? Needed => null;
}

/// <summary>What an emergency stop means for a request.</summary>
internal enum RequestKind
{
    /// <summary>What its method says: what is only read is answered unless all is halted, what changes only while everything runs.</summary>
    ByMethod,

    /// <summary>It is answered whatever stands: it shows how things are, answers alerts, keeps safe what there is, or is the way back.</summary>
    Always,

    /// <summary>It changes nothing: it is answered unless all is halted.</summary>
    Reads,

    /// <summary>It is answered only while everything runs.</summary>
    Changes,
}
