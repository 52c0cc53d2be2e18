using System.Globalization;
using System.Runtime.CompilerServices;
using DurableTask.Core.History;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace Pipeline.LocalHost.Durable;

/// <summary>The client of <see cref="LocalOrchestrations"/>. What a method promises is on the disk when its task completes.</summary>
internal sealed class LocalDurableTaskClient(JournalService service, Func<string, bool> hasOrchestrator, ChangeSignal changes) : DurableTaskClient("local")
{
    /// <inheritdoc/>
    /// <exception cref="ArgumentException">There is no such orchestrator, or the instance id breaks the rules of <see cref="InstanceIds"/>.</exception>
    public override Task<string> ScheduleNewOrchestrationInstanceAsync(
        TaskName orchestratorName, object? input = null, StartOrchestrationOptions? options = null, CancellationToken cancellation = default)
    {
        cancellation.ThrowIfCancellationRequested();
        if (string.IsNullOrEmpty(orchestratorName.Name) || !hasOrchestrator(orchestratorName))
            throw new ArgumentException($"There is no orchestrator called '{orchestratorName}'.", nameof(orchestratorName));

        string id = string.IsNullOrEmpty(options?.InstanceId) ? Guid.NewGuid().ToString("N") : options.InstanceId;
        InstanceIds.Require(id);
        string? serialized = WorkerDataConverter.Instance.Serialize(input);
        return Task.Run(
            () =>
            {
                service.Journal.Schedule(orchestratorName, id, serialized, service.UtcNow, options?.StartAt?.UtcDateTime);
                service.Wake(id, options?.StartAt?.UtcDateTime);
                return id;
            },
            cancellation);
    }

    /// <inheritdoc/>
    public override Task RaiseEventAsync(string instanceId, string eventName, object? eventPayload = null, CancellationToken cancellation = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(eventName);
        return SendAsync(instanceId, new EventRaisedEvent(-1, WorkerDataConverter.Instance.Serialize(eventPayload)) { Name = eventName, Timestamp = service.UtcNow }, cancellation);
    }

    /// <inheritdoc/>
    public override Task TerminateInstanceAsync(string instanceId, TerminateInstanceOptions? options = null, CancellationToken cancellation = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(instanceId);
        return Task.Run(
            () =>
            {
                if (service.Journal.Terminate(instanceId, WorkerDataConverter.Instance.Serialize(options?.Output), options is { Recursive: true }, service.UtcNow))
                    service.Wake(instanceId);
            },
            cancellation);
    }

    /// <inheritdoc/>
    public override Task SuspendInstanceAsync(string instanceId, string? reason = null, CancellationToken cancellation = default) =>
        SendAsync(instanceId, new ExecutionSuspendedEvent(-1, reason) { Timestamp = service.UtcNow }, cancellation);

    /// <inheritdoc/>
    public override Task ResumeInstanceAsync(string instanceId, string? reason = null, CancellationToken cancellation = default) =>
        SendAsync(instanceId, new ExecutionResumedEvent(-1, reason) { Timestamp = service.UtcNow }, cancellation);

    /// <inheritdoc/>
    public override Task<OrchestrationMetadata> WaitForInstanceStartAsync(string instanceId, bool getInputsAndOutputs = false, CancellationToken cancellation = default) =>
        WaitAsync(instanceId, static instance => instance.Status != OrchestrationRuntimeStatus.Pending, getInputsAndOutputs, cancellation);

    /// <inheritdoc/>
    public override Task<OrchestrationMetadata> WaitForInstanceCompletionAsync(string instanceId, bool getInputsAndOutputs = false, CancellationToken cancellation = default) =>
        WaitAsync(instanceId, static instance => instance.HasEnded, getInputsAndOutputs, cancellation);

    /// <inheritdoc/>
    public override Task<OrchestrationMetadata?> GetInstancesAsync(string instanceId, bool getInputsAndOutputs = false, CancellationToken cancellation = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(instanceId);
        return Task.Run(() => service.Journal.Find(instanceId) is { } instance ? Describe(instance, getInputsAndOutputs) : null, cancellation);
    }

    /// <inheritdoc/>
    public override AsyncPageable<OrchestrationMetadata> GetAllInstancesAsync(OrchestrationQuery? filter = null) => new InstancePages(service, filter ?? new());

    /// <inheritdoc/>
    public override Task<PurgeResult> PurgeInstanceAsync(string instanceId, PurgeInstanceOptions? options = null, CancellationToken cancellation = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(instanceId);
        return Task.Run(() => new PurgeResult(Purge(instanceId, options is { Recursive: true })), cancellation);
    }

