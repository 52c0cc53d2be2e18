using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Reflection;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc.Infrastructure;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Pipeline.LocalHost.Hosting.Functions;
using Pipeline.Models;
using Pipeline.Preprocessing;
using Pipeline.Storage;
using Pipeline.Telemetry;

namespace Pipeline.LocalHost.Hosting.Invocations;

/// <summary>Runs functions: builds the class, binds the parameters, awaits the method, and notes how it went.</summary>
internal sealed partial class FunctionInvoker(InvocationLog log, TimeProvider clock, ILogger<FunctionInvoker> logger)
{
    private static readonly AsyncLocal<string?> Current = new();

    /// <summary>The id of the run that the calling code is part of; null outside of runs.</summary>
    public static string? CurrentInvocation => Current.Value;

    /// <summary>Runs a function and gives what it returned; what it throws passes through.</summary>
    /// <param name="invocation">The run. Its services build the class, which is disposed of afterwards.</param>
    /// <param name="reason">What started it, for people.</param>
    [SuppressMessage("Design", "CA1031:Do not catch general exception types", Justification = "Every failure is noted, and then passed on.")]
    public async Task<object?> InvokeAsync(HostedInvocation invocation, string reason)
    {
        HostedFunction function = invocation.Function;
        InvocationRecord record = new(invocation.Id, function.Name, function.Kind, reason, clock.GetUtcNow(), InvocationOutcome.Running);
        long start = clock.GetTimestamp();
        log.Begin(record);
        Current.Value = record.Id;
        using Activity activity = PipelineActivity.Begin(function.Name, ActivityKind.Internal, (invocation.TriggerValue as ITraced)?.TraceParent);
        LogStarted(function.Name, function.Kind, reason, record.Id);
        try
        {
            object? result = await RunAsync(invocation);
            record = FailureStatus(result) is int status
                ? record with { Outcome = InvocationOutcome.Failed, Problem = string.Create(CultureInfo.InvariantCulture, $"It answered with the status {status}.") }
                : record with { Outcome = InvocationOutcome.Succeeded };
            return result;
        }
        catch (Exception e) when (e is OperationCanceledException && invocation.CancellationToken.IsCancellationRequested)
        {
            record = record with { Outcome = InvocationOutcome.Cancelled };
            throw;
        }
        catch (Exception e)
        {
            PipelineActivity.Fail(activity, e);
            record = record with { Outcome = InvocationOutcome.Failed, Problem = Explain(e) };
            throw;
        }
        finally
        {
            record = record with { Milliseconds = Math.Round(clock.GetElapsedTime(start).TotalMilliseconds, 1) };
            log.End(record);
            LogEnded(function.Name, record.Outcome, record.Milliseconds.Value, record.Id);
        }
    }

    /// <summary>Why a run failed, for people: the message where it is written for them, otherwise the exception's type, since others may quote an incident.</summary>
    public static string Explain(Exception exception) => exception is WarehouseException or ObjectStoreException or EmbedderException or ModelException or CommandException
        ? exception.Message
        : $"{exception.GetType().Name}; the log has the details.";

    /// <summary>The status of an answer that says that the function failed; null for every other result.</summary>
    private static int? FailureStatus(object? result) => ((result as IStatusCodeHttpResult)?.StatusCode ?? (result as IStatusCodeActionResult)?.StatusCode) switch
    {
        >= StatusCodes.Status500InternalServerError and int status => status,
        _ => null,
    };

    /// <summary>Runs a function without noting it, such as the replay of an orchestration.</summary>
    public static async Task<object?> RunAsync(HostedInvocation invocation)
    {
        MethodInfo method = invocation.Function.Method;
        object? instance = method.IsStatic ? null : ActivatorUtilities.CreateInstance(invocation.Services, invocation.Function.Class);
        try
        {
            object?[] arguments = [.. invocation.Function.Parameters.Select(bind => bind(invocation))];
            return await FunctionReturn.AwaitAsync(method.Invoke(instance, BindingFlags.DoNotWrapExceptions, binder: null, arguments, culture: null));
        }
        finally
        {
            if (instance is IAsyncDisposable asynchronous)
            {
                await asynchronous.DisposeAsync();
            }
            else
            {
                (instance as IDisposable)?.Dispose();
            }
        }
    }

    [LoggerMessage(EventId = 1, Level = LogLevel.Information, Message = "{Function} starts ({Trigger}, {Reason}), run {InvocationId}")]
    private partial void LogStarted(string function, TriggerKind trigger, string reason, string invocationId);

    [LoggerMessage(EventId = 2, Level = LogLevel.Information, Message = "{Function} {Outcome} after {Milliseconds} ms, run {InvocationId}")]
    private partial void LogEnded(string function, InvocationOutcome outcome, double milliseconds, string invocationId);
}
