using System.Text.Json;
using Pipeline.Datasets;
using Pipeline.Incidents;
using Pipeline.Storage;

namespace Pipeline.Intake;

/// <summary>
/// Imports a file that was received, and puts it away with its report. Every step may be repeated: incidents are stored by number, results are written in one piece,
/// the ingestion is final once all of them are there, and only then the file leaves <c>incoming/</c>.
/// </summary>
public sealed class IngestFile(IIngestionLog log, IObjectStore objects, IIncidents incidents, DatasetCatalog datasets, IntakeOptions standard, TimeProvider clock, ErasedNumbers? erased = null)
{
    /// <summary>Imports the file of an ingestion, if that has not been done.</summary>
    /// <returns>The ingestion, final. A file that cannot be taken in is no exception.</returns>
    /// <exception cref="ArgumentException">There is no such ingestion.</exception>
    /// <exception cref="WarehouseException">The warehouse failed; try again.</exception>
    /// <exception cref="ObjectStoreException">The object store failed; try again.</exception>
    public async Task<Ingestion> RunAsync(string id, CancellationToken cancellationToken = default)
    {
        Ingestion ingestion = await log.FindIngestionAsync(id, cancellationToken) ?? throw new ArgumentException($"There is no ingestion '{id}'.", nameof(id));
        if (!ingestion.IsFinal)
        {
            ingestion = await TakeAsync(ingestion with { State = IngestionState.Validating }, cancellationToken);
        }

        return await ClearAsync(ingestion, cancellationToken);
    }

    /// <summary>Ends an ingestion that could not be brought to its end. Its file stays where it waits.</summary>
    public async Task GiveUpAsync(string id, string problem, CancellationToken cancellationToken = default)
    {
        if (await log.FindIngestionAsync(id, cancellationToken) is { IsFinal: false } ingestion)
        {
            await log.RecordIngestionAsync(ingestion with { State = IngestionState.Failed, Problem = problem }, cancellationToken);
        }
    }

    private async Task<Ingestion> TakeAsync(Ingestion ingestion, CancellationToken cancellationToken)
    {
        await log.RecordIngestionAsync(ingestion, cancellationToken);
        long start = clock.GetTimestamp();
        using RejectedRows rejects = new();
        await using FileStream? content = await objects.FetchAsync(ingestion.ObjectName!, cancellationToken);
        Ingestion taken = content is null
            ? Failed(ingestion, $"'{ingestion.File}' is no longer in the object store. Send it again.")
            : await ImportAsync(ingestion, content, rejects, cancellationToken);
        taken = taken with { Seconds = Math.Round(clock.GetElapsedTime(start).TotalSeconds, 3) };
        if (content is not null)
        {
            await PutAwayAsync(taken, content, rejects, cancellationToken);
        }

        await log.RecordIngestionAsync(taken, cancellationToken);
        return taken;
    }

    private async Task<Ingestion> ImportAsync(Ingestion ingestion, FileStream content, RejectedRows rejects, CancellationToken cancellationToken)
    {
        content.Position = 0;
        string hash = Convert.ToHexStringLower(await System.Security.Cryptography.SHA256.HashDataAsync(content, cancellationToken));
        ingestion = ingestion with { Sha256 = hash, Bytes = content.Length };
        try
        {
            Dataset dataset = await DatasetOfAsync(ingestion, cancellationToken);
            using SourceFile file = SourceFile.Of(content, ingestion.File);
            IntakeResult result = await ImportIncidents.ImportAsync(file, ingestion.Reading ?? standard, incidents, rejectsPath: null, clock: clock, kept: rejects, dataset: dataset, erased: erased, cancellationToken: cancellationToken);
            return ingestion.With(result);
        }
        catch (IntakeException exception)
        {
            return Failed(ingestion, exception.Message) with { Rejected = rejects.Count, RejectReasons = rejects.Kinds };
        }
        catch (Requests.RequestException exception)
        {
            // The data set is no more, or its schema cannot be read.
            return Failed(ingestion, exception.Message);
        }
    }

    // A file that is dropped into the folder of a data set is for that one.
    private async Task<Dataset> DatasetOfAsync(Ingestion ingestion, CancellationToken cancellationToken)
    {
        string? folder = ingestion.Dataset is null ? IncomingFiles.FolderOf(ingestion.ObjectName!) : null;
        return folder is not null && (await datasets.ListAsync(cancellationToken)).FirstOrDefault(dataset => string.Equals(dataset.Name, folder, StringComparison.OrdinalIgnoreCase)) is { } named
            ? named
            : await datasets.FindAsync(ingestion.Dataset ?? Dataset.Incidents, cancellationToken);
    }

    private async Task PutAwayAsync(Ingestion ingestion, FileStream content, RejectedRows rejects, CancellationToken cancellationToken)
    {
        await KeepAsync(ingestion, content, rejects, cancellationToken);
        if (rejects.Count > 0)
        {
            await objects.WriteAsync(IncomingFiles.RejectsOf(ingestion), rejects.CopyToAsync, cancellationToken: cancellationToken);
        }

        await objects.WriteAsync(
            IncomingFiles.ResultOf(ingestion, "report.json"),
            (target, stopping) => JsonSerializer.SerializeAsync(target, IngestionReport.Of(ingestion), PipelineJson.Indented, stopping),
            cancellationToken: cancellationToken);
    }

    // As it came, but for the rows of incidents that were erased: an erasure before it has seen to the files that were there then.
    private async Task KeepAsync(Ingestion ingestion, FileStream content, RejectedRows rejects, CancellationToken cancellationToken)
    {
        string name = IncomingFiles.ResultOf(ingestion, ingestion.File);
        if (rejects.Kinds.ContainsKey(RejectKind.Erased) && erased is not null)
        {
            IncidentReader reader = new(ingestion.Reading ?? standard, clock, await DatasetOfAsync(ingestion, cancellationToken));
            content.Position = 0;
            if (await KeptFile.WriteWithoutAsync(objects, name, content, reader, await erased.FindAsync(cancellationToken), untoldGo: null, cancellationToken) > 0)
            {
                return;
            }
        }

        content.Position = 0;
        await objects.WriteAsync(name, (target, stopping) => content.CopyToAsync(target, stopping), cancellationToken: cancellationToken);
    }

    /// <summary>Takes the file out of <c>incoming/</c>. One that was replaced meanwhile by another of its name is imported in its turn.</summary>
    private async Task<Ingestion> ClearAsync(Ingestion ingestion, CancellationToken cancellationToken)
    {
        string name = ingestion.ObjectName!;
        string? there = await objects.HashAsync(name, cancellationToken);
        if (there is null || string.Equals(there, ingestion.Sha256, StringComparison.Ordinal))
        {
            await objects.DeleteAsync(name, cancellationToken);
        }
        else if (ingestion.Sha256.Length > 0)
        {
            Ingestion next = ingestion with { Id = Ingestion.NewId(), State = IngestionState.Received, StartedAt = clock.GetUtcNow(), Sha256 = "", Problem = null, Rows = 0, Accepted = 0, Rejected = 0, Added = 0, Changed = 0, RejectReasons = new Dictionary<RejectKind, int>() };
            await RunAsync((await log.BeginIngestionAsync(next, clock.GetUtcNow(), cancellationToken)).Id, cancellationToken);
        }

        return ingestion;
    }

    private static Ingestion Failed(Ingestion ingestion, string problem) => ingestion with { State = IngestionState.Failed, Problem = problem };
}
