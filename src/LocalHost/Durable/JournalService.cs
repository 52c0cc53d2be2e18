using System.Globalization;
using System.Threading.Channels;
using DurableTask.Core;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;

namespace Pipeline.LocalHost.Durable;

/// <summary>
/// The journal as the engine of Microsoft.Azure.DurableTask.Core takes it: hands out turns and activities, one turn of an instance at a time, and stores what they lead to.
/// A write that fails, on a full disk say, is tried again until it succeeds or the engine is stopped; nothing moves on before.
/// </summary>
internal sealed class JournalService : IOrchestrationService, IDisposable
{
    private readonly LocalOrchestrationOptions _options;
    private readonly ILogger _logger;
    private readonly TurnQueue _turns = new();
    private readonly Channel<long> _activities = Channel.CreateUnbounded<long>();
    private readonly TimerAlarm _alarm;
    private readonly CancellationToken _stopping;
    private readonly ChangeSignal _changed;
    private OrchestrationJournal? _journal;
    private int _underWay;

    public JournalService(LocalOrchestrationOptions options, ChangeSignal changed, CancellationToken stopping)
    {
        _options = options;
        _logger = options.Loggers.CreateLogger<LocalOrchestrations>();
        _alarm = new TimerAlarm(options.Time);
        _changed = changed;
        _stopping = stopping;
    }

    /// <summary>The open journal.</summary>
    /// <exception cref="InvalidOperationException">The engine is not started, or is stopped.</exception>
    public OrchestrationJournal Journal => _journal is { } journal && !_stopping.IsCancellationRequested
        ? journal
        : throw new InvalidOperationException("Orchestrations are available only while the host runs.");

    /// <summary>The time, in UTC.</summary>
    public DateTime UtcNow => _options.Time.GetUtcNow().UtcDateTime;

    /// <inheritdoc/>
    public int TaskOrchestrationDispatcherCount => 1;

    /// <inheritdoc/>
    public int MaxConcurrentTaskOrchestrationWorkItems => Environment.ProcessorCount;

    /// <inheritdoc/>
    public BehaviorOnContinueAsNew EventBehaviourForContinueAsNew => BehaviorOnContinueAsNew.Carryover;

    /// <inheritdoc/>
    public int TaskActivityDispatcherCount => 1;

    /// <inheritdoc/>
    public int MaxConcurrentTaskActivityWorkItems => _options.MaxConcurrentActivities;

    /// <summary>Opens the journal and takes up what it has to do; <paramref name="committed"/> is called after every transaction.</summary>
    /// <exception cref="CommandException">The journal cannot be used.</exception>
    public void Open(Action? committed)
    {
        _journal = new OrchestrationJournal(_options.JournalPath, UtcNow) { Committed = committed };
        Begin(_journal.ReadPending());
        _ = _alarm.RunAsync(timer => _turns.Wake(timer.InstanceId), _stopping);
    }

    /// <summary>Asks for a turn of an instance, now or at a time.</summary>
    public void Wake(string instanceId, DateTime? at = null)
    {
        if (at is { } later && later > UtcNow)
            _alarm.Add(new WakeUp(instanceId, at));
        else
            _turns.Wake(instanceId);
        _changed.Raise();
    }

