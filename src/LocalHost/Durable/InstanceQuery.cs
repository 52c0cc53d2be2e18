using Microsoft.DurableTask.Client;

namespace Pipeline.LocalHost.Durable;

/// <summary>Which instances to list.</summary>
/// <param name="Limit">At most so many.</param>
/// <param name="After">Only those created after this row.</param>
/// <param name="CreatedFrom">Created at this time, in UTC, or later.</param>
/// <param name="CreatedTo">Created at this time, in UTC, or earlier.</param>
/// <param name="Prefix">With an id that begins with this.</param>
internal sealed record InstanceQuery(int Limit, long After = 0, DateTime? CreatedFrom = null, DateTime? CreatedTo = null, string? Prefix = null)
{
    /// <summary>Of one of these statuses; any when empty.</summary>
    public IReadOnlyList<OrchestrationRuntimeStatus> Statuses { get; init; } = [];
}
