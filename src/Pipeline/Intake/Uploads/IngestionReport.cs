namespace Pipeline.Intake;

/// <summary>What is told of an ingestion: the answer to who asks for it, and the report beside its file.</summary>
/// <param name="Id">Its name.</param>
/// <param name="Dataset">The data set that it was sent to; null where it was dropped or imported by a command.</param>
/// <param name="State">received, validating, accepted or failed.</param>
/// <param name="File">The file's name.</param>
/// <param name="Bytes">The file's length.</param>
/// <param name="Sha256">The SHA-256 of the file; empty while it is not known.</param>
/// <param name="ReceivedAt">When it came, in UTC.</param>
/// <param name="Seconds">How long its import took.</param>
/// <param name="Source">The system whose export it was recognised as; null where none was.</param>
/// <param name="Rows">Its rows.</param>
/// <param name="Accepted">Rows accepted.</param>
/// <param name="Rejected">Rows rejected.</param>
/// <param name="RejectReasons">The rejected rows by kind of fault.</param>
/// <param name="Added">Incidents that were new.</param>
/// <param name="Changed">Incidents that replaced another version.</param>
/// <param name="Problem">Why it was refused as a whole; null where it was not.</param>
public sealed record IngestionReport(
    string Id,
    string? Dataset,
    IngestionState State,
    string File,
    long Bytes,
    string Sha256,
    DateTimeOffset ReceivedAt,
    double Seconds,
    string? Source,
    int Rows,
    int Accepted,
    int Rejected,
    IReadOnlyDictionary<string, int> RejectReasons,
    int Added,
    int Changed,
    string? Problem)
{
    /// <summary>The report of an ingestion.</summary>
    public static IngestionReport Of(Ingestion ingestion)
    {
        ArgumentNullException.ThrowIfNull(ingestion);
        return new IngestionReport(
            ingestion.Id, ingestion.Dataset, ingestion.State, ingestion.File, ingestion.Bytes, ingestion.Sha256, ingestion.StartedAt, ingestion.Seconds, ingestion.Source, ingestion.Rows, ingestion.Accepted,
            ingestion.Rejected, ingestion.RejectReasons.ToDictionary(reason => System.Text.Json.JsonNamingPolicy.CamelCase.ConvertName(reason.Key.ToString()), reason => reason.Value, StringComparer.Ordinal), ingestion.Added, ingestion.Changed, ingestion.Problem);
    }
}
