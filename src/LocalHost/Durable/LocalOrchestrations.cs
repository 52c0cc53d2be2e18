using DurableTask.Core;
using DurableTask.Core.Command;
using DurableTask.Core.Exceptions;
using DurableTask.Core.History;
using DurableTask.Core.Middleware;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.DurableTask.Worker;
using Microsoft.DurableTask.Worker.Shims;

namespace Pipeline.LocalHost.Durable;

/// <summary>
/// Orchestrations in one process: the engine of Microsoft.Azure.DurableTask.Core with the worker's own shims, over a journal in one SQLite file.
/// An activity is run at least once: again at the next start when the process ended before its end was stored, never again afterwards. What an orchestrator decides
/// is stored together with everything that follows from it, or not at all; the process may die at any instruction. docs/durable.md has the whole contract.
/// Register everything, then start. The journal must belong to this process alone.
/// </summary>
internal sealed class LocalOrchestrations : IAsyncDisposable
{
    private readonly LocalOrchestrationOptions _options;
    private readonly DurableTaskShimFactory _shims;
    private readonly Dictionary<string, Func<TaskOrchestrationContext, Task<object?>>> _orchestrators = new(StringComparer.OrdinalIgnoreCase);
    private readonly Registry<TaskActivity> _activities;
    private readonly CancellationTokenSource _stopping = new();
    private readonly JournalService _service;
    private readonly TaskHubWorker _worker;
    private bool _isStarted;

    /// <summary>An engine that is not started yet.</summary>
    public LocalOrchestrations(LocalOrchestrationOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        _options = options;
        _shims = new DurableTaskShimFactory(new DurableTaskWorkerOptions { DataConverter = WorkerDataConverter.Instance }, options.Loggers);
        _activities = new(name => Shim(name, typeof(object), (_, _, _) => throw new InvalidOperationException($"There is no activity called '{name}'.")));
        _service = new JournalService(options, Changed, _stopping.Token);
        _worker = new TaskHubWorker(_service, new Registry<TaskOrchestration>(_ => null), _activities, options.Loggers) { ErrorPropagationMode = ErrorPropagationMode.UseFailureDetails };
        _worker.AddOrchestrationDispatcherMiddleware(OrchestrateAsync);
        Client = new LocalDurableTaskClient(_service, _orchestrators.ContainsKey, Changed);
    }

    /// <summary>Starts and watches orchestrations. Usable between start and stop.</summary>
    public DurableTaskClient Client { get; }

    /// <summary>Raised after every turn.</summary>
    public ChangeSignal Changed { get; } = new();

