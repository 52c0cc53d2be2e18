using System.Globalization;
using System.Runtime.InteropServices;
using Pipeline.Storage;
using Pipeline.Telemetry;

namespace Pipeline.Incidents;

/// <summary>Imports a CSV file into the warehouse.</summary>
public static class CsvIntake
{
    private const int BatchSize = 1000;

    /// <summary>
    /// Reads the file, stores the newest version of every number in batches, and keeps the rejected rows aside. Importing the same file again changes nothing;
    /// so does importing it after a crash, up to where it had come. The file is read twice, so that memory holds its numbers but not its texts.
    /// </summary>
    /// <param name="path">The CSV file.</param>
    /// <param name="options">Which column means what.</param>
    /// <param name="warehouse">Where the incidents go.</param>
    /// <param name="rejectsPath">The CSV file (row, line, number, reason; UTF-8) for rejected rows: replaced as a whole at the end, removed where there are none; null writes none.</param>
    /// <param name="progress">Told after every batch; null tells no one.</param>
    /// <param name="cancellationToken">Stops between rows; the batches stored before stay.</param>
    /// <exception cref="IntakeException">The file cannot be read or holds no rows, the options do not fit its columns, or the rejects cannot be written. Only in the last case something may have been stored.</exception>
    /// <exception cref="WarehouseException">The warehouse failed; the batches before are stored.</exception>
    public static Task<IntakeResult> ImportAsync(
        string path,
        CsvIntakeOptions options,
        IIncidents warehouse,
        string? rejectsPath = null,
        IProgress<IntakeProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(warehouse);
        return PipelineWork.RunAsync(PipelineOperation.Import, techCenter: null, () => ReadAsync(path, options, warehouse, rejectsPath, progress, cancellationToken));
    }

    private static async Task<IntakeResult> ReadAsync(
        string path, CsvIntakeOptions options, IIncidents warehouse, string? rejectsPath, IProgress<IntakeProgress>? progress, CancellationToken cancellationToken)
    {
        var reader = new CsvIncidentReader(options);
        try
        {
            await using FileStream file = CsvFile.Open(path);
            Dictionary<string, Version> newest = await Task.Run(() => FindNewest(reader, file, progress, cancellationToken), cancellationToken);
            file.Position = 0;
            return await StoreAsync(reader, file, newest, warehouse, rejectsPath, progress, cancellationToken);
        }
        catch (IntakeException exception) when (!exception.Message.Contains(path, StringComparison.Ordinal))
        {
            throw new IntakeException($"'{path}': {exception.Message}", exception, exception.IsUsageError);
        }
        catch (IOException exception)
        {
            throw new IntakeException($"'{path}' could not be read to its end: {exception.Message} Check the disk and try again.", exception);
        }
    }

    /// <summary>The row of every number's newest version: the later date of change, or the later row where the dates do not tell.</summary>
    private static Dictionary<string, Version> FindNewest(CsvIncidentReader reader, FileStream file, IProgress<IntakeProgress>? progress, CancellationToken cancellationToken)
    {
        var newest = new Dictionary<string, Version>(StringComparer.Ordinal);
        foreach (CsvRow row in reader.Read(file, cancellationToken))
        {
            if (row.Incident is { } incident && !(newest.TryGetValue(incident.Number, out Version before) && incident.UpdatedOn < before.UpdatedOn))
            {
                newest[incident.Number] = new Version(row.Row, incident.UpdatedOn);
            }

            if (row.Row % BatchSize == 0)
            {
                progress?.Report(new IntakeProgress(0, ShareOf(file) / 2));
            }
        }

        return newest;
    }

    private static async Task<IntakeResult> StoreAsync(
        CsvIncidentReader reader, FileStream file, Dictionary<string, Version> newest, IIncidents warehouse, string? rejectsPath, IProgress<IntakeProgress>? progress, CancellationToken cancellationToken)
    {
        var numbers = new List<string>(newest.Count);
        var reasons = new SortedDictionary<RejectKind, int>();
        var batch = new List<Incident>(BatchSize);
        var total = new UpsertOutcome(0, 0, 0);
        int cut = 0;
        int rows = 0;
        using var rejects = new RejectsFile(rejectsPath);
        foreach (CsvRow row in reader.Read(file, cancellationToken))
        {
            rows++;
            if ((row.Reject ?? SupersededBy(row, newest)) is { } reject)
            {
                reasons[reject.Kind] = reasons.GetValueOrDefault(reject.Kind) + 1;
                WriteRejects(rejectsPath, () => rejects.Add(row.Row, row.Line, row.Number, reject.Reason));
                continue;
            }

            numbers.Add(row.Incident!.Number);
            batch.Add(row.Incident);
            cut += row.IsCut ? 1 : 0;
            if (batch.Count == BatchSize)
            {
                total = await StoreBatchAsync(warehouse, batch, total, cancellationToken);
                progress?.Report(new IntakeProgress(rows, 0.5 + (ShareOf(file) / 2)));
            }
        }

        total = await StoreBatchAsync(warehouse, batch, total, cancellationToken);
        WriteRejects(rejectsPath, rejects.Complete);
        PipelineMetrics.Rejected.Add(rows - numbers.Count);
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
        };
    }

    private static CsvReject? SupersededBy(CsvRow row, Dictionary<string, Version> newest)
    {
        int winner = newest[row.Incident!.Number].Row;
        return winner == row.Row
            ? null
            : new CsvReject(RejectKind.Superseded, string.Create(CultureInfo.InvariantCulture, $"Row {winner} holds a newer version of this number, which was taken instead."));
    }

    private static async Task<UpsertOutcome> StoreBatchAsync(IIncidents warehouse, List<Incident> batch, UpsertOutcome total, CancellationToken cancellationToken)
    {
        if (batch.Count == 0)
        {
            return total;
        }

        UpsertOutcome outcome = await warehouse.UpsertIncidentsAsync(batch, cancellationToken);
        batch.Clear();
        return new UpsertOutcome(total.Added + outcome.Added, total.Changed + outcome.Changed, total.Unchanged + outcome.Unchanged);
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

    private static double ShareOf(FileStream file) => file.Length == 0 ? 1 : (double)file.Position / file.Length;

    /// <summary>Where a number's newest version stands, and when it was changed.</summary>
    [StructLayout(LayoutKind.Auto)]
    private readonly record struct Version(int Row, DateTimeOffset? UpdatedOn);
}
