namespace Pipeline.Models;

/// <summary>What people decided about the problems of a tech center, to be laid over each version of it.</summary>
public interface IProblemCorrections
{
    /// <summary>A text that is another one after every decision; empty where there is none yet.</summary>
    /// <param name="techCenter">The tech center.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <exception cref="Storage.ObjectStoreException">They cannot be read.</exception>
    Task<string> RevisionAsync(string techCenter, CancellationToken cancellationToken = default);

    /// <summary>Lays them over a version.</summary>
    /// <param name="manifest">The version.</param>
    /// <param name="clusters">What it knows.</param>
    /// <param name="withTickets">Whether the tickets that people moved are wanted, with their texts' vectors.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <exception cref="Storage.ObjectStoreException">They cannot be read.</exception>
    Task<ModelCorrections> ReadAsync(ModelManifest manifest, ModelClusters clusters, bool withTickets, CancellationToken cancellationToken = default);
}

/// <summary>Nobody decided anything.</summary>
public sealed class NoCorrections : IProblemCorrections
{
    /// <inheritdoc/>
    public Task<string> RevisionAsync(string techCenter, CancellationToken cancellationToken = default) => Task.FromResult("");

    /// <inheritdoc/>
    public Task<ModelCorrections> ReadAsync(ModelManifest manifest, ModelClusters clusters, bool withTickets, CancellationToken cancellationToken = default) =>
        Task.FromResult(new ModelCorrections("", clusters, [], []));
}

/// <summary>What people decided, laid over a version.</summary>
/// <param name="Revision">See <see cref="IProblemCorrections.RevisionAsync"/>.</param>
/// <param name="Clusters">What the version knows, as people see it.</param>
/// <param name="Tickets">What holds of tickets, the earliest decision first.</param>
/// <param name="Undone">Tickets that were moved, of which that no longer holds.</param>
public sealed record ModelCorrections(string Revision, ModelClusters Clusters, IReadOnlyList<TicketLabel> Tickets, IReadOnlyList<TicketLabel> Undone);

/// <summary>What people said of one ticket.</summary>
/// <param name="Number">Its number.</param>
/// <param name="ContentHash">The hash of its text at that time; null where it had none.</param>
/// <param name="ProblemId">The problem.</param>
/// <param name="IsNot">Whether it is not of that problem; otherwise it is.</param>
public sealed record TicketLabel(string Number, string? ContentHash, int ProblemId, bool IsNot)
{
    /// <summary>The embedding of its text; empty where it is not known any more.</summary>
    public ReadOnlyMemory<float> Vector { get; init; }
}
