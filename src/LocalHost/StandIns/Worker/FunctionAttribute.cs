namespace Microsoft.Azure.Functions.Worker;

/// <summary>Stand-in: makes a method a function.</summary>
[AttributeUsage(AttributeTargets.Method)]
public class FunctionAttribute(string name) : Attribute
{
    /// <summary>The function's name, unique in the app whatever its case.</summary>
    public string Name { get; } = name;
}
