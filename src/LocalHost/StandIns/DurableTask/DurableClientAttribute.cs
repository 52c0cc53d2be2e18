namespace Microsoft.Azure.Functions.Worker;

/// <summary>Marks a parameter that takes the client of orchestrations.</summary>
[AttributeUsage(AttributeTargets.Parameter)]
public sealed class DurableClientAttribute : Attribute
{
}
