namespace Microsoft.Azure.Functions.Worker;

/// <summary>Stand-in: which key a request must bring.</summary>
public enum AuthorizationLevel
{
    /// <summary>None.</summary>
    Anonymous = 0,

    /// <summary>A signed-in user's token; the local host does not offer it.</summary>
    User = 1,

    /// <summary>A function key or the master key.</summary>
    Function = 2,

    /// <summary>An extension's key; the local host does not offer it.</summary>
    System = 3,

    /// <summary>The master key.</summary>
    Admin = 4,
}
