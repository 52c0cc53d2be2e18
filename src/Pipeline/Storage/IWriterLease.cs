namespace Pipeline.Storage;

/// <summary>
/// The turn to write, of several processes on one warehouse: the one that holds it runs schedules and orchestrations, the others wait. It ends by itself when it is not renewed for <see cref="Duration"/>,
/// by the clock of the warehouse, so that another takes over from a process that died. A warehouse that several processes may use implements it.
/// </summary>
public interface IWriterLease
{
    /// <summary>How long a turn lasts when it is not renewed.</summary>
    TimeSpan Duration { get; }

    /// <summary>Takes the turn where it is free, and renews it where this holder has it. What holds after a failure is not known: ask again.</summary>
    /// <param name="holder">Who asks: another name for each process.</param>
    /// <param name="cancellationToken">Stops the asking.</param>
    /// <exception cref="WarehouseException">The warehouse cannot be written.</exception>
    Task<WriterTurn> TryAcquireAsync(string holder, CancellationToken cancellationToken = default);

    /// <summary>Ends the turn of a holder, so that another need not wait for its end. Nothing happens where another has it.</summary>
    /// <exception cref="WarehouseException">The warehouse cannot be written.</exception>
    Task ReleaseAsync(string holder, CancellationToken cancellationToken = default);

    /// <summary>Notes the object store that those who write use: the first that is named stays.</summary>
    /// <returns>The id of the one that is noted.</returns>
    /// <exception cref="WarehouseException">The warehouse cannot be written.</exception>
    Task<string> ClaimStoreAsync(string id, CancellationToken cancellationToken = default);
}

/// <summary>Whose turn it is.</summary>
/// <param name="IsHeld">Whether it is that of who asked.</param>
/// <param name="Holder">Whose it is.</param>
/// <param name="Since">Since when, in UTC.</param>
public sealed record WriterTurn(bool IsHeld, string Holder, DateTimeOffset Since);
