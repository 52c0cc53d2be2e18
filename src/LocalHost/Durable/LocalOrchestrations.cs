using System.Collections.Concurrent;
using System.Threading.Channels;
using Microsoft.Data.Sqlite;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging;

namespace Pipeline.LocalHost.Durable;

/// <summary>
/// Orchestrations in one process, with the semantics of Durable Functions and a journal in one SQLite file.
/// <list type="bullet">
/// <item>An activity is run at least once: again at the next start when the process ended before its end was stored, never again afterwards.</item>
/// <item>An orchestrator is run again from its history whenever something happens that it waits for. What it decides is stored together with
/// everything that follows from it, or not at all; the process may die at any instruction.</item>
/// <item>One instance's orchestrator runs on one thread at a time; activities run in parallel up to a limit.</item>
/// <item>A write that fails, on a full disk say, is tried again until it succeeds or the engine is stopped; nothing moves on before.</item>
/// <item>Limits: one process; the histories of instances that have not ended are kept in memory; a turn takes time linear in the history.</item>
/// </list>
/// Register everything, then start. The journal must belong to this process alone.
/// </summary>
internal sealed class LocalOrchestrations : IAsyncDisposable
{
    private readonly LocalOrchestrationOptions _options;
    private readonly ILogger _logger;
    private readonly Dictionary<string, Func<TaskOrchestrationContext, Task<object?>>> _orchestrators = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, Func<ActivityInvocation, CancellationToken, Task<object?>>> _activities = new(StringComparer.OrdinalIgnoreCase);
    private readonly ConcurrentDictionary<string, List<HistoryEvent>> _histories = new(StringComparer.Ordinal);
    private readonly TurnQueue _turns = new();
    private readonly Channel<ActivityWork> _work = Channel.CreateUnbounded<ActivityWork>();
    private readonly CancellationTokenSource _stopping = new();
    private readonly TimerAlarm _alarm;
    private OrchestrationJournal? _journal;
    private Task _running = Task.CompletedTask;

    /// <summary>An engine that is not started yet.</summary>
    public LocalOrchestrations(LocalOrchestrationOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        _options = options;
        _logger = options.Loggers.CreateLogger<LocalOrchestrations>();
        _alarm = new(options.Time);
        Client = new LocalDurableTaskClient(this);
    }

    /// <summary>Starts and watches orchestrations. Usable between start and stop.</summary>
    public DurableTaskClient Client { get; }

    /// <summary>Raised after every turn.</summary>
    public ChangeSignal Changed { get; } = new();

    /// <summary>The time, in UTC.</summary>
    public DateTime UtcNow => _options.Time.GetUtcNow().UtcDateTime;

    /// <summary>The open journal.</summary>
    /// <exception cref="InvalidOperationException">The engine is not started, or is stopped.</exception>
    public OrchestrationJournal Journal => _journal is { } journal && !_stopping.IsCancellationRequested
        ? journal
        : throw new InvalidOperationException("Orchestrations are available only while the host runs.");

    /// <summary>Makes an orchestrator known. Names are compared without regard to case.</summary>
    /// <exception cref="ArgumentException">The name is empty or taken.</exception>
    public void RegisterOrchestrator(string name, Func<TaskOrchestrationContext, Task<object?>> orchestrator) => Register(_orchestrators, name, orchestrator);

    /// <summary>
    /// Makes an activity known. Names are compared without regard to case. The token is cancelled when the engine is stopped; an activity that
    /// throws after that is run again at the next start. The activity's output is what the task returns; null for none.
    /// </summary>
    /// <exception cref="ArgumentException">The name is empty or taken.</exception>
    public void RegisterActivity(string name, Func<ActivityInvocation, CancellationToken, Task<object?>> activity) => Register(_activities, name, activity);

    /// <summary>Whether there is an orchestrator of this name.</summary>
    public bool HasOrchestrator(string name) => _orchestrators.ContainsKey(name);

    /// <summary>Opens the journal and goes on where it ends.</summary>
    /// <exception cref="InvalidOperationException">The engine was started before.</exception>
    /// <exception cref="CommandException">The journal cannot be used.</exception>
    public Task StartAsync(CancellationToken cancellationToken = default) => StartAsync(committed: null, cancellationToken);

