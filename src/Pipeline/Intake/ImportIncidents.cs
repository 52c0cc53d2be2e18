using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using Pipeline.Datasets;
using Pipeline.Incidents;
using Pipeline.Storage;
using Pipeline.Telemetry;

namespace Pipeline.Intake;

/// <summary>The import use case: takes a file of incidents into the warehouse.</summary>
public static class ImportIncidents
{
    private const int BatchSize = 1000;

    // Neither its number nor anything else of the row is kept with this.
    private static readonly Reject Erased = new(RejectKind.Erased, "The incident of this row was erased, and may not come back. Take it out of the source.");

    /// <summary>
    /// Reads the file, stores the newest version of every number in batches, and keeps the rejected rows aside. Importing the same file again changes nothing;
    /// so does importing it after a crash, up to where it had come. The file is read several times, so that memory holds its numbers but not its texts, and nothing is stored of a file
    /// of which too many rows are rejected.
    /// </summary>
    /// <param name="path">The file; see <see cref="SourceFile.Open"/>.</param>
    /// <param name="options">Which column means what, and how the file is to be read.</param>
    /// <param name="incidents">Where the incidents go.</param>
    /// <param name="rejectsPath">The CSV file (row, line, number, reason; UTF-8) for rejected rows: replaced as a whole at the end, removed where there are none; null writes none.</param>
    /// <param name="progress">Told after every batch; null tells no one.</param>
    /// <param name="cancellationToken">Stops between rows; the batches stored before stay.</param>
    /// <exception cref="IntakeException">The file cannot be read or holds no rows, the options do not fit its columns, too many rows are rejected, or the rejects cannot be written. Only in the last case something may have been stored.</exception>
    /// <exception cref="WarehouseException">The warehouse failed; the batches before are stored.</exception>
    public static async Task<IntakeResult> ImportAsync(
        string path,
        IntakeOptions options,
        IIncidents incidents,
        string? rejectsPath = null,
        IProgress<IntakeProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        using SourceFile file = SourceFile.Open(path);
        return await ImportAsync(file, options, incidents, rejectsPath, progress, cancellationToken: cancellationToken);
    }

    /// <inheritdoc cref="ImportAsync(string, IntakeOptions, IIncidents, string?, IProgress{IntakeProgress}?, CancellationToken)"/>
    /// <param name="file">The file, opened.</param>
    /// <param name="options">Which column means what, and how the file is to be read.</param>
    /// <param name="incidents">Where the incidents go.</param>
    /// <param name="rejectsPath">The CSV file for rejected rows; null writes none.</param>
    /// <param name="progress">Told after every batch; null tells no one.</param>
    /// <param name="clock">The time, since no incident is from the future; the system's where null.</param>
    /// <param name="log">Where the import is recorded; null where it is not, or by the caller.</param>
    /// <param name="kept">Takes the rejected rows as they came; null keeps none.</param>
    /// <param name="dataset">The data set that the rows are for; null for the incidents, where any row will do. Of a strict one nothing is stored where one row is bad.</param>
    /// <param name="erased">The numbers that may not come back; null for none.</param>
    /// <param name="cancellationToken">Stops between rows; the batches stored before stay.</param>
    public static Task<IntakeResult> ImportAsync(
        SourceFile file,
        IntakeOptions options,
        IIncidents incidents,
        string? rejectsPath,
        IProgress<IntakeProgress>? progress = null,
        TimeProvider? clock = null,
        IIngestionLog? log = null,
        RejectedRows? kept = null,
        Dataset? dataset = null,
        ErasedNumbers? erased = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(file);
        ArgumentNullException.ThrowIfNull(incidents);
        ArgumentNullException.ThrowIfNull(options);
        dataset ??= DatasetCatalog.BuiltIn[0];
        options = options.Of(dataset);
        var reader = new IncidentReader(options, clock, dataset);
        var ingestion = new IngestionRecord(file, log, clock ?? TimeProvider.System);
        return PipelineWork.RunAsync(
            PipelineOperation.Import,
            techCenter: null,
            () => ingestion.RunAsync(async () => await ReadAsync(file, reader, options, incidents, new Rejects(rejectsPath, kept, dataset, await (erased ?? ErasedNumbers.None).FindAsync(cancellationToken)), progress, cancellationToken), cancellationToken));
    }

    private static async Task<IntakeResult> ReadAsync(
        SourceFile file, IncidentReader reader, IntakeOptions options, IIncidents incidents, Rejects refused, IProgress<IntakeProgress>? progress, CancellationToken cancellationToken)
    {
        try
        {
            IncidentTable table = await Task.Run(() => reader.Open(file, cancellationToken), cancellationToken);
            Survey survey = await Task.Run(() => Look(table, file, progress, cancellationToken), cancellationToken);
            if (survey.IsTooBad(options))
            {
                WriteRejects(refused.Path, () => KeepRejects(table, survey, refused, options, cancellationToken));
                Measure(survey.Reasons, refused.Dataset);
                throw new IntakeException(survey.Complaint(file.Name, options, refused));
            }

            return await StoreAsync(table, file, survey, options, incidents, refused, progress, cancellationToken);
        }
        catch (IntakeException exception) when (!exception.Message.Contains(file.Name, StringComparison.Ordinal))
        {
            throw new IntakeException($"'{file.Name}': {exception.Message}", exception, exception.IsUsageError);
        }
        catch (Exception exception) when (SourceFault.IsOfFile(exception))
        {
            throw new IntakeException($"'{file.Name}': {SourceFault.Explain(exception).Message}", exception);
        }
    }

