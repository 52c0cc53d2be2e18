namespace Microsoft.Azure.Functions.Worker;

/// <summary>Stand-in: what is known of a function before it runs.</summary>
public abstract class FunctionDefinition
{
    /// <summary>The method, as namespace, class and name with dots between.</summary>
    public abstract string EntryPoint { get; }

    /// <summary>The function's id.</summary>
    public abstract string Id { get; }

    /// <summary>The function's name.</summary>
    public abstract string Name { get; }
}
