using Pipeline.Telemetry;

namespace Pipeline.Intake;

/// <summary>The pull use case: asks the feeds that the settings name for what is new, one after the other. One that fails keeps no other from it.</summary>
public sealed class PullIncidents(IEnumerable<IIncidentFeed> feeds)
{
    private readonly IIncidentFeed[] _feeds = [.. feeds];

    /// <summary>The feeds' names.</summary>
    /// <param name="inWarehouse">Those that lie in the warehouse itself, or those that do not; null for all.</param>
    public IReadOnlyList<string> List(bool? inWarehouse = null) => [.. _feeds.Where(feed => inWarehouse is null || feed.IsInWarehouse == inWarehouse).Select(feed => feed.Name)];

    /// <summary>Takes one step of a feed.</summary>
    /// <returns>What it did. A system that does not answer, or refuses, is no exception: the outcome says why.</returns>
    /// <exception cref="ArgumentException">There is no such feed.</exception>
    /// <exception cref="Storage.WarehouseException">The warehouse failed; try again.</exception>
    public async Task<PullOutcome> StepAsync(string name, CancellationToken cancellationToken = default)
    {
        IIncidentFeed feed = _feeds.FirstOrDefault(feed => string.Equals(feed.Name, name, StringComparison.Ordinal)) ?? throw new ArgumentException($"There is no feed '{name}'.", nameof(name));
        try
        {
            return await PipelineWork.RunAsync(PipelineOperation.Pull, techCenter: null, () => feed.PullAsync(cancellationToken));
        }
        catch (FeedException e)
        {
            return new PullOutcome(name, 0, 0, 0, 0, null) { Problem = e.Message };
        }
    }

    /// <summary>Takes a feed's steps until it has no more, or fails.</summary>
    /// <param name="name">The feed.</param>
    /// <param name="progress">Told after each step.</param>
    /// <param name="cancellationToken">Stops between pages; what is stored stays.</param>
    /// <inheritdoc cref="StepAsync"/>
    public async Task<PullOutcome> RunAsync(string name, IProgress<PullOutcome>? progress = null, CancellationToken cancellationToken = default)
    {
        PullOutcome total = new(name, 0, 0, 0, 0, null);
        do
        {
            total = Sum(total, await StepAsync(name, cancellationToken));
            progress?.Report(total);
        }
        while (total is { HasMore: true, Problem: null });
        return total;
    }

    /// <summary>What two steps of a feed did, one after the other.</summary>
    public static PullOutcome Sum(PullOutcome first, PullOutcome second)
    {
        ArgumentNullException.ThrowIfNull(first);
        ArgumentNullException.ThrowIfNull(second);
        return second with
        {
            Rows = first.Rows + second.Rows,
            Rejected = first.Rejected + second.Rejected,
            Added = first.Added + second.Added,
            Changed = first.Changed + second.Changed,
            Until = second.Until ?? first.Until,
            IngestionId = second.IngestionId ?? first.IngestionId,
        };
    }
}
