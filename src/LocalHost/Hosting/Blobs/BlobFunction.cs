using System.Reflection;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Configuration;
using Pipeline.LocalHost.Hosting.Functions;

namespace Pipeline.LocalHost.Hosting.Blobs;

/// <summary>A function that new versions of objects start.</summary>
/// <param name="Function">The function.</param>
/// <param name="Path">The objects it is for.</param>
internal sealed record BlobFunction(HostedFunction Function, BlobPathPattern Path)
{
    /// <summary>Reads the trigger.</summary>
    /// <exception cref="FunctionProblem">The path cannot be used.</exception>
    public static BlobFunction Create(ParameterInfo parameter, BlobTriggerAttribute trigger, Func<IReadOnlyCollection<string>, HostedFunction> host, IConfiguration settings)
    {
        try
        {
            BlobPathPattern path = BlobPathPattern.Parse(SettingReferences.Resolve(trigger.BlobPath, settings));
            return new BlobFunction(host(path.Names), path);
        }
        catch (FormatException e)
        {
            throw new FunctionProblem(parameter, e.Message);
        }
    }
}
