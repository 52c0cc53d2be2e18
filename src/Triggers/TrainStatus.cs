using System.Text.Json;
using Microsoft.DurableTask.Client;
using Pipeline.Training;

namespace Pipeline.Triggers;

/// <summary>A training as <c>GET /api/train/{instanceId}</c> shows it.</summary>
/// <param name="InstanceId">Its name, such as <c>train-2026-q2</c>.</param>
/// <param name="Status">pending, running, suspended, completed, failed or terminated.</param>
/// <param name="CreatedAt">When it was asked for, in UTC.</param>
/// <param name="LastUpdatedAt">When it last moved on, in UTC.</param>
/// <param name="Progress">How far it is; null before its run is open.</param>
/// <param name="Result">How each tech center ended; null before all have.</param>
/// <param name="Error">Why the whole training failed; null where it did not.</param>
public sealed record TrainStatus(string InstanceId, string Status, DateTimeOffset CreatedAt, DateTimeOffset LastUpdatedAt, TrainingProgress? Progress, TrainingRecord? Result, string? Error)
{
    internal static TrainStatus Of(OrchestrationMetadata metadata) => new(
        metadata.InstanceId,
        JsonNamingPolicy.CamelCase.ConvertName(metadata.RuntimeStatus.ToString()),
        metadata.CreatedAt,
        metadata.LastUpdatedAt,
        metadata.SerializedCustomStatus is null ? null : metadata.ReadCustomStatusAs<TrainingProgress>(),
        metadata.RuntimeStatus == OrchestrationRuntimeStatus.Completed ? metadata.ReadOutputAs<TrainingRecord>() : null,
        metadata.FailureDetails?.ErrorMessage);
}
