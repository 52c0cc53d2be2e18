using System.Text.Json;
using DurableTask.Core;
using Microsoft.DurableTask;

namespace Pipeline.LocalHost.Durable;

/// <summary>
/// JSON as the isolated worker of Azure Functions writes and reads it by default: System.Text.Json, names as they are in the code, read without
/// regard to case; public properties, no fields (so that a tuple comes back empty here as it does there).
/// </summary>
internal sealed class WorkerDataConverter : DataConverter
{
    private static readonly JsonSerializerOptions Options = new() { PropertyNameCaseInsensitive = true };

    /// <summary>The only one.</summary>
    public static WorkerDataConverter Instance { get; } = new();

    /// <inheritdoc/>
    public override string? Serialize(object? value) => value is null ? null : JsonSerializer.Serialize(value, value.GetType(), Options);

    /// <inheritdoc/>
    public override object? Deserialize(string? data, Type targetType) => data is null ? null : JsonSerializer.Deserialize(data, targetType, Options);

    /// <summary>A failure of the engine as JSON; null for none.</summary>
    public static string? WriteFailure(FailureDetails? failure) => failure is null ? null : JsonSerializer.Serialize(Describe(failure), Options);

    /// <summary>Reads what <see cref="WriteFailure"/> wrote.</summary>
    public static TaskFailureDetails? ReadFailure(string? json) => json is null ? null : JsonSerializer.Deserialize<TaskFailureDetails>(json, Options);

    private static TaskFailureDetails Describe(FailureDetails failure) =>
        new(failure.ErrorType, failure.ErrorMessage, failure.StackTrace, failure.InnerFailure is { } inner ? Describe(inner) : null, failure.Properties);
}
