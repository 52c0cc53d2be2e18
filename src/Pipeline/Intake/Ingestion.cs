namespace Pipeline.Intake;

/// <summary>One file that was taken in, or was refused.</summary>
/// <param name="StartedAt">When it began, in UTC.</param>
/// <param name="Seconds">How long it took.</param>
/// <param name="User">Who took it in.</param>
/// <param name="File">The file's name.</param>
/// <param name="Sha256">The SHA-256 of the file as it is stored, in hexadecimal digits.</param>
/// <param name="Bytes">The file's length as it is stored.</param>
/// <param name="Source">The system whose export it was recognised as; null where none was.</param>
/// <param name="Rows">Its rows.</param>
/// <param name="Accepted">Rows accepted.</param>
/// <param name="Rejected">Rows rejected.</param>
/// <param name="RejectReasons">The rejected rows by kind of fault.</param>
/// <param name="Added">Incidents that were new.</param>
/// <param name="Changed">Incidents that replaced another version.</param>
/// <param name="Problem">Why it was refused; null where it was taken in.</param>
public sealed record Ingestion(
    DateTimeOffset StartedAt,
    double Seconds,
    string User,
    string File,
    string Sha256,
    long Bytes,
    string? Source,
    int Rows,
    int Accepted,
    int Rejected,
    IReadOnlyDictionary<RejectKind, int> RejectReasons,
    int Added,
    int Changed,
    string? Problem)
{
    /// <summary>Its name, by which it is asked for: 32 hexadecimal digits, which rise with time.</summary>
    public string Id { get; init; } = NewId();

    /// <summary>How far it has come.</summary>
    public IngestionState State { get; init; } = Problem is null ? IngestionState.Accepted : IngestionState.Failed;

    /// <summary>The data set that it was sent to; null where it came by another way.</summary>
    public string? Dataset { get; init; }

    /// <summary>What the sender calls it, so that sending it again does nothing twice; null where he gave it no name.</summary>
    public string? IdempotencyKey { get; init; }

    /// <summary>Where the file waits in the object store; null where it was never there.</summary>
    public string? ObjectName { get; init; }

    /// <summary>How the sender says that the file is to be read; null leaves it to the settings.</summary>
    public IntakeOptions? Reading { get; init; }

    /// <summary>The name under which incidents that a request holds are noted. No file is kept of them.</summary>
    public const string OfRequest = "request.json";

    private static readonly TimeSpan LongestRequest = TimeSpan.FromMinutes(10);

    /// <summary>The ingestion as it is to be told at a moment. A request that no process is taking in any more, since its host ended meanwhile, was not answered, and nobody goes on with it.</summary>
    public Ingestion AsOf(DateTimeOffset now) => State == IngestionState.Validating && Sha256.Length == 0 && string.Equals(File, OfRequest, StringComparison.Ordinal) && now - StartedAt > LongestRequest
        ? this with { State = IngestionState.Failed, Problem = "The host ended while it took the request in, and did not answer it. Send it again: what is stored already changes nothing." }
        : this;

    /// <summary>Whether nothing more becomes of it.</summary>
    public bool IsFinal => State is IngestionState.Accepted or IngestionState.Failed;

    /// <summary>The ingestion with what its import did.</summary>
    public Ingestion With(IntakeResult result)
    {
        ArgumentNullException.ThrowIfNull(result);
        return this with
        {
            State = IngestionState.Accepted,
            Source = result.Source,
            Rows = result.Accepted + result.Rejected,
            Accepted = result.Accepted,
            Rejected = result.Rejected,
            RejectReasons = result.RejectReasons,
            Added = result.Added,
            Changed = result.Changed,
        };
    }

    /// <summary>A name for a new one.</summary>
    public static string NewId() => Guid.CreateVersion7().ToString("N");
}

/// <summary>How far an ingestion has come.</summary>
public enum IngestionState
{
    /// <summary>Its file is kept, and waits.</summary>
    Received,

    /// <summary>Its rows are being read, checked and stored.</summary>
    Validating,

    /// <summary>Its sound rows are stored.</summary>
    Accepted,

    /// <summary>It was refused as a whole.</summary>
    Failed,
}
