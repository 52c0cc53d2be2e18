using System.Reflection;

namespace Pipeline.LocalHost.Hosting.Functions;

/// <summary>Why a function cannot be hosted. The message names the class, the method and, where it is one parameter's fault, that.</summary>
internal sealed class FunctionProblem : Exception
{
    public FunctionProblem(MethodInfo method, string what)
        : base($"{Name(method)}: {what}")
    {
    }

    public FunctionProblem(ParameterInfo parameter, string what)
        : base($"{Name((MethodInfo)parameter.Member)}, parameter '{parameter.Name}' ({parameter.ParameterType.Name}): {what}")
    {
    }

    private static string Name(MethodInfo method) => $"{method.DeclaringType?.FullName}.{method.Name}";
}