    /// <summary>Waits until nothing is under way any more.</summary>
    public async Task DrainAsync(CancellationToken cancellationToken)
    {
        while (Volatile.Read(ref _underWay) > 0)
        {
            Task changed = _changed.Next;
            if (Volatile.Read(ref _underWay) > 0)
                await changed.WaitAsync(cancellationToken);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _alarm.Dispose();
        _journal?.Dispose();
    }

    /// <inheritdoc/>
    public async Task<TaskOrchestrationWorkItem?> LockNextTaskOrchestrationWorkItemAsync(TimeSpan receiveTimeout, CancellationToken cancellationToken)
    {
        while (true)
        {
            string instanceId = await _turns.ReadAsync(cancellationToken);
            if (await PersistAsync(() => Journal.ReadTurn(instanceId, UtcNow)) is { } turn)
            {
                Interlocked.Increment(ref _underWay);
                return turn;
            }

            _turns.Return(instanceId);
        }
    }

    /// <inheritdoc/>
    public async Task CompleteTaskOrchestrationWorkItemAsync(
        TaskOrchestrationWorkItem workItem,
        OrchestrationRuntimeState newOrchestrationRuntimeState,
        IList<TaskMessage> outboundMessages,
        IList<TaskMessage> orchestratorMessages,
        IList<TaskMessage> timerMessages,
        TaskMessage? continuedAsNewMessage,
        OrchestrationState? orchestrationState)
    {
        Begin(await PersistAsync(() => _journal!.CommitTurn(workItem, newOrchestrationRuntimeState, orchestrationState, outboundMessages, orchestratorMessages, timerMessages, UtcNow)));
        if (orchestrationState is not null)
            Report(orchestrationState);
    }

    /// <inheritdoc/>
    public Task AbandonTaskOrchestrationWorkItemAsync(TaskOrchestrationWorkItem workItem)
    {
        // Woken while it is out, it is queued again when it is back.
        _turns.Wake(workItem.InstanceId);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task ReleaseTaskOrchestrationWorkItemAsync(TaskOrchestrationWorkItem workItem)
    {
        _turns.Return(workItem.InstanceId);
        End();
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public async Task<TaskActivityWorkItem?> LockNextTaskActivityWorkItem(TimeSpan receiveTimeout, CancellationToken cancellationToken)
    {
        while (true)
        {
            long activity = await _activities.Reader.ReadAsync(cancellationToken);
            if (await PersistAsync(() => Journal.ReadActivity(activity)) is { } work)
            {
                Interlocked.Increment(ref _underWay);
                return work;
            }
        }
    }

    /// <inheritdoc/>
    public async Task CompleteTaskActivityWorkItemAsync(TaskActivityWorkItem workItem, TaskMessage responseMessage)
    {
        if (await PersistAsync(() => _journal!.CompleteActivity(workItem, responseMessage.Event)))
            _turns.Wake(responseMessage.OrchestrationInstance.InstanceId);
        End();
    }

    /// <inheritdoc/>
    public Task AbandonTaskActivityWorkItemAsync(TaskActivityWorkItem workItem)
    {
        _activities.Writer.TryWrite(long.Parse(workItem.Id, CultureInfo.InvariantCulture));
        End();
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public bool IsMaxMessageCountExceeded(int currentMessageCount, OrchestrationRuntimeState runtimeState) => false;

    /// <inheritdoc/>
    public int GetDelayInSecondsAfterOnProcessException(Exception exception) => 1;

    /// <inheritdoc/>
    public int GetDelayInSecondsAfterOnFetchException(Exception exception) => _stopping.IsCancellationRequested ? 0 : 1;

    /// <inheritdoc/>
    public Task<TaskActivityWorkItem> RenewTaskActivityWorkItemLockAsync(TaskActivityWorkItem workItem) => Task.FromResult(workItem);

    /// <inheritdoc/>
    public Task RenewTaskOrchestrationWorkItemLockAsync(TaskOrchestrationWorkItem workItem) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StartAsync() => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StopAsync() => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StopAsync(bool isForced) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task CreateAsync() => Task.CompletedTask;

    /// <inheritdoc/>
    public Task CreateAsync(bool recreateInstanceStore) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task CreateIfNotExistsAsync() => Task.CompletedTask;

    /// <inheritdoc/>
    public Task DeleteAsync() => Task.CompletedTask;

    /// <inheritdoc/>
    public Task DeleteAsync(bool deleteInstanceStore) => Task.CompletedTask;

    private void Begin(NewWork work)
    {
        foreach (long activity in work.Activities)
            _activities.Writer.TryWrite(activity);
        foreach (WakeUp instance in work.Instances)
            Wake(instance.InstanceId, instance.At);
    }

    private void End()
    {
        Interlocked.Decrement(ref _underWay);
        _changed.Raise();
    }

    private void Report(OrchestrationState state)
    {
        if (state.OrchestrationStatus == OrchestrationStatus.Failed)
            _logger.LogError("Orchestration '{Name}' ({InstanceId}) is {Status}. {Failure}", state.Name, state.OrchestrationInstance.InstanceId, state.OrchestrationStatus, state.FailureDetails);
        else if (state.OrchestrationStatus is OrchestrationStatus.Completed or OrchestrationStatus.Terminated)
            _logger.LogInformation("Orchestration '{Name}' ({InstanceId}) is {Status}", state.Name, state.OrchestrationInstance.InstanceId, state.OrchestrationStatus);
    }

    /// <summary>Reads or writes the journal, again and again while that fails.</summary>
    private async Task<T> PersistAsync<T>(Func<T> step)
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
                await Task.Delay(pause, _stopping);
            }
            catch (ObjectDisposedException) when (_stopping.IsCancellationRequested)
            {
                throw new OperationCanceledException(_stopping);
            }
        }
    }
}