    /// <summary>Makes an orchestrator known. Names are compared without regard to case.</summary>
    /// <exception cref="ArgumentException">The name is empty or taken.</exception>
    public void RegisterOrchestrator(string name, Func<TaskOrchestrationContext, Task<object?>> orchestrator)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        if (!_orchestrators.TryAdd(name, orchestrator))
            throw new ArgumentException($"'{name}' is registered already. Give each function its own name.", nameof(name));
    }

    /// <summary>
    /// Makes an activity known. Names are compared without regard to case. The token is cancelled when the engine is stopped; an activity that
    /// throws after that is run again at the next start. The activity's output is what the task returns; null for none.
    /// </summary>
    /// <exception cref="ArgumentException">The name is empty or taken.</exception>
    public void RegisterActivity(string name, Type input, Func<TaskActivityContext, object?, CancellationToken, Task<object?>> activity)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        if (!_activities.TryAdd(name, Shim(name, input, activity)))
            throw new ArgumentException($"'{name}' is registered already. Give each function its own name.", nameof(name));
    }

    /// <summary>Opens the journal and goes on where it ends.</summary>
    /// <exception cref="InvalidOperationException">The engine was started before.</exception>
    /// <exception cref="CommandException">The journal cannot be used.</exception>
    public Task StartAsync(CancellationToken cancellationToken = default) => StartAsync(committed: null, cancellationToken);

    /// <summary>As the other overload; <paramref name="committed"/> is called after every transaction.</summary>
    internal async Task StartAsync(Action? committed, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (_isStarted)
            throw new InvalidOperationException("Orchestrations were started before.");
        _isStarted = true;
        _service.Open(committed);
        await _worker.StartAsync();
    }

    /// <summary>
    /// Begins nothing more, cancels the tokens of activities under way, waits for them and closes the journal. Activities that have not ended by then
    /// are run again at the next start.
    /// </summary>
    /// <param name="cancellationToken">Ends the wait; activities under way are then left behind and their ends are not stored.</param>
    public async Task StopAsync(CancellationToken cancellationToken = default)
    {
        if (_stopping.IsCancellationRequested)
            return;
        await _stopping.CancelAsync();
        await _worker.StopAsync(isForced: true);
        await _service.DrainAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _service.Dispose();
        Changed.Raise();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _worker.Dispose();
        _stopping.Dispose();
    }

    /// <summary>Runs an orchestrator's turn: by the host's clock, and knowing its caller, which the engine's own way does not tell it.</summary>
    private Task OrchestrateAsync(DispatchMiddlewareContext dispatch, Func<Task> next)
    {
        OrchestrationRuntimeState state = dispatch.GetProperty<OrchestrationRuntimeState>();
        state.NewEvents.OfType<OrchestratorStartedEvent>().Last().Timestamp = _service.UtcNow;
        if (!_orchestrators.TryGetValue(state.Name, out Func<TaskOrchestrationContext, Task<object?>>? code))
        {
            dispatch.SetProperty(Fail(state, $"There is no orchestrator called '{state.Name}'."));
            return next();
        }

        ParentOrchestrationInstance? parent = state.ParentInstance is { } caller ? new(caller.Name, caller.OrchestrationInstance.InstanceId) : null;
        OrchestratorRun run = new(code, _options.Loggers);
        TaskOrchestrationExecutor executor = new(state, _shims.CreateOrchestration(state.Name, run, parent), _service.EventBehaviourForContinueAsNew, ErrorPropagationMode.UseFailureDetails);
        OrchestratorExecutionResult result = executor.Execute();
        dispatch.SetProperty(run.AwaitsSomethingForeign
            ? Fail(state, $"The orchestrator '{state.Name}' awaits something that its context did not make. Await activities, timers, sub-orchestrations and events of the context only, and do everything else in activities.")
            : result);
        return next();
    }

    private TaskActivity Shim(string name, Type input, Func<TaskActivityContext, object?, CancellationToken, Task<object?>> activity) => _shims.CreateActivity(name, new Activity(input, activity, _stopping.Token));

    private static OrchestratorExecutionResult Fail(OrchestrationRuntimeState state, string message) => new()
    {
        Actions =
        [
            new OrchestrationCompleteOrchestratorAction
            {
                Id = state.Events.Count,
                OrchestrationStatus = OrchestrationStatus.Failed,
                Result = message,
                FailureDetails = new FailureDetails(typeof(InvalidOperationException).FullName!, message, null, null, isNonRetriable: true),
            },
        ],
    };

    /// <summary>Finds code by its name, without regard to case. Orchestrators are run by the middleware, so theirs stays empty.</summary>
    private sealed class Registry<T>(Func<string, T?> missing) : INameVersionObjectManager<T>
        where T : class
    {
        private readonly Dictionary<string, T> _known = new(StringComparer.OrdinalIgnoreCase);

        public bool TryAdd(string name, T code) => _known.TryAdd(name, code);

        public void Add(ObjectCreator<T> creator) => _known.Add(creator.Name, creator.Create());

        public T? GetObject(string name, string? version) => _known.GetValueOrDefault(name) ?? missing(name);
    }

    private sealed class Activity(Type input, Func<TaskActivityContext, object?, CancellationToken, Task<object?>> code, CancellationToken stopping) : ITaskActivity
    {
        public Type InputType => input;

        public Type OutputType => typeof(object);

        public async Task<object?> RunAsync(TaskActivityContext context, object? input)
        {
            try
            {
                return await code(context, input, stopping);
            }
            catch (Exception) when (stopping.IsCancellationRequested)
            {
                // Falls through.
            }

            // Its end is not stored, so that it is run again at the next start.
            throw new SessionAbortedException("The host stops.");
        }
    }
}

/// <summary>Tells everybody who waits that something has changed.</summary>
internal sealed class ChangeSignal
{
    private TaskCompletionSource _next = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes with the next change. Take it before looking, so that no change is missed between the look and the wait.</summary>
    public Task Next => Volatile.Read(ref _next).Task;

    /// <summary>Something has changed.</summary>
    public void Raise() => Interlocked.Exchange(ref _next, new(TaskCreationOptions.RunContinuationsAsynchronously)).TrySetResult();
}
