using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Pipeline.Classification;
using Pipeline.Incidents;
using Pipeline.Measures;
using Pipeline.Preprocessing;
using Pipeline.Search;
using Pipeline.Storage;

namespace Pipeline.Adapters.BigQuery;

/// <summary>Rows on their way to a staging table: newline-delimited JSON, and the columns it fills. Of a number that comes twice the later row stays.</summary>
internal sealed class StagedRows
{
    private static readonly byte[] NewLine = "\n"u8.ToArray();
    private static readonly JsonWriterOptions WriterOptions = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static readonly StagedColumn[] IncidentColumns =
    [
        new("position", "INTEGER"),
        new("number", "STRING"),
        new("sys_created_on", "TIMESTAMP", StagedColumn.Nullable),
        new("sys_updated_on", "TIMESTAMP", StagedColumn.Nullable),
        new("created_ticks", "INTEGER", StagedColumn.Nullable),
        new("updated_ticks", "INTEGER", StagedColumn.Nullable),
        new("texts", "STRING", StagedColumn.Repeated),
        new("tech_center", "STRING"),
        new("priority", "STRING", StagedColumn.Nullable),
        new("state", "STRING", StagedColumn.Nullable),
        new("resolved_at", "TIMESTAMP", StagedColumn.Nullable),
        new("resolved_ticks", "INTEGER", StagedColumn.Nullable),
        new("close_notes", "STRING", StagedColumn.Nullable),
        new("reopen_count", "INTEGER", StagedColumn.Nullable),
        new("location", "STRING", StagedColumn.Nullable),
        new("cmdb_ci", "STRING", StagedColumn.Nullable),
        new("row_hash", "STRING"),
    ];

    private static readonly StagedColumn[] PreprocessedColumns =
    [
        new("number", "STRING"),
        new("sys_created_on", "TIMESTAMP", StagedColumn.Nullable),
        new("created_ticks", "INTEGER", StagedColumn.Nullable),
        new("tech_center", "STRING", StagedColumn.Nullable),
        new("content_hash", "STRING", StagedColumn.Nullable),
        new("embedder", "STRING", StagedColumn.Nullable),
        new("combined_incidents_summary", "STRING", StagedColumn.Nullable),
        new("embedding", "FLOAT", StagedColumn.Repeated),
        new("embedding_bytes", "BYTES", StagedColumn.Nullable),
        new("words", "STRING", StagedColumn.Repeated),
        new("word_count", "INTEGER", StagedColumn.Nullable),
        new("codes", "BYTES", StagedColumn.Nullable),
        new("stage", "STRING", StagedColumn.Nullable),
        new("reason", "STRING", StagedColumn.Nullable),
    ];

    private static readonly StagedColumn[] EntryColumns =
    [
        new("number", "STRING"),
        new("sys_created_on", "TIMESTAMP", StagedColumn.Nullable),
        new("created_ticks", "INTEGER", StagedColumn.Nullable),
        new("tech_center", "STRING"),
        new("content_hash", "STRING"),
        new("embedder", "STRING"),
        new("words", "STRING", StagedColumn.Repeated),
        new("word_count", "INTEGER"),
        new("codes", "BYTES", StagedColumn.Nullable),
    ];

    private static readonly StagedColumn[] PredictionColumns =
    [
        new("incident_id", "STRING"),
        new("tech_center", "STRING"),
        new("predicted_problem_id", "INTEGER"),
        new("predicted_problem_label", "STRING"),
        new("predicted_cluster_id", "INTEGER"),
        new("predicted_cluster_label", "STRING"),
        new("predicted_domain_id", "INTEGER"),
        new("predicted_domain_name", "STRING"),
        new("confidence_score", "FLOAT"),
        new("prediction_timestamp", "TIMESTAMP"),
        new("predicted_ticks", "INTEGER"),
        new("model_table_used", "STRING"),
        new("blob_model_path", "STRING"),
        new("content_hash", "STRING"),
    ];

    private static readonly StagedColumn[] MeasureColumns =
    [
        new("time", "TIMESTAMP"),
        new("tech_center", "STRING", StagedColumn.Nullable),
        new("version", "STRING", StagedColumn.Nullable),
        new("name", "STRING"),
        new("value", "FLOAT"),
    ];

    /// <summary>The columns of what a search reads of a summary and its embedding.</summary>
    internal static readonly StagedColumn[] WordColumns =
    [
        new("words", "STRING", StagedColumn.Repeated),
        new("word_count", "INTEGER", StagedColumn.Nullable),
        new("codes", "BYTES", StagedColumn.Nullable),
    ];

    private readonly IEnumerable<Action<Utf8JsonWriter>> _rows;
    private readonly CancellationToken _cancellationToken;

    internal StagedRows(IReadOnlyList<StagedColumn> columns, int count, IEnumerable<Action<Utf8JsonWriter>> rows, CancellationToken cancellationToken) =>
        (Columns, Count, _rows, _cancellationToken) = (columns, count, rows, cancellationToken);

    /// <summary>The columns of the staging table.</summary>
    public IReadOnlyList<StagedColumn> Columns { get; }

