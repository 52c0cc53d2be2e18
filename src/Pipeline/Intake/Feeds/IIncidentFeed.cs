namespace Pipeline.Intake;

/// <summary>
/// A system that has incidents and is asked for what is new there. It keeps a watermark of its own in the warehouse, which moves only past what is stored,
/// and reads a little of what lies before it again: pulling twice, or again after a crash, loses nothing and doubles nothing.
/// </summary>
public interface IIncidentFeed
{
    /// <summary>What the feed is called, such as <c>ServiceNow incident</c>: the same as long as it reads the same.</summary>
    string Name { get; }

    /// <summary>Whether the system lies in the warehouse itself, so that one statement there pulls everything.</summary>
    bool IsInWarehouse { get; }

    /// <summary>Stores what is new since the watermark: all of it, or as much as one step should take.</summary>
    /// <exception cref="FeedException">The system does not answer, refuses, or gives what cannot be read. What was stored before it stays.</exception>
    /// <exception cref="Storage.WarehouseException">The warehouse failed. What was stored before it stays.</exception>
    Task<PullOutcome> PullAsync(CancellationToken cancellationToken = default);
}

/// <summary>What a pull did.</summary>
/// <param name="Feed">The feed.</param>
/// <param name="Rows">Rows read, those that were read before among them.</param>
/// <param name="Rejected">Rows that could not be used.</param>
/// <param name="Added">Incidents that were new.</param>
/// <param name="Changed">Incidents that replaced another version.</param>
/// <param name="Until">How far the system has been read, in UTC; null where it has nothing yet.</param>
public sealed record PullOutcome(string Feed, int Rows, int Rejected, int Added, int Changed, DateTimeOffset? Until)
{
    /// <summary>Whether the system has more than was read.</summary>
    public bool HasMore { get; init; }

    /// <summary>Why the pull failed; null where it did not.</summary>
    public string? Problem { get; init; }

    /// <summary>The ingestion under which its rows, and those that were rejected, are looked up; null where nothing was read.</summary>
    public string? IngestionId { get; init; }
}

/// <summary>A feed could not be read. The message says what failed, where, and how to mend it.</summary>
public sealed class FeedException : Exception
{
    /// <summary>Creates the exception.</summary>
    /// <param name="message">What failed, where, and how to mend it.</param>
    /// <param name="innerException">The cause; null where there is none.</param>
    public FeedException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }
}
