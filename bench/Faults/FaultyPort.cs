using System.Reflection;
using System.Runtime.ExceptionServices;

namespace Pipeline.Bench.Faults;

/// <summary>A port before which faults stand: each call that gives a task goes wrong as the plan says. Listings and what is read row by row fail at their beginning.</summary>
public class FaultyPort : DispatchProxy
{
    private static readonly MethodInfo Typed = typeof(FaultyPort).GetMethod(nameof(RunTypedAsync), BindingFlags.NonPublic | BindingFlags.Instance)!;

    private object _inner = null!;
    private Type _port = null!;
    private FaultPlan _plan = null!;

    /// <summary>Puts faults before a port.</summary>
    internal static object Create(Type port, object inner, FaultPlan plan)
    {
        object proxy = DispatchProxy.Create(port, typeof(FaultyPort));
        FaultyPort faulty = (FaultyPort)proxy;
        (faulty._inner, faulty._port, faulty._plan) = (inner, port, plan);
        return proxy;
    }

    /// <inheritdoc/>
    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
    {
        ArgumentNullException.ThrowIfNull(targetMethod);
        Type result = targetMethod.ReturnType;
        if (result == typeof(Task))
        {
            return RunTypedAsync<bool>(targetMethod, args);
        }

        if (result.IsGenericType && result.GetGenericTypeDefinition() == typeof(Task<>))
        {
            return Typed.MakeGenericMethod(result.GetGenericArguments()).Invoke(this, [targetMethod, args]);
        }

        if (targetMethod.Name.EndsWith("Async", StringComparison.Ordinal) && _plan.Next() is Fault.Fail or Fault.Tear)
        {
            throw FaultPlan.Failure(_port, targetMethod.Name);
        }

        return Call(targetMethod, args);
    }

    private async Task<T> RunTypedAsync<T>(MethodInfo method, object?[]? args)
    {
        Fault fault = _plan.Next();
        if (fault == Fault.Tear && args is [string, Func<Stream, CancellationToken, Task> write, ..])
        {
            args[1] = (Func<Stream, CancellationToken, Task>)(async (target, token) =>
            {
                await write(new TornStream(target), token);
                throw FaultPlan.Failure(_port, method.Name);
            });
        }
        else if (fault is Fault.Fail or Fault.Tear)
        {
            throw FaultPlan.Failure(_port, method.Name);
        }

        object? called = Call(method, args);
        T value = default!;
        if (called is Task<T> typed)
        {
            value = await typed;
        }
        else
        {
            await (Task)called!;
        }

        return fault == Fault.LoseAnswer ? throw FaultPlan.Failure(_port, method.Name) : value;
    }

    private object? Call(MethodInfo method, object?[]? args)
    {
        try
        {
            return method.Invoke(_inner, args);
        }
        catch (TargetInvocationException e) when (e.InnerException is not null)
        {
            ExceptionDispatchInfo.Throw(e.InnerException);
            throw;
        }
    }

    /// <summary>Takes the first half of what is written.</summary>
    private sealed class TornStream(Stream inner) : MemoryStream
    {
        protected override void Dispose(bool disposing)
        {
            inner.Write(ToArray().AsSpan(0, (int)(Length / 2)));
            base.Dispose(disposing);
        }
    }
}
