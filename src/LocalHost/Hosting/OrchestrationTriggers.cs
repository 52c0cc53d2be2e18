using System.Collections.ObjectModel;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Pipeline.LocalHost.Durable;
using Pipeline.LocalHost.Hosting.Functions;
using Pipeline.LocalHost.Hosting.Invocations;

namespace Pipeline.LocalHost.Hosting;

/// <summary>Gives the engine of orchestrations its orchestrators and activities, and starts and stops it with the host.</summary>
internal sealed class OrchestrationTriggers : IHostedService, IAsyncDisposable
{
    private readonly LocalOrchestrations _engine;
    private readonly FunctionInvoker _invoker;
    private readonly IServiceScopeFactory _scopes;

    public OrchestrationTriggers(FunctionCatalog catalog, LocalOrchestrationOptions options, FunctionInvoker invoker, IServiceScopeFactory scopes, TimeProvider clock, ILoggerFactory loggers)
    {
        _engine = new LocalOrchestrations(options with { Time = clock, Loggers = loggers });
        _invoker = invoker;
        _scopes = scopes;
        foreach (HostedFunction function in catalog.Orchestrations)
        {
            _engine.RegisterOrchestrator(((OrchestrationTriggerAttribute)function.Trigger).Orchestration ?? function.Name, context => OrchestrateAsync(function, context));
        }

        foreach (HostedFunction function in catalog.Activities)
        {
            _engine.RegisterActivity(((ActivityTriggerAttribute)function.Trigger).Activity ?? function.Name, function.TriggerParameter.ParameterType, (_, input, stopping) => CallAsync(function, input, stopping));
        }
    }

    /// <summary>Starts and watches orchestrations.</summary>
    public DurableTaskClient Client => _engine.Client;

    public Task StartAsync(CancellationToken cancellationToken) => _engine.StartAsync(cancellationToken);

    public Task StopAsync(CancellationToken cancellationToken) => _engine.StopAsync(cancellationToken);

    public ValueTask DisposeAsync() => _engine.DisposeAsync();

    // A replay is no run of its own, and is not noted.
    private async Task<object?> OrchestrateAsync(HostedFunction function, TaskOrchestrationContext context)
    {
        await using AsyncServiceScope scope = _scopes.CreateAsyncScope();
        return await FunctionInvoker.RunAsync(new HostedInvocation(function, context, ReadOnlyDictionary<string, string>.Empty, scope.ServiceProvider, CancellationToken.None));
    }

    private async Task<object?> CallAsync(HostedFunction function, object? input, CancellationToken stopping)
    {
        await using AsyncServiceScope scope = _scopes.CreateAsyncScope();
        return await _invoker.InvokeAsync(new HostedInvocation(function, input, ReadOnlyDictionary<string, string>.Empty, scope.ServiceProvider, stopping), "orchestration");
    }
}