    /// <inheritdoc/>
    public override Task<PurgeResult> PurgeAllInstancesAsync(PurgeInstancesFilter filter, PurgeInstanceOptions? options = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(filter);
        var query = new InstanceQuery(int.MaxValue, 0, filter.CreatedFrom?.UtcDateTime, filter.CreatedTo?.UtcDateTime) { Statuses = [.. filter.Statuses ?? []] };
        return Task.Run(
            () =>
            {
                int purged = 0;
                foreach (InstanceRecord instance in service.Journal.Query(query))
                {
                    cancellation.ThrowIfCancellationRequested();
                    purged += Purge(instance.InstanceId, options is { Recursive: true });
                }

                return new PurgeResult(purged);
            },
            cancellation);
    }

    /// <inheritdoc/>
    public override ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private Task SendAsync(string instanceId, HistoryEvent message, CancellationToken cancellation)
    {
        ArgumentException.ThrowIfNullOrEmpty(instanceId);
        return Task.Run(
            () =>
            {
                if (service.Journal.Send(instanceId, message))
                    service.Wake(instanceId);
            },
            cancellation);
    }

    private async Task<OrchestrationMetadata> WaitAsync(string instanceId, Func<InstanceRecord, bool> isReached, bool getInputsAndOutputs, CancellationToken cancellation)
    {
        ArgumentException.ThrowIfNullOrEmpty(instanceId);
        while (true)
        {
            Task changed = changes.Next;
            if (service.Journal.Find(instanceId) is { } instance && isReached(instance))
                return Describe(instance, getInputsAndOutputs);
            await changed.WaitAsync(cancellation);
        }
    }

    private int Purge(string instanceId, bool isRecursive)
    {
        IReadOnlyList<string> children = isRecursive ? service.Journal.EndedChildren(instanceId) : [];
        if (!service.Journal.Purge(instanceId))
            return 0;
        return 1 + children.Sum(child => Purge(child, isRecursive));
    }

    private static OrchestrationMetadata Describe(InstanceRecord instance, bool withData) => new(instance.Name, instance.InstanceId)
    {
        RuntimeStatus = instance.Status,
        CreatedAt = new(instance.CreatedAt),
        LastUpdatedAt = new(instance.UpdatedAt),
        DataConverter = withData ? WorkerDataConverter.Instance : null,
        SerializedInput = withData ? instance.Input : null,
        SerializedOutput = withData ? instance.Output : null,
        SerializedCustomStatus = withData ? instance.CustomStatus : null,
        FailureDetails = withData ? WorkerDataConverter.ReadFailure(instance.Failure) : null,
    };

    /// <summary>The answer to a query; a page begins after the row that its token names.</summary>
    private sealed class InstancePages(JournalService service, OrchestrationQuery filter) : AsyncPageable<OrchestrationMetadata>
    {
        public override IAsyncEnumerable<Page<OrchestrationMetadata>> AsPages(string? continuationToken = default, int? pageSizeHint = default) =>
            ReadAsync(continuationToken ?? filter.ContinuationToken, pageSizeHint ?? filter.PageSize);

        private async IAsyncEnumerable<Page<OrchestrationMetadata>> ReadAsync(string? token, int size, [EnumeratorCancellation] CancellationToken cancellationToken = default)
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(size, 1);
            string? next = token;
            do
            {
                long after = next is null ? 0 : long.Parse(next, CultureInfo.InvariantCulture);
                var query = new InstanceQuery(size, after, filter.CreatedFrom?.UtcDateTime, filter.CreatedTo?.UtcDateTime, filter.InstanceIdPrefix) { Statuses = [.. filter.Statuses ?? []] };
                IReadOnlyList<InstanceRecord> found = await Task.Run(() => service.Journal.Query(query), cancellationToken);
                next = found.Count == size ? found[^1].RowId.ToString(CultureInfo.InvariantCulture) : null;
                yield return new([.. found.Select(instance => Describe(instance, filter.FetchInputsAndOutputs))], next);
            }
            while (next is not null);
        }
    }
}

/// <summary>What an instance may be called: the rules of Durable Functions, so that an id that works here works there.</summary>
internal static class InstanceIds
{
    private const int MaximumLength = 100;

    /// <summary>Refuses an id that breaks the rules.</summary>
    /// <exception cref="ArgumentException">The id is empty, longer than 100 characters, begins with @, or has one of / \ # ? or a control character.</exception>
    public static void Require(string instanceId)
    {
        ArgumentException.ThrowIfNullOrEmpty(instanceId);
        if (instanceId.Length > MaximumLength)
            throw new ArgumentException($"The instance id '{instanceId}' has {instanceId.Length} characters. At most {MaximumLength} are allowed.", nameof(instanceId));
        if (instanceId[0] == '@')
            throw new ArgumentException($"The instance id '{instanceId}' begins with '@'. Choose another first character.", nameof(instanceId));
        if (instanceId.Any(c => c is '/' or '\\' or '#' or '?' || char.IsControl(c)))
            throw new ArgumentException($"The instance id '{instanceId}' has one of / \\ # ? or a control character. Leave those out.", nameof(instanceId));
    }
}
