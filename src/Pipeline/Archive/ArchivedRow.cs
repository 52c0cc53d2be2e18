using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using Parquet.Serialization.Attributes;
using Pipeline.Incidents;

namespace Pipeline.Archive;

/// <summary>An incident as a row of an archive file. The columns are named as in the warehouse; docs/archive.md lists them with their types.</summary>
public sealed record ArchivedRow
{
    /// <summary>The incident's number.</summary>
    [JsonPropertyName("number"), ParquetRequired]
    public string Number { get; set; } = "";

    /// <summary>When it was opened, in UTC, cut to the microsecond.</summary>
    [JsonPropertyName("sys_created_on"), ParquetTimestamp(ParquetTimestampResolution.Microseconds, useLogicalTimestamp: true, isAdjustedToUTC: true)]
    public DateTime CreatedOn { get; set; }

    /// <summary>When it was last changed, in UTC, cut to the microsecond; null where the source did not say.</summary>
    [JsonPropertyName("sys_updated_on"), ParquetTimestamp(ParquetTimestampResolution.Microseconds, useLogicalTimestamp: true, isAdjustedToUTC: true)]
    public DateTime? UpdatedOn { get; set; }

    /// <summary>The texts, as they came.</summary>
    [JsonPropertyName("texts"), ParquetListElementRequired]
    public List<string> Texts { get; set; } = [];

    /// <summary>The tech center.</summary>
    [JsonPropertyName("tech_center"), ParquetRequired]
    public string TechCenter { get; set; } = "";

    /// <summary>See <see cref="Incident.Priority"/>.</summary>
    [JsonPropertyName("priority")]
    public string? Priority { get; set; }

    /// <summary>See <see cref="Incident.State"/>.</summary>
    [JsonPropertyName("state")]
    public string? State { get; set; }

    /// <summary>See <see cref="Incident.ResolvedOn"/>; cut to the microsecond.</summary>
    [JsonPropertyName("resolved_at"), ParquetTimestamp(ParquetTimestampResolution.Microseconds, useLogicalTimestamp: true, isAdjustedToUTC: true)]
    public DateTime? ResolvedOn { get; set; }

    /// <summary>See <see cref="Incident.CloseNotes"/>.</summary>
    [JsonPropertyName("close_notes")]
    public string? CloseNotes { get; set; }

    /// <summary>See <see cref="Incident.ReopenCount"/>.</summary>
    [JsonPropertyName("reopen_count")]
    public int? ReopenCount { get; set; }

    /// <summary>See <see cref="Incident.Location"/>.</summary>
    [JsonPropertyName("location")]
    public string? Location { get; set; }

    /// <summary>See <see cref="Incident.ConfigurationItem"/>.</summary>
    [JsonPropertyName("cmdb_ci")]
    public string? ConfigurationItem { get; set; }

    /// <summary>The masked text; null where it was not preprocessed.</summary>
    [JsonPropertyName("combined_incidents_summary")]
    public string? Summary { get; set; }

    /// <summary>The cluster it was last predicted to be in, -1 for none; null where it was not predicted.</summary>
    [JsonPropertyName("predicted_cluster_id")]
    public int? ClusterId { get; set; }

    /// <summary>The cluster's name.</summary>
    [JsonPropertyName("predicted_cluster_label")]
    public string? ClusterLabel { get; set; }

    /// <summary>The problem that the cluster was a variant of, -1 for none; null where it was not predicted, or by a version that knew no problems.</summary>
    [JsonPropertyName("predicted_problem_id")]
    public int? ProblemId { get; set; }

    /// <summary>The problem's name.</summary>
    [JsonPropertyName("predicted_problem_label")]
    public string? ProblemLabel { get; set; }

    /// <summary>The name of the cluster's domain.</summary>
    [JsonPropertyName("predicted_domain_name")]
    public string? DomainName { get; set; }

    /// <summary>How sure the prediction was, 0 to 1.</summary>
    [JsonPropertyName("confidence_score")]
    public double? Confidence { get; set; }

    /// <summary>The model version that answered.</summary>
    [JsonPropertyName("model_table_used")]
    public string? ModelVersion { get; set; }

    /// <summary>Its place in the warehouse's order of changes: of two rows of a number the one with the larger is newer.</summary>
    [JsonPropertyName("change_sequence")]
    public long Sequence { get; set; }

    /// <summary>The row of an incident that has a date.</summary>
    public static ArchivedRow Of(StoredIncident stored)
    {
        ArgumentNullException.ThrowIfNull(stored);
        Incident incident = stored.Incident;
        return new ArchivedRow
        {
            Number = incident.Number,
            CreatedOn = Cut(incident.CreatedOn) ?? throw new ArgumentException("An incident without a date has no day in the archive.", nameof(stored)),
            UpdatedOn = Cut(incident.UpdatedOn),
            Texts = [.. incident.Texts],
            TechCenter = incident.TechCenter,
            Priority = incident.Priority,
            State = incident.State,
            ResolvedOn = Cut(incident.ResolvedOn),
            CloseNotes = incident.CloseNotes,
            ReopenCount = incident.ReopenCount,
            Location = incident.Location,
            ConfigurationItem = incident.ConfigurationItem,
            Summary = stored.Summary,
            ClusterId = stored.ClusterId,
            ClusterLabel = stored.ClusterLabel,
            ProblemId = stored.ProblemId,
            ProblemLabel = stored.ProblemLabel,
            DomainName = stored.DomainName,
            Confidence = stored.Confidence,
            ModelVersion = stored.ModelVersion,
            Sequence = stored.Sequence,
        };
    }

    /// <summary>SHA-256 over all of the row.</summary>
    internal UInt128 Hash() => System.Buffers.Binary.BinaryPrimitives.ReadUInt128BigEndian(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(this, PipelineJson.Compact)));

    private static DateTime? Cut(DateTimeOffset? date) => date is { } there ? new DateTime(there.UtcTicks - (there.UtcTicks % TimeSpan.TicksPerMicrosecond), DateTimeKind.Utc) : null;
}
