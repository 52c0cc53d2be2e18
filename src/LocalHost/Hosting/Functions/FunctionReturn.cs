using System.Reflection;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;

namespace Pipeline.LocalHost.Hosting.Functions;

/// <summary>What a function gives back.</summary>
internal static class FunctionReturn
{
    /// <summary>Refuses a return type that the host would have to drop.</summary>
    /// <exception cref="FunctionProblem">The type is not supported.</exception>
    public static void Check(MethodInfo method, TriggerKind kind)
    {
        Type type = method.ReturnType;
        bool generic = type.IsGenericType && (type.GetGenericTypeDefinition() == typeof(Task<>) || type.GetGenericTypeDefinition() == typeof(ValueTask<>));
        Type value = generic ? type.GetGenericArguments()[0] : type == typeof(Task) || type == typeof(ValueTask) ? typeof(void) : type;
        if (kind == TriggerKind.Http)
        {
            if (!typeof(IActionResult).IsAssignableFrom(value) && !typeof(IResult).IsAssignableFrom(value))
            {
                throw new FunctionProblem(method, $"it returns {value.Name}. An Http function returns IActionResult or IResult, or a task of one.");
            }
        }
        else if (value != typeof(void) && kind is TriggerKind.Timer or TriggerKind.Blob)
        {
            throw new FunctionProblem(method, $"it returns {value.Name}, an output that the host has nowhere to send. A {kind} function returns void, Task or ValueTask.");
        }
        else if (type == typeof(void) && method.GetCustomAttribute<System.Runtime.CompilerServices.AsyncStateMachineAttribute>() is not null)
        {
            throw new FunctionProblem(method, "it is 'async void', so nobody can await it. Return Task.");
        }
    }

    /// <summary>Awaits what a method returned; gives the task's value, or null where there is none.</summary>
    public static async Task<object?> AwaitAsync(object? returned)
    {
        object? task = returned is null ? null : AsTask(returned);
        if (task is not Task awaited)
        {
            return returned;
        }

        await awaited;
        return Result(awaited);
    }

    private static object AsTask(object returned) => returned switch
    {
        ValueTask task => task.AsTask(),
        _ when returned.GetType() is { IsGenericType: true } type && type.GetGenericTypeDefinition() == typeof(ValueTask<>) =>
            type.GetMethod(nameof(ValueTask<>.AsTask))!.Invoke(returned, null)!,
        _ => returned,
    };

    // The task of an async method without a result is a Task<VoidTaskResult> at run time.
    private static object? Result(Task task) =>
        task.GetType().GetProperty(nameof(Task<>.Result)) is { } property && property.PropertyType.IsVisible ? property.GetValue(task) : null;
}
