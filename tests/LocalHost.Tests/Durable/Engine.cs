using Dapper;
using Microsoft.Data.Sqlite;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Pipeline.LocalHost.Durable;

namespace Pipeline.LocalHost.Tests.Durable;

/// <summary>An engine on a journal, with what tests ask of it.</summary>
internal sealed class Engine : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(4);

    private readonly LocalOrchestrations _orchestrations;

    public Engine(string journal, TimeProvider? time = null, int activities = 4)
    {
        Journal = journal;
        _orchestrations = new(new LocalOrchestrationOptions(journal) { Time = time ?? TimeProvider.System, MaxConcurrentActivities = activities });
    }

    public string Journal { get; }

    public DurableTaskClient Client => _orchestrations.Client;

    public Engine Orchestrator<T>(string name, Func<TaskOrchestrationContext, Task<T>> code)
    {
        _orchestrations.RegisterOrchestrator(name, async context => await code(context));
        return this;
    }

    public Engine ActivityAsync<TInput, TOutput>(string name, Func<TInput, Task<TOutput>> code)
    {
        _orchestrations.RegisterActivity(name, typeof(TInput), async (_, input, _) => await code((TInput)input!));
        return this;
    }

    public Engine Activity<TInput, TOutput>(string name, Func<TInput, TOutput> code) => ActivityAsync<TInput, TOutput>(name, input => Task.FromResult(code(input)));

    public Engine Activity<TInput>(string name, Func<TaskActivityContext, TInput, CancellationToken, Task<object?>> code)
    {
        _orchestrations.RegisterActivity(name, typeof(TInput), (context, input, stopping) => code(context, (TInput)input!, stopping));
        return this;
    }

    public Engine Start(Action? committed = null)
    {
        _orchestrations.StartAsync(committed, CancellationToken.None).GetAwaiter().GetResult();
        return this;
    }

    public Task<string> Schedule(string name, object? input = null, string? id = null) =>
        Client.ScheduleNewOrchestrationInstanceAsync(name, input, id is null ? null : new StartOrchestrationOptions(id));

    public async Task<OrchestrationMetadata> End(string id)
    {
        using CancellationTokenSource patience = new(Patience);
        return await Client.WaitForInstanceCompletionAsync(id, getInputsAndOutputs: true, patience.Token);
    }

    public async Task<OrchestrationMetadata> Run(string name, object? input = null) => await End(await Schedule(name, input));

    /// <summary>Waits until an instance looks so.</summary>
    public async Task<OrchestrationMetadata> Until(string id, Func<OrchestrationMetadata, bool> condition)
    {
        using CancellationTokenSource patience = new(Patience);
        while (true)
        {
            Task changed = _orchestrations.Changed.Next;
            if (await Client.GetInstanceAsync(id, getInputsAndOutputs: true, patience.Token) is { } instance && condition(instance))
                return instance;
            await changed.WaitAsync(patience.Token);
        }
    }

    public Task UntilCustomStatus(string id, string status) => Until(id, instance => string.Equals(instance.ReadCustomStatusAs<string>(), status, StringComparison.Ordinal));

    /// <summary>Waits until the instances wait for one timer, and returns when it goes off; null when <paramref name="id"/> has ended.</summary>
    public async Task<DateTime?> NextTimer(string id)
    {
        using CancellationTokenSource patience = new(Patience);
        using SqliteConnection journal = new($"Data Source={Journal};Mode=ReadOnly;Pooling=False");
        while (!(await Client.GetInstanceAsync(id, patience.Token))!.IsCompleted)
        {
            if (journal.QuerySingleOrDefault<string>("SELECT due_at FROM inbox WHERE kind = 'TimerFiredEvent'") is { } fireAt)
                return JournalTime.Read(fireAt);
            await Task.Delay(1, patience.Token);
        }

        return null;
    }

    public Task Stop() => _orchestrations.StopAsync();

    public ValueTask DisposeAsync() => _orchestrations.DisposeAsync();
}
