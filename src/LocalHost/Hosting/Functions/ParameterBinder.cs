using System.Globalization;
using System.Reflection;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.LocalHost.Hosting.Invocations;

namespace Pipeline.LocalHost.Hosting.Functions;

/// <summary>Decides at the start where each parameter of a function gets its value.</summary>
internal static class ParameterBinder
{
    /// <summary>What gives the parameter its value.</summary>
    /// <param name="parameter">The parameter.</param>
    /// <param name="kind">What starts the function.</param>
    /// <param name="isTrigger">Whether the parameter bears the trigger.</param>
    /// <param name="names">The names in the trigger's route or path.</param>
    /// <exception cref="FunctionProblem">The host has no value for such a parameter.</exception>
    public static Func<HostedInvocation, object?> Bind(ParameterInfo parameter, TriggerKind kind, bool isTrigger, IReadOnlyCollection<string> names)
    {
        if (isTrigger)
        {
            return Trigger(parameter, kind);
        }

        Type type = parameter.ParameterType;
        if (type == typeof(CancellationToken))
        {
            return invocation => invocation.CancellationToken;
        }

        if (parameter.IsDefined(typeof(DurableClientAttribute)) && type == typeof(DurableTaskClient))
        {
            return invocation => invocation.Services.GetRequiredService<DurableTaskClient>();
        }

        string? name = names.FirstOrDefault(n => string.Equals(n, parameter.Name, StringComparison.OrdinalIgnoreCase));
        if (name is not null && Reader(parameter) is { } read)
        {
            return invocation => invocation.BindingData.TryGetValue(name, out string? text) ? read(text, name) : Missing(parameter, name);
        }

        string known = names.Count == 0 ? "" : $", and {string.Join(", ", names.Select(n => $"'{n}'"))} of its {(kind == TriggerKind.Http ? "route" : "path")} as string or int";
        throw new FunctionProblem(parameter, $"the host has no value for it. A {kind} function takes its trigger ({TriggerTypes(kind)}), CancellationToken, [DurableClient] DurableTaskClient{known}. Take services by the class's constructor.");
    }

    private static Func<HostedInvocation, object?> Trigger(ParameterInfo parameter, TriggerKind kind)
    {
        Type type = parameter.ParameterType;
        bool supported = kind switch
        {
            TriggerKind.Http => type == typeof(HttpRequest),
            TriggerKind.Timer => type == typeof(TimerInfo),
            TriggerKind.Orchestration => type == typeof(TaskOrchestrationContext),
            TriggerKind.Activity => true,
            _ => type == typeof(string) || type == typeof(byte[]) || type == typeof(Stream),
        };
        return supported ? invocation => invocation.TriggerValue : throw new FunctionProblem(parameter, $"a {kind} trigger gives {TriggerTypes(kind)}.");
    }

    private static string TriggerTypes(TriggerKind kind) => kind switch
    {
        TriggerKind.Http => "HttpRequest",
        TriggerKind.Timer => "TimerInfo",
        TriggerKind.Orchestration => "TaskOrchestrationContext",
        TriggerKind.Activity => "its input",
        _ => "string, byte[] or Stream",
    };

    private static Func<string, string, object?>? Reader(ParameterInfo parameter)
    {
        Type type = Nullable.GetUnderlyingType(parameter.ParameterType) ?? parameter.ParameterType;
        if (type == typeof(int))
        {
            return static (text, name) => int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int number)
                ? number
                : throw new BadHttpRequestException($"'{name}' in the path must be a whole number.");
        }

        return type == typeof(string) ? static (text, _) => text : null;
    }

    private static object? Missing(ParameterInfo parameter, string name) => parameter switch
    {
        { HasDefaultValue: true } => parameter.DefaultValue,
        _ when parameter.ParameterType != typeof(int) => null,
        _ => throw new BadHttpRequestException($"'{name}' is missing in the path."),
    };
}
