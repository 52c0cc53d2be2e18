using System.Globalization;
using Pipeline.Archive;
using Pipeline.Incidents;
using Pipeline.Intake;
using Pipeline.Preprocessing;
using Pipeline.Storage;

namespace Pipeline.Erasure;

/// <summary>
/// Removes for good what is older than the retention: incidents of all data sets from the warehouse and the archive, files that came in before it, and from the models and what is beside them the texts that no
/// incident has any more. Day by day; killed at any step, the next run goes on. Incidents without a date, or with one that cannot be, stay, and so does everything that is younger.
/// Memory: the incidents of a batch of 1,000, and 64 characters for each text that goes.
/// </summary>
public sealed class RetainIncidents(
    IRemovals removals, PreprocessIncidents preprocess, IPreprocessedIncidents preprocessed, IObjectStore objects, IIngestionLog log, EraseFromModels models, RetentionOptions options, int windowMonths, TimeProvider clock)
{
    /// <summary>The stage that progress is told of.</summary>
    public const string Stage = "Removing";

    private const int BatchSize = 1000;

    // What drift is measured by: texts among others. It is made anew from what is left.
    private const string Derived = "drift/";

    // Longer than any pause of a source that is in use: what is quieter has a clock that is wrong, or an owner who has to be asked.
    private static readonly TimeSpan Quiet = TimeSpan.FromDays(92);
    private static readonly string[] Kept = ["accepted/", "failed/"];

    /// <summary>Whether the settings say how long incidents are kept.</summary>
    public bool IsOn => options.Months is not null;

    /// <summary>Removes what is older than the retention, or the next part of it.</summary>
    /// <param name="asked">What to do.</param>
    /// <param name="progress">Told how many days are done.</param>
    /// <param name="cancellationToken">Stops the work; what is removed stays so.</param>
    /// <exception cref="ArgumentException">The months are missing, or less than those that a training looks back.</exception>
    /// <exception cref="WarehouseException">The warehouse failed; try again.</exception>
    /// <exception cref="ObjectStoreException">The object store failed, or an archive file is damaged.</exception>
    /// <exception cref="Models.ModelException">A model version cannot be read.</exception>
    public async Task<RetentionOutcome> RunAsync(RetentionRequest asked, IProgress<PipelineProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(asked);
        DateTimeOffset before = Before(asked.Months);
        RetentionOutcome outcome = new(before, asked.DryRun);
        if (await RefusalAsync(before, asked.Force, cancellationToken) is string refusal)
        {
            return outcome with { Problem = refusal };
        }

        int left = asked.MostDays ?? int.MaxValue;
        DateTimeOffset? day = await NextAsync(NewestDate.Earliest, before, cancellationToken);
        DateTimeOffset first = day ?? before;
        for (; day is { } now; day = await NextAsync(now.AddDays(1), before, cancellationToken))
        {
            if (left-- == 0)
            {
                return outcome with { IsComplete = false };
            }

            progress?.Report(new PipelineProgress(Stage, (now - first).Days, (before - first).Days, now.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)));
            outcome = await FromDayAsync(outcome, now, cancellationToken);
        }

        foreach (string file in await new ArchivedDays(objects).BeforeAsync(before, cancellationToken))
        {
            if (left-- == 0)
            {
                return outcome with { IsComplete = false };
            }

            outcome = await FromArchiveAsync(outcome, file, cancellationToken);
        }

        outcome = await FromFilesAsync(outcome, before, cancellationToken);
        return asked.DryRun ? outcome : await FromModelsAsync(outcome, cancellationToken);
    }

    private DateTimeOffset Before(int? asked)
    {
        int months = asked ?? options.Months ?? throw new ArgumentException("How long incidents are kept is not said. Set Retention:Months, or name the months.", nameof(asked));
        return months >= windowMonths
            ? DayOf(clock.GetUtcNow().AddMonths(-months))
            : throw new ArgumentOutOfRangeException(nameof(asked), months, string.Create(CultureInfo.InvariantCulture, $"A training looks back {windowMonths} months, so incidents are kept that long at least, and not {months}. Lower Training:WindowMonths first."));
    }

    /// <summary>Why nothing is done: a clock that runs ahead, and an old export that was only just imported, look like data of which everything is too old.</summary>
    private async Task<string?> RefusalAsync(DateTimeOffset before, bool force, CancellationToken cancellationToken)
    {
        DateTimeOffset now = clock.GetUtcNow();
        bool isQuiet = !force && await removals.FindOldestAsync(now - Quiet, NewestDate.Latest(clock), cancellationToken) is null;
        bool holdsOld = isQuiet && (await removals.FindOldestAsync(NewestDate.Earliest, before, cancellationToken) is not null || (await new ArchivedDays(objects).BeforeAsync(before, cancellationToken)).Count > 0);
        return holdsOld
            ? string.Create(
                CultureInfo.InvariantCulture,
                $"Nothing was removed: the warehouse has no incident of the {Quiet.Days} days before {now:yyyy-MM-dd}, which is today by this machine's clock. Set the clock right where it is wrong; where nothing has come in for so long, run 'retain --force'.")
            : null;
    }

    private async Task<DateTimeOffset?> NextAsync(DateTimeOffset from, DateTimeOffset before, CancellationToken cancellationToken) =>
        await removals.FindOldestAsync(from, before, cancellationToken) is { } oldest ? DayOf(oldest) : null;

    // One that changes meanwhile stays whole, until the next run.
    private async Task<RetentionOutcome> FromDayAsync(RetentionOutcome outcome, DateTimeOffset day, CancellationToken cancellationToken)
    {
        string? last = null;
        while (await removals.ReadOpenedAsync(day, day.AddDays(1), last, BatchSize, cancellationToken) is { Count: > 0 } batch)
        {
            last = batch[^1].Incident.Number;
            if (outcome.DryRun)
            {
                outcome = outcome with { Incidents = outcome.Incidents + batch.Count };
                continue;
            }

            await new OutgoingTexts(objects).KeepAsync(batch.Select(incident => incident.ContentHash).OfType<string>(), cancellationToken);
            RemovedRows gone = await removals.RemoveAsync([.. batch.Select(incident => incident.Version)], cancellationToken);
            outcome = outcome with { Incidents = outcome.Incidents + gone.Incidents };
        }

        return outcome;
    }

    private async Task<RetentionOutcome> FromArchiveAsync(RetentionOutcome outcome, string file, CancellationToken cancellationToken)
    {
        HashSet<string> hashes = new(StringComparer.Ordinal);
        int rows = 0;
        await foreach (ArchivedRow row in ArchiveFile.ReadAsync(objects, file, cancellationToken))
        {
            rows++;
            if (row.Summary is { } summary)
            {
                hashes.Add(TextHash.Of(summary));
            }
        }

        if (!outcome.DryRun)
        {
            await new OutgoingTexts(objects).KeepAsync(hashes, cancellationToken);
            await objects.DeleteAsync(file, cancellationToken);
        }

        return outcome with { ArchivedRows = outcome.ArchivedRows + rows, ArchiveFiles = outcome.ArchiveFiles + 1 };
    }

    // What came in before that day can hold nothing that is younger.
    private async Task<RetentionOutcome> FromFilesAsync(RetentionOutcome outcome, DateTimeOffset before, CancellationToken cancellationToken)
    {
        foreach (string folder in Kept)
        {
            foreach (string name in await NamesAsync(folder, cancellationToken))
            {
                if (await log.FindIngestionAsync(name.Split('/')[1], cancellationToken) is { } ingestion && ingestion.StartedAt < before)
                {
                    outcome = outcome with { KeptFiles = outcome.KeptFiles + 1 };
                    await (outcome.DryRun ? Task.CompletedTask : objects.DeleteAsync(name, cancellationToken));
                }
            }
        }

        return outcome;
    }

    private async Task<RetentionOutcome> FromModelsAsync(RetentionOutcome outcome, CancellationToken cancellationToken)
    {
        OutgoingTexts outgoing = new(objects);
        (HashSet<string> hashes, IReadOnlyList<string> names) = await outgoing.ReadAsync(cancellationToken);
        if (names.Count == 0)
        {
            return outcome;
        }

        foreach (string[] some in hashes.Chunk(BatchSize).ToArray())
        {
            hashes.ExceptWith((await preprocessed.FindEmbeddingsAsync(preprocess.Embedder, some, cancellationToken)).Keys);
        }

        (int published, int deleted) = hashes.Count == 0 ? (0, 0) : await models.RunAsync(hashes, cancellationToken);
        foreach (string name in await NamesAsync(Derived, cancellationToken))
        {
            await objects.DeleteAsync(name, cancellationToken);
        }

        await outgoing.DropAsync(names, cancellationToken);
        return outcome with { Texts = hashes.Count, NewRevisions = published, DeletedVersions = deleted };
    }

    private async Task<List<string>> NamesAsync(string folder, CancellationToken cancellationToken)
    {
        List<string> names = [];
        await foreach (StoredObject item in objects.ListAsync(folder, cancellationToken))
        {
            names.Add(item.Name);
        }

        return names;
    }

    private static DateTimeOffset DayOf(DateTimeOffset date) => new(date.UtcDateTime.Date, TimeSpan.Zero);
}

