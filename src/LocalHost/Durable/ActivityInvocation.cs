using Microsoft.DurableTask;

namespace Pipeline.LocalHost.Durable;

/// <summary>One attempt at one activity.</summary>
/// <param name="Name">The activity's name.</param>
/// <param name="InstanceId">The orchestration that called it.</param>
/// <param name="TaskId">Which call of that orchestration's run this is, counted from 0; the same when the attempt is repeated after a crash.</param>
/// <param name="SerializedInput">The input, as JSON; null: none.</param>
internal sealed record ActivityInvocation(string Name, string InstanceId, int TaskId, string? SerializedInput)
{
    /// <summary>The input as the type of the parameter that takes it; null where there is none.</summary>
    /// <exception cref="System.Text.Json.JsonException">The input is not of that type.</exception>
    public object? ReadInput(Type type) => WorkerDataConverter.Instance.Deserialize(SerializedInput, type);

    /// <summary>The input as a <typeparamref name="T"/>; the default where there is none.</summary>
    /// <exception cref="System.Text.Json.JsonException">The input is not of that type.</exception>
    public T? ReadInput<T>() => ((DataConverter)WorkerDataConverter.Instance).Deserialize<T>(SerializedInput);
}
