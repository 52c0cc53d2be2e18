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
    string? Problem);