    /// <summary>Finds the row of every number's newest version (the later date of change, or the later row where the dates do not tell), and counts what will be rejected.</summary>
    private static Survey Look(IncidentTable table, SourceFile file, IProgress<IntakeProgress>? progress, CancellationToken cancellationToken)
    {
        var survey = new Survey();
        foreach (IntakeRow row in table.Rows(cancellationToken))
        {
            survey.Add(row);
            if (row.Row % BatchSize == 0)
            {
                progress?.Report(new IntakeProgress(0, file.Share / 2));
            }
        }

        return survey;
    }

    private static void KeepRejects(IncidentTable table, Survey survey, Rejects refused, IntakeOptions options, CancellationToken cancellationToken)
    {
        using var rejects = new RejectsFile(refused.Path, options.RawRejects);
        foreach (IntakeRow row in table.Rows(cancellationToken))
        {
            if (refused.RejectOf(row, survey) is { } reject)
            {
                refused.Keep(table.Header, row, reject);
                rejects.Add(row.Row, row.Line, Rejects.NumberOf(row, reject), reject.Reason);
            }
        }

        rejects.Complete();
    }

    private static async Task<IntakeResult> StoreAsync(
        IncidentTable table, SourceFile file, Survey survey, IntakeOptions options, IIncidents incidents, Rejects refused, IProgress<IntakeProgress>? progress, CancellationToken cancellationToken)
    {
        var numbers = new List<string>(survey.Numbers);
        var reasons = new SortedDictionary<RejectKind, int>();
        int cut = 0;
        int rows = 0;
        using var rejects = new RejectsFile(refused.Path, options.RawRejects);
        await using var batches = new Batches(incidents, cancellationToken);
        foreach (IntakeRow row in table.Rows(cancellationToken))
        {
            rows++;
            if (refused.RejectOf(row, survey) is { } reject)
            {
                reasons[reject.Kind] = reasons.GetValueOrDefault(reject.Kind) + 1;
                refused.Keep(table.Header, row, reject);
                WriteRejects(refused.Path, () => rejects.Add(row.Row, row.Line, Rejects.NumberOf(row, reject), reject.Reason));
                continue;
            }

            numbers.Add(row.Incident!.Number);
            cut += row.IsCut ? 1 : 0;
            if (await batches.AddAsync(row.Incident))
            {
                progress?.Report(new IntakeProgress(rows, 0.5 + (file.Share / 2)));
            }
        }

        UpsertOutcome total = await batches.CompleteAsync();
        WriteRejects(refused.Path, rejects.Complete);
        Measure(reasons, refused.Dataset);
        progress?.Report(new IntakeProgress(rows, 1));
        return new IntakeResult
        {
            Accepted = numbers.Count,
            Rejected = rows - numbers.Count,
            RejectReasons = reasons,
            Added = total.Added,
            Changed = total.Changed,
            Unchanged = total.Unchanged,
            Cut = cut,
            Numbers = numbers,
            Source = table.Source,
            Remarks = [.. table.Remarks],
        };
    }

    private static void WriteRejects(string? rejectsPath, Action write)
    {
        try
        {
            write();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new IntakeException($"The rejected rows could not be written to '{rejectsPath}': {exception.Message} Choose a folder with space that this user may write to.", exception);
        }
    }

    private static void Measure(IReadOnlyDictionary<RejectKind, int> reasons, Dataset dataset)
    {
        foreach ((RejectKind kind, int count) in reasons)
        {
            PipelineMetrics.Rejected.Add(count, new("dataset", dataset.Name), new("reason", JsonNamingPolicy.CamelCase.ConvertName(kind.ToString())));
        }
    }

    /// <summary>Where rejected rows go: a file of reasons, and the rows as they came; and the data set that they were for.</summary>
    private sealed record Rejects(string? Path, RejectedRows? Kept, Dataset Dataset, Func<string, bool> IsErased)
    {
        /// <summary>Why a row is not taken; null where it is. Of an erased incident no version may stay, whatever else is wrong with it.</summary>
        public Reject? RejectOf(IntakeRow row, Survey survey) => row.Number is { } number && IsErased(number) ? Erased : survey.RejectOf(row);

        /// <summary>The number that may be told of a row.</summary>
        public static string? NumberOf(IntakeRow row, Reject reject) => reject.Kind == RejectKind.Erased ? null : row.Number;