/// <summary>What to remove.</summary>
public sealed record RetentionRequest
{
    /// <summary>Months before today from which an incident goes; null for those of the settings.</summary>
    public int? Months { get; init; }

    /// <summary>Whether it is only counted.</summary>
    public bool DryRun { get; init; }

    /// <summary>Whether it is done although nothing has come in for a quarter of a year.</summary>
    public bool Force { get; init; }

    /// <summary>Days, and files of the archive, to remove at most; null for all.</summary>
    public int? MostDays { get; init; }
}

/// <summary>What was removed, or, where it was only counted, what would be.</summary>
/// <param name="Before">The first day, in UTC, whose incidents stay.</param>
/// <param name="DryRun">Whether it was only counted.</param>
public sealed record RetentionOutcome(DateTimeOffset Before, bool DryRun)
{
    /// <summary>Incidents that left the warehouse, with all that was made of them.</summary>
    public long Incidents { get; init; }

    /// <summary>Rows of archive files.</summary>
    public long ArchivedRows { get; init; }

    /// <summary>Archive files.</summary>
    public int ArchiveFiles { get; init; }

    /// <summary>Files that had come in before that day, with their rejects and reports.</summary>
    public int KeptFiles { get; init; }

    /// <summary>Texts that no incident has any more, and that the models were made to forget; 0 where it was only counted.</summary>
    public int Texts { get; init; }

    /// <summary>Model versions that were published anew without such texts.</summary>
    public int NewRevisions { get; init; }

    /// <summary>Model versions with such texts that were deleted.</summary>
    public int DeletedVersions { get; init; }

    /// <summary>Why nothing was done; null where it was.</summary>
    public string? Problem { get; init; }

    /// <summary>Whether nothing is left that is older.</summary>
    public bool IsComplete { get; init; } = true;

    /// <summary>The sum of two parts of the same work.</summary>
    public static RetentionOutcome operator +(RetentionOutcome left, RetentionOutcome right)
    {
        ArgumentNullException.ThrowIfNull(left);
        ArgumentNullException.ThrowIfNull(right);
        return right with
        {
            Incidents = left.Incidents + right.Incidents,
            ArchivedRows = left.ArchivedRows + right.ArchivedRows,
            ArchiveFiles = left.ArchiveFiles + right.ArchiveFiles,
            KeptFiles = left.KeptFiles + right.KeptFiles,
            Texts = left.Texts + right.Texts,
            NewRevisions = left.NewRevisions + right.NewRevisions,
            DeletedVersions = left.DeletedVersions + right.DeletedVersions,
        };
    }
}