    /// <summary>How many rows there are.</summary>
    public int Count { get; }

    /// <summary>The lines in parts of <paramref name="bytes"/> or one row more, each in the same memory as the one before: no more of them is there at once than one part.</summary>
    /// <exception cref="ArgumentNullException">A text that must be there is not; it names its column.</exception>
    public IEnumerable<ReadOnlyMemory<byte>> Parts(int bytes)
    {
        using MemoryStream lines = new();
        using Utf8JsonWriter json = new(lines, WriterOptions);
        foreach (Action<Utf8JsonWriter> write in _rows)
        {
            _cancellationToken.ThrowIfCancellationRequested();
            json.WriteStartObject();
            write(json);
            json.WriteEndObject();
            json.Flush();
            json.Reset();
            lines.Write(NewLine);
            if (lines.Length >= bytes)
            {
                yield return lines.GetBuffer().AsMemory(0, (int)lines.Length);
                lines.SetLength(0);
            }
        }

        if (lines.Length > 0)
        {
            yield return lines.GetBuffer().AsMemory(0, (int)lines.Length);
        }
    }

    /// <summary>Measures.</summary>
    public static StagedRows Of(IReadOnlyList<Measure> measures, CancellationToken cancellationToken) =>
        new(MeasureColumns, measures.Count, measures.Select(measure => (Action<Utf8JsonWriter>)(json => Write(json, measure))), cancellationToken);

    /// <summary>Incidents, each with its place among the others.</summary>
    /// <exception cref="ArgumentException">An incident has no number.</exception>
    public static StagedRows Of(IReadOnlyList<Incident> incidents, CancellationToken cancellationToken)
    {
        Dictionary<string, int> last = new(incidents.Count, StringComparer.Ordinal);
        for (int i = 0; i < incidents.Count; i++)
        {
            if (string.IsNullOrEmpty(incidents[i].Number))
            {
                throw new ArgumentException(string.Create(CultureInfo.InvariantCulture, $"Incident {i} has no number."), nameof(incidents));
            }

            last[incidents[i].Number] = i;
        }

        IEnumerable<int> kept = Enumerable.Range(0, incidents.Count).Where(i => last[incidents[i].Number] == i);
        return new StagedRows(IncidentColumns, last.Count, kept.Select(i => (Action<Utf8JsonWriter>)(json => Write(json, i, incidents[i]))), cancellationToken);
    }

    /// <summary>Preprocessed incidents, and dead letters: the rows with a reason. A number that is among both is a dead letter.</summary>
    public static StagedRows Of(IReadOnlyList<PreprocessedIncident> incidents, IReadOnlyList<DeadLetter> deadLetters, CancellationToken cancellationToken)
    {
        Dictionary<string, Action<Utf8JsonWriter>> rows = new(incidents.Count + deadLetters.Count, StringComparer.Ordinal);
        foreach (PreprocessedIncident incident in incidents)
        {
            rows[incident.Number] = json => Write(json, incident);
        }

        foreach (DeadLetter letter in deadLetters)
        {
            rows[letter.Number] = json => Write(json, letter);
        }

        return new StagedRows(PreprocessedColumns, rows.Count, rows.Values, cancellationToken);
    }

    /// <summary>What a search reads of preprocessed incidents.</summary>
    public static StagedRows Entries(IReadOnlyList<PreprocessedIncident> incidents, CancellationToken cancellationToken) =>
        new(EntryColumns, incidents.Count, incidents.Select(incident => (Action<Utf8JsonWriter>)(json => WriteEntry(json, incident))), cancellationToken);

    /// <summary>Predictions.</summary>
    /// <exception cref="WarehouseException">A confidence is no number.</exception>
    public static StagedRows Of(IReadOnlyList<IncidentPrediction> predictions, CancellationToken cancellationToken)
    {
        Dictionary<string, IncidentPrediction> rows = new(predictions.Count, StringComparer.Ordinal);
        foreach (IncidentPrediction prediction in predictions)
        {
            rows[prediction.IncidentId] = double.IsFinite(prediction.Confidence)
                ? prediction
                : throw new WarehouseException(string.Create(
                    CultureInfo.InvariantCulture,
                    $"The confidence of the prediction of incident '{prediction.IncidentId}' by {prediction.ModelVersion} is {prediction.Confidence}, which is no confidence: nothing of its batch was stored. Train the tech center '{prediction.TechCenter}' anew, or roll its model back."));
        }

        return new StagedRows(PredictionColumns, rows.Count, rows.Values.Select(prediction => (Action<Utf8JsonWriter>)(json => Write(json, prediction))), cancellationToken);
    }