        /// <summary>Keeps a row as it came; of an erased incident its place alone.</summary>
        public void Keep(IReadOnlyList<string> header, IntakeRow row, Reject reject) => Kept?.Add(header, reject.Kind == RejectKind.Erased ? row with { Number = null, Fields = [] } : row, reject);
    }

    /// <summary>Stores incidents in batches, each while the rows of the next one are read. Nothing goes on once it is disposed.</summary>
    private sealed class Batches(IIncidents incidents, CancellationToken cancellationToken) : IAsyncDisposable
    {
        private List<Incident> _batch = new(BatchSize);
        private Task<UpsertOutcome> _stored = Task.FromResult(new UpsertOutcome(0, 0, 0));

        /// <summary>Adds an incident. True where that began a batch, and the one before is stored.</summary>
        public async ValueTask<bool> AddAsync(Incident incident)
        {
            _batch.Add(incident);
            if (_batch.Count < BatchSize)
            {
                return false;
            }

            _stored = StoreAsync(_batch, await _stored);
            _batch = new List<Incident>(BatchSize);
            return true;
        }

        /// <summary>Stores what is left.</summary>
        /// <returns>What became of all.</returns>
        public async Task<UpsertOutcome> CompleteAsync()
        {
            UpsertOutcome total = await _stored;
            return _batch.Count == 0 ? total : await (_stored = StoreAsync(_batch, total));
        }

        public async ValueTask DisposeAsync() => await ((Task)_stored).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

        private async Task<UpsertOutcome> StoreAsync(List<Incident> batch, UpsertOutcome total)
        {
            UpsertOutcome outcome = await incidents.UpsertIncidentsAsync(batch, cancellationToken);
            return new UpsertOutcome(total.Added + outcome.Added, total.Changed + outcome.Changed, total.Unchanged + outcome.Unchanged);
        }
    }

    /// <summary>What a first reading of all rows tells.</summary>
    private sealed class Survey
    {
        private readonly Dictionary<string, Version> _newest = new(StringComparer.Ordinal);
        private readonly SortedDictionary<RejectKind, (int Count, int FirstRow, string Reason)> _rejects = [];
        private int _rows;
        private int _rejected;

        public int Numbers => _newest.Count;

        public IReadOnlyDictionary<RejectKind, int> Reasons => _rejects.ToDictionary(r => r.Key, r => r.Value.Count);

        public void Add(IntakeRow row)
        {
            _rows++;
            if (row.Incident is { } incident)
            {
                if (!(_newest.TryGetValue(incident.Number, out Version before) && incident.UpdatedOn < before.UpdatedOn))
                {
                    _newest[incident.Number] = new Version(row.Row, incident.UpdatedOn);
                }

                return;
            }

            _rejected++;
            Reject reject = row.Reject!;
            _rejects[reject.Kind] = _rejects.TryGetValue(reject.Kind, out var known) ? known with { Count = known.Count + 1 } : (1, row.Row, reject.Reason);
        }

        /// <summary>Why a row is not taken: its own fault, or a newer version of its number in the file.</summary>
        public Reject? RejectOf(IntakeRow row)
        {
            if (row.Incident is not { } incident)
            {
                return row.Reject;
            }

            int winner = _newest[incident.Number].Row;
            return winner == row.Row
                ? null
                : new Reject(RejectKind.Superseded, string.Create(CultureInfo.InvariantCulture, $"Row {winner} holds a newer version of this number, which was taken instead."));
        }

        public bool IsTooBad(IntakeOptions options) => _rejected == _rows || (!options.AllowRejects && _rejected > options.MaxRejectShare * _rows);

        public string Complaint(string file, IntakeOptions options, Rejects refused)
        {
            string reasons = string.Join(' ', _rejects.OrderByDescending(r => r.Value.Count).Select(r => string.Create(CultureInfo.InvariantCulture, $"{r.Value.Count} x {r.Key}, first in row {r.Value.FirstRow}: {r.Value.Reason}")));
            string where = refused.Path is null ? "" : $" The reason of each is in '{refused.Path}'.";
            if (refused.Dataset.Strict && _rejected < _rows)
            {
                return string.Create(CultureInfo.InvariantCulture, $"{_rejected} of {_rows} rows of '{file}' cannot be used, and the data set '{refused.Dataset.Name}' is strict, so nothing was stored. {reasons}{where} Correct the rows and send all of them again.");
            }

            return _rejected == _rows
                ? string.Create(CultureInfo.InvariantCulture, $"None of the {_rows} rows of '{file}' can be used. {reasons}{where} Correct the rows or name other columns, and run the command again.")
                : string.Create(CultureInfo.InvariantCulture, $"{_rejected} of {_rows} rows of '{file}' would be rejected, which is more than {options.MaxRejectShare:0.##%}, so nothing was stored. {reasons}{where} Correct the rows, say how the file is to be read, or go on without them with --allow-rejects.");
        }

        /// <summary>Where a number's newest version stands, and when it was changed.</summary>
        [StructLayout(LayoutKind.Auto)]
        private readonly record struct Version(int Row, DateTimeOffset? UpdatedOn);
    }
}