    /// <summary>As the other overload; <paramref name="committed"/> is called after every transaction.</summary>
    internal Task StartAsync(Action? committed, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (_journal is not null)
            throw new InvalidOperationException("Orchestrations were started before.");

        _journal = new(_options.JournalPath) { Committed = committed };
        PendingWork pending = _journal.ReadPending();
        foreach (ActivityWork activity in pending.Activities)
            _work.Writer.TryWrite(activity);
        foreach (TimerWork timer in pending.Timers)
            _alarm.Add(timer);
        foreach (string instance in pending.Instances)
            _turns.Wake(instance);

        _running = Task.WhenAll(
        [
            .. Enumerable.Range(0, _options.MaxConcurrentActivities).Select(_ => Loop(RunActivitiesAsync)),
            .. Enumerable.Range(0, Environment.ProcessorCount).Select(_ => Loop(RunTurnsAsync)),
            Loop(RunTimersAsync),
        ]);
        return Task.CompletedTask;
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
        await _running.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _alarm.Dispose();
        _journal?.Dispose();
        Changed.Raise();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _stopping.Dispose();
    }

    /// <summary>Asks for a turn of an instance.</summary>
    public void Wake(string instanceId) => _turns.Wake(instanceId);

    /// <summary>Waits for a durable timer.</summary>
    public void Await(TimerWork timer) => _alarm.Add(timer);

