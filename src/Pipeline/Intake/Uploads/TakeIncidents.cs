using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using Pipeline.Datasets;
using Pipeline.Incidents;
using Pipeline.Requests;
using Pipeline.Storage;

namespace Pipeline.Intake;

/// <summary>Takes a few incidents that are sent as JSON, at once: what is answered for is stored.</summary>
public sealed class TakeIncidents(IIngestionLog log, IObjectStore objects, IIncidents incidents, DatasetCatalog datasets, IntakeOptions standard, UploadOptions options, TimeProvider clock, ErasedNumbers? erased = null)
{
    /// <summary>Checks every incident by the rules of files, and stores those that are sound. Doing it again changes nothing.</summary>
    /// <param name="body">One incident, a JSON array of them, or one a line (NDJSON).</param>
    /// <param name="sender">Who sends them, as far as that is known.</param>
    /// <param name="idempotencyKey">What the sender calls this sending; null for none.</param>
    /// <param name="reading">How they are to be read; null leaves that to the settings.</param>
    /// <param name="cancellationToken">Stops between batches.</param>
    /// <exception cref="RequestException">The body is no such JSON, holds too much, or none of the incidents can be used.</exception>
    public async Task<TakenIncidents> RunAsync(byte[] body, string sender, string? idempotencyKey = null, IntakeOptions? reading = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(body);
        Check(body);
        Ingestion received = new(clock.GetUtcNow(), 0, sender, Ingestion.OfRequest, "", body.Length, null, 0, 0, 0, new Dictionary<RejectKind, int>(), 0, 0, null)
        {
            State = IngestionState.Validating,
            Dataset = Dataset.Incidents,
            IdempotencyKey = idempotencyKey,
        };
        Ingestion counts = await log.BeginIngestionAsync(received, clock.GetUtcNow().AddHours(-options.RepeatHours), cancellationToken);
        return counts.IsFinal ? new TakenIncidents(counts, await RejectsAsync(counts, cancellationToken)) : await TakeAsync(counts, body, reading ?? standard, cancellationToken);
    }

    private async Task<TakenIncidents> TakeAsync(Ingestion ingestion, byte[] bytes, IntakeOptions reading, CancellationToken cancellationToken)
    {
        using RejectedRows rejects = new();
        long start = clock.GetTimestamp();
        ingestion = ingestion with { Sha256 = Convert.ToHexStringLower(SHA256.HashData(bytes)) };
        try
        {
            using MemoryStream content = new(bytes);
            using SourceFile file = SourceFile.Of(content, "the body");
            IntakeResult result = await ImportIncidents.ImportAsync(file, reading with { AllowRejects = true }, incidents, rejectsPath: null, clock: clock, kept: rejects, dataset: await datasets.FindAsync(Dataset.Incidents, cancellationToken), erased: erased, cancellationToken: cancellationToken);
            ingestion = ingestion.With(result) with { Seconds = Math.Round(clock.GetElapsedTime(start).TotalSeconds, 3) };
        }
        catch (IntakeException exception)
        {
            // A request that is refused leaves its key free: the sender mends the body, and sends it again.
            ingestion = ingestion with { IdempotencyKey = null, State = IngestionState.Failed, Problem = exception.Message, Rows = rejects.Count, Rejected = rejects.Count };
        }

        if (rejects.Count > 0)
        {
            await objects.WriteAsync(IncomingFiles.RejectsOf(ingestion), rejects.CopyToAsync, cancellationToken: cancellationToken);
        }

        await log.RecordIngestionAsync(ingestion, cancellationToken);
        return new TakenIncidents(ingestion, await RejectsAsync(ingestion, cancellationToken));
    }

    private async Task<IReadOnlyList<RejectedRow>> RejectsAsync(Ingestion ingestion, CancellationToken cancellationToken)
    {
        await using Stream? stored = ingestion.Rejected > 0 ? await objects.OpenReadAsync(IncomingFiles.RejectsOf(ingestion), cancellationToken) : null;
        List<RejectedRow> rows = [];
        if (stored is not null)
        {
            await foreach (RejectedRow row in RejectedRows.ReadAsync(stored, cancellationToken))
            {
                rows.Add(row);
            }
        }

        return ingestion.State == IngestionState.Failed ? throw Refused(ingestion, rows) : rows;
    }

    private static RequestException Refused(Ingestion ingestion, List<RejectedRow> rows) => new(
        RequestProblem.Invalid,
        ingestion.Problem ?? "None of the incidents can be used.",
        rows.ToDictionary(row => string.Create(CultureInfo.InvariantCulture, $"row {row.Row}{(row.Field is null ? "" : ", " + row.Field)}"), row => new[] { row.Reason }, StringComparer.Ordinal));

    /// <summary>Whether the body is sound JSON, of objects, and not too many.</summary>
    private void Check(byte[] bytes)
    {
        ReadOnlySpan<byte> json = bytes.AsSpan().StartsWith("\uFEFF"u8) ? bytes.AsSpan(3) : bytes;
        int first = json.IndexOfAnyExcept(" \t\r\n"u8);
        if (first < 0)
        {
            throw new RequestException("The body is empty. Send one incident as a JSON object, several as an array, or one a line.");
        }

        int count = 0;
        try
        {
            bool isList = json[first] == (byte)'[';
            Utf8JsonReader reader = new(json, new JsonReaderOptions { AllowMultipleValues = true });
            while (reader.Read())
            {
                bool isRecord = reader.CurrentDepth == (isList ? 1 : 0) && reader.TokenType is not (JsonTokenType.EndObject or JsonTokenType.EndArray) && !(isList && reader.TokenType == JsonTokenType.StartArray && reader.CurrentDepth == 0);
                if (isRecord && reader.TokenType != JsonTokenType.StartObject)
                {
                    throw new RequestException("The body has something else than incidents: each has to be a JSON object.");
                }

                count += isRecord ? 1 : 0;
            }
        }
        catch (JsonException exception)
        {
            throw new RequestException(string.Create(CultureInfo.InvariantCulture, $"The body is not valid JSON near line {exception.LineNumber + 1}, byte {exception.BytePositionInLine + 1}. Send one incident as a JSON object, several as an array, or one a line."), exception);
        }

        if (count == 0)
        {
            throw new RequestException("The body holds no incident. Send one as a JSON object, several as an array, or one a line.");
        }

        if (count > options.MaxIncidents)
        {
            throw new RequestException(RequestProblem.TooLarge, string.Create(CultureInfo.InvariantCulture, $"The body holds {count} incidents; one request takes up to {options.MaxIncidents}. Send them as a file to POST /api/v1/uploads/{Dataset.Incidents}."));
        }
    }
}

/// <summary>What became of incidents that were sent.</summary>
/// <param name="Ingestion">The ingestion.</param>
/// <param name="Rejects">The rows that were not accepted.</param>
public sealed record TakenIncidents(Ingestion Ingestion, IReadOnlyList<RejectedRow> Rejects);
