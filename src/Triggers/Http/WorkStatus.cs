using System.Text.Json;
using Microsoft.DurableTask.Client;

namespace Pipeline.Triggers;

/// <summary>Work that goes on behind a request, as its address shows it.</summary>
/// <typeparam name="TProgress">What it tells of its progress.</typeparam>
/// <typeparam name="TResult">What it gives.</typeparam>
/// <param name="InstanceId">Its name, such as <c>train-2026-q2</c>.</param>
/// <param name="Status">pending, running, suspended, completed, failed or terminated.</param>
/// <param name="CreatedAt">When it was asked for, in UTC.</param>
/// <param name="LastUpdatedAt">When it last moved on, in UTC.</param>
/// <param name="Progress">How far it is; null before it has begun.</param>
/// <param name="Result">How it ended; null before it has.</param>
/// <param name="Error">Why it failed; null where it did not.</param>
public sealed record WorkStatus<TProgress, TResult>(string InstanceId, string Status, DateTimeOffset CreatedAt, DateTimeOffset LastUpdatedAt, TProgress? Progress, TResult? Result, string? Error)
    where TProgress : class
    where TResult : class
{
    internal static WorkStatus<TProgress, TResult> Of(OrchestrationMetadata metadata) => new(
        metadata.InstanceId,
        JsonNamingPolicy.CamelCase.ConvertName(metadata.RuntimeStatus.ToString()),
        metadata.CreatedAt,
        metadata.LastUpdatedAt,
        metadata.SerializedCustomStatus is null ? null : metadata.ReadCustomStatusAs<TProgress>(),
        metadata.RuntimeStatus == OrchestrationRuntimeStatus.Completed ? metadata.ReadOutputAs<TResult>() : null,
        metadata.FailureDetails?.ErrorMessage);
}
