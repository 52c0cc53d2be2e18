using System.Text.Json;
using Microsoft.DurableTask;
using Microsoft.Extensions.Logging;

namespace Pipeline.LocalHost.Durable;

/// <summary>One run of an orchestrator's code, from its beginning to where it waits.</summary>
internal sealed class OrchestratorRun(Func<TaskOrchestrationContext, Task<object?>> code, ILoggerFactory loggers) : ITaskOrchestrator
{
    private readonly List<Task> _asked = [];
    private Task<object?>? _run;

    /// <inheritdoc/>
    public Type InputType => typeof(JsonElement?);

    /// <inheritdoc/>
    public Type OutputType => typeof(object);

    /// <summary>Whether the code waits though everything that it asked of its context has come.</summary>
    public bool AwaitsSomethingForeign => _run is { IsCompleted: false } && _asked.TrueForAll(task => task.IsCompleted);

    /// <inheritdoc/>
    public Task<object?> RunAsync(TaskOrchestrationContext context, object? input) => _run = code(new Context(context, input as JsonElement?, loggers, _asked));

    /// <summary>The worker's context with an input of any type, which notes what it is asked for.</summary>
    private sealed class Context(TaskOrchestrationContext inner, JsonElement? input, ILoggerFactory loggers, List<Task> asked) : TaskOrchestrationContext
    {
        public override TaskName Name => inner.Name;

        public override string InstanceId => inner.InstanceId;

        public override ParentOrchestrationInstance? Parent => inner.Parent;

        public override DateTime CurrentUtcDateTime => inner.CurrentUtcDateTime;

        public override bool IsReplaying => inner.IsReplaying;

        public override string Version => inner.Version;

        public override IReadOnlyDictionary<string, object?> Properties => inner.Properties;

        protected override ILoggerFactory LoggerFactory => loggers;

        public override T? GetInput<T>()
            where T : default => input is { } json ? ((DataConverter)WorkerDataConverter.Instance).Deserialize<T>(json.GetRawText()) : default;

        public override Task<TResult> CallActivityAsync<TResult>(TaskName name, object? input = null, TaskOptions? options = null) => Note(inner.CallActivityAsync<TResult>(name, input, options));

        public override Task<TResult> CallSubOrchestratorAsync<TResult>(TaskName orchestratorName, object? input = null, TaskOptions? options = null) => Note(inner.CallSubOrchestratorAsync<TResult>(orchestratorName, input, options));

        public override Task CreateTimer(DateTime fireAt, CancellationToken cancellationToken) => Note(inner.CreateTimer(fireAt, cancellationToken));

        public override Task<T> WaitForExternalEvent<T>(string eventName, CancellationToken cancellationToken = default) => Note(inner.WaitForExternalEvent<T>(eventName, cancellationToken));

        public override void SendEvent(string instanceId, string eventName, object payload) => inner.SendEvent(instanceId, eventName, payload);

        public override void SetCustomStatus(object? customStatus) => inner.SetCustomStatus(customStatus);

        public override void ContinueAsNew(object? newInput = null, bool preserveUnprocessedEvents = true) => inner.ContinueAsNew(newInput, preserveUnprocessedEvents);

        public override Guid NewGuid() => inner.NewGuid();

        private TTask Note<TTask>(TTask task)
            where TTask : Task
        {
            asked.Add(task);
            return task;
        }
    }
}