    private static void Register<T>(Dictionary<string, T> registered, string name, T code)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentNullException.ThrowIfNull(code);
        if (!registered.TryAdd(name, code))
            throw new ArgumentException($"'{name}' is registered already. Give each function its own name.", nameof(name));
    }

    /// <summary>Runs a worker until the engine is stopped. What it does not expect costs it the one thing it was at, not its life.</summary>
    private async Task Loop(Func<CancellationToken, Task> work)
    {
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                await Task.Run(() => work(_stopping.Token), _stopping.Token);
            }
            catch (Exception e)
            {
                if (!_stopping.IsCancellationRequested)
                    _logger.LogCritical(e, "A step of an orchestration could not be done; it is tried again when the host starts next");
            }
        }
    }

    private async Task RunTurnsAsync(CancellationToken stopping)
    {
        await foreach (string instanceId in _turns.ReadAllAsync(stopping))
        {
            try
            {
                await RunTurnAsync(instanceId, stopping);
            }
            finally
            {
                _turns.Return(instanceId);
            }
        }
    }

    private async Task RunTurnAsync(string instanceId, CancellationToken stopping)
    {
        OrchestrationJournal journal = _journal!;
        (InstanceRecord? instance, IReadOnlyList<InboxMessage> inbox) = await PersistAsync(() => (journal.Find(instanceId), journal.ReadInbox(instanceId)), stopping);
        if (instance is null || instance.HasEnded || inbox.Count == 0)
            return;

        List<HistoryEvent> history = _histories.TryGetValue(instanceId, out List<HistoryEvent>? known)
            ? known
            : await PersistAsync(() => journal.ReadHistory(instanceId), stopping);
        Turn turn = OrchestrationReplay.Run(instance, history, inbox, UtcNow, _orchestrators.GetValueOrDefault(instance.Name), _options.Loggers);
        IReadOnlyList<string> awakened = await PersistAsync(() => journal.Commit(turn, history.Count), stopping);
        Remember(turn, history);
        Report(turn);
        foreach (HistoryEvent action in turn.Events.Where(row => row.IsAction && !turn.HasEnded))
            Begin(turn.Instance, action);
        foreach (string other in awakened)
            _turns.Wake(other);
        if (turn.Continuation is not null)
            _turns.Wake(instanceId);
        Changed.Raise();
    }

    private void Remember(Turn turn, List<HistoryEvent> history)
    {
        string id = turn.Instance.InstanceId;
        if (turn.HasEnded || turn.Continuation is not null)
        {
            _histories.TryRemove(id, out _);
            return;
        }

        history.AddRange(turn.Events);
        _histories[id] = history;
    }

    private void Report(Turn turn)
    {
        LogLevel level = turn.Status == OrchestrationRuntimeStatus.Failed ? LogLevel.Error : LogLevel.Information;
        if (!turn.HasEnded || !_logger.IsEnabled(level))
            return;
        string failure = WorkerDataConverter.ReadFailure(turn.Failure)?.ToString() ?? "";
        _logger.Log(level, "Orchestration '{Name}' ({InstanceId}) is {Status}. {Failure}", turn.Instance.Name, turn.Instance.InstanceId, turn.Status, failure);
    }

    private void Begin(InstanceRecord instance, HistoryEvent action)
    {
        if (action.Kind == HistoryKind.ActivityScheduled)
            _work.Writer.TryWrite(new(instance.InstanceId, instance.ExecutionId, action.TaskId, action.Name!, action.Payload));
        else if (action.Kind == HistoryKind.TimerCreated)
            _alarm.Add(new(instance.InstanceId, instance.ExecutionId, action.TaskId, JournalTime.Read(action.Payload!)));
    }

    private Task RunTimersAsync(CancellationToken stopping) => _alarm.RunAsync(
        async timer =>
        {
            if (await PersistAsync(() => _journal!.FireTimer(timer, UtcNow), stopping))
                _turns.Wake(timer.InstanceId);
        },
        stopping);

    private async Task RunActivitiesAsync(CancellationToken stopping)
    {
        await foreach (ActivityWork work in _work.Reader.ReadAllAsync(stopping))
        {
            // Terminated, and perhaps replaced, since it was called.
            InstanceRecord? instance = await PersistAsync(() => _journal!.Find(work.InstanceId), stopping);
            if (instance is null || instance.HasEnded || !string.Equals(instance.ExecutionId, work.ExecutionId, StringComparison.Ordinal))
                continue;
            if (await RunActivityAsync(work, stopping) is { } end && await PersistAsync(() => _journal!.CompleteActivity(work, end), stopping))
                _turns.Wake(work.InstanceId);
        }
    }

    /// <summary>Runs an activity; null when it was interrupted by the stop, so that it is run again at the next start.</summary>
    private async Task<HistoryEvent?> RunActivityAsync(ActivityWork work, CancellationToken stopping)
    {
        try
        {
            if (!_activities.TryGetValue(work.Name, out Func<ActivityInvocation, CancellationToken, Task<object?>>? activity))
                throw new InvalidOperationException($"There is no activity called '{work.Name}'.");
            object? output = await activity(new(work.Name, work.InstanceId, work.TaskId, work.Input), stopping);
            return new(HistoryKind.ActivityCompleted, UtcNow, work.TaskId, Payload: WorkerDataConverter.Instance.Serialize(output));
        }
        catch (Exception) when (stopping.IsCancellationRequested)
        {
            return null;
        }
        catch (Exception e)
        {
            _logger.LogWarning(40, e, "Activity '{Name}' of orchestration {InstanceId} failed", work.Name, work.InstanceId);
            return new(HistoryKind.ActivityFailed, UtcNow, work.TaskId, Failure: WorkerDataConverter.WriteFailure(TaskFailureDetails.FromException(e)));
        }
    }

    /// <summary>Reads or writes the journal, again and again while that fails.</summary>
    private async Task<T> PersistAsync<T>(Func<T> step, CancellationToken stopping)
    {
        for (int attempt = 0; ; attempt++)
        {
            try
            {
                return step();
            }
            catch (SqliteException e)
            {
                TimeSpan pause = TimeSpan.FromSeconds(Math.Min(30, 1 << Math.Min(attempt, 5)));
                _logger.LogError(41, e, "The journal of orchestrations '{Path}' could not be used; trying again in {Pause}. Orchestrations wait until it can", _options.JournalPath, pause);
                await Task.Delay(pause, stopping);
            }
            catch (ObjectDisposedException) when (stopping.IsCancellationRequested)
            {
                throw new OperationCanceledException(stopping);
            }
        }
    }
}