    private static void Write(Utf8JsonWriter json, int position, Incident incident)
    {
        string[] texts = [.. incident.Texts];
        json.WriteNumber("position", position);
        WriteText(json, "number", incident.Number);
        WriteDate(json, "sys_created_on", "created_ticks", incident.CreatedOn);
        WriteDate(json, "sys_updated_on", "updated_ticks", incident.UpdatedOn);
        json.WriteStartArray("texts");
        foreach (string text in texts)
        {
            json.WriteStringValue(text);
        }

        json.WriteEndArray();
        WriteText(json, "tech_center", incident.TechCenter);
        WriteOptional(json, "priority", incident.Priority);
        WriteOptional(json, "state", incident.State);
        WriteDate(json, "resolved_at", "resolved_ticks", incident.ResolvedOn);
        WriteOptional(json, "close_notes", incident.CloseNotes);
        if (incident.ReopenCount is { } reopened)
        {
            json.WriteNumber("reopen_count", reopened);
        }

        WriteOptional(json, "location", incident.Location);
        WriteOptional(json, "cmdb_ci", incident.ConfigurationItem);
        json.WriteString("row_hash", BigQueryFormat.RowHash(incident, texts));
    }

    private static void WriteEntry(Utf8JsonWriter json, PreprocessedIncident incident)
    {
        WriteText(json, "number", incident.Number);
        WriteDate(json, "sys_created_on", "created_ticks", incident.CreatedOn);
        WriteText(json, "tech_center", incident.TechCenter);
        WriteText(json, "content_hash", incident.ContentHash);
        WriteText(json, "embedder", incident.Embedder);
        WriteWords(json, incident.Summary, incident.Embedding.Span);
    }

    /// <summary>What a search reads of a summary and its embedding.</summary>
    internal static void WriteWords(Utf8JsonWriter json, string summary, ReadOnlySpan<float> embedding)
    {
        int count = 0;
        json.WriteStartArray("words");
        foreach ((string word, int times) in SearchWords.Counted(summary))
        {
            for (int i = 0; i < times; i++, count++)
            {
                json.WriteStringValue(word);
            }
        }

        json.WriteEndArray();
        json.WriteNumber("word_count", count);
        if (BigQueryFormat.Codes(embedding) is { } codes)
        {
            json.WriteBase64String("codes", codes);
        }
    }

    private static void Write(Utf8JsonWriter json, PreprocessedIncident incident)
    {
        WriteText(json, "combined_incidents_summary", incident.Summary);
        WriteEntry(json, incident);
        WriteEmbedding(json, incident.Embedding.Span);
        json.WriteBase64String("embedding_bytes", BigQueryFormat.Embedding(incident.Embedding.Span));
    }

    /// <summary>An embedding as an array.</summary>
    internal static void WriteEmbedding(Utf8JsonWriter json, ReadOnlySpan<float> embedding)
    {
        json.WriteStartArray("embedding");
        foreach (float number in embedding)
        {
            if (float.IsFinite(number))
            {
                json.WriteNumberValue(number);
            }
            else
            {
                json.WriteStringValue(number.ToString(CultureInfo.InvariantCulture));
            }
        }

        json.WriteEndArray();
    }

    private static void Write(Utf8JsonWriter json, DeadLetter letter)
    {
        WriteText(json, "number", letter.Number);
        WriteText(json, "stage", letter.Stage);
        WriteText(json, "reason", letter.Reason);
    }

    private static void Write(Utf8JsonWriter json, IncidentPrediction prediction)
    {
        WriteText(json, "incident_id", prediction.IncidentId);
        WriteText(json, "tech_center", prediction.TechCenter);
        json.WriteNumber("predicted_problem_id", prediction.ProblemId);
        WriteText(json, "predicted_problem_label", prediction.ProblemLabel);
        json.WriteNumber("predicted_cluster_id", prediction.ClusterId);
        WriteText(json, "predicted_cluster_label", prediction.ClusterLabel);
        json.WriteNumber("predicted_domain_id", prediction.DomainId);
        WriteText(json, "predicted_domain_name", prediction.DomainName);
        json.WriteNumber("confidence_score", prediction.Confidence);
        WriteDate(json, "prediction_timestamp", "predicted_ticks", prediction.PredictedAt);
        WriteText(json, "model_table_used", prediction.ModelVersion);
        WriteText(json, "blob_model_path", prediction.ModelPath);
        WriteText(json, "content_hash", prediction.ContentHash);
    }

    private static void Write(Utf8JsonWriter json, Measure measure)
    {
        json.WriteString("time", BigQueryFormat.Timestamp(measure.Time));
        WriteOptional(json, "tech_center", measure.TechCenter);
        WriteOptional(json, "version", measure.Version);
        WriteText(json, "name", measure.Name);
        json.WriteNumber("value", measure.Value);
    }

    private static void WriteText(Utf8JsonWriter json, string column, string value)
    {
        ArgumentNullException.ThrowIfNull(value, column);
        json.WriteString(column, value);
    }

    private static void WriteOptional(Utf8JsonWriter json, string column, string? value)
    {
        if (value is not null)
        {
            json.WriteString(column, value);
        }
    }

    private static void WriteDate(Utf8JsonWriter json, string column, string ticksColumn, DateTimeOffset? date)
    {
        if (date is { } present)
        {
            json.WriteString(column, BigQueryFormat.Timestamp(present));
            json.WriteNumber(ticksColumn, BigQueryFormat.Ticks(present));
        }
    }
}
