using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Pipeline.LocalHost.Hosting.Functions;
using Pipeline.LocalHost.Hosting.Invocations;
using Pipeline.LocalHost.Hosting.State;

namespace Pipeline.LocalHost.Hosting.Timers;

/// <summary>Runs the functions that the clock starts, each by a <see cref="FunctionTimer"/> of its own.</summary>
internal sealed class TimerTriggers(FunctionCatalog catalog, HostState state, FunctionInvoker invoker, IServiceScopeFactory scopes, TimeProvider clock, IHostApplicationLifetime lifetime, ILogger<FunctionTimer> logger) : BackgroundService
{
    private readonly FunctionTimer[] _timers = [.. catalog.Timers.Select(t => new FunctionTimer(t, state, invoker, scopes, clock, logger))];

    /// <summary>The schedules, by the time of their next run.</summary>
    public IReadOnlyList<TimerView> Views => [.. _timers.Select(t => t.View).OrderBy(v => v.Next)];

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await lifetime.WaitForStartAsync(stoppingToken);
        await Task.WhenAll(_timers.Select(t => Task.Run(() => t.RunAsync(stoppingToken), CancellationToken.None)));
    }
}
