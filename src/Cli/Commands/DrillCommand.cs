using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Configuration;
using Pipeline.Incidents;
using Pipeline.LocalHost;
using Pipeline.Models;
using Pipeline.Recovery;
using Pipeline.Triggers;
using Spectre.Console;

namespace Pipeline.Cli.Commands;

/// <summary><c>drill</c>: proves on a copy that a data folder can be brought back, and measures how long that takes.</summary>
internal static class DrillCommand
{
    private const string Marker = "drill-marker";
    private const string Predictions = "the table incident_predictions";

    public static Command Create()
    {
        (Option<string?> data, Option<bool> json) = (CommandOptions.DataOfStep(), CommandOptions.Json());
        Option<string?> work = CommandOptions.Text("--work", "A folder for the copy and its backups, made for the drill and removed after it; it takes some three times the data folder. Default: one in the folder for temporary files.", "DIR");
        Command command = new("drill", "Back up a copy, destroy it, restore it elsewhere, compare to the byte, and measure the time.") { data, work, json };
        command.SetAction((parsed, cancellationToken) => CommandHost.RunAsync(parsed.GetValue(json), "The data folder is as it was; remove the folder of the drill's work.", async host =>
        {
            if (PipelineSettings.Load(checks: false).IsBigQuery)
            {
                throw new CommandException("A drill destroys its copies, and this program deletes no dataset of BigQuery. Set BigQuery:Dataset to one of your own, and 'restore latest' into it: docs/recovery.md has the commands.", ExitCode.WrongUsage);
            }

            string folder = DataFolder.Choose(parsed.GetValue(data));
            string place = Path.GetFullPath(parsed.GetValue(work) ?? Path.Combine(Path.GetTempPath(), $"pipeline-drill-{Guid.NewGuid():N}"));
            if (Path.Exists(place))
            {
                throw new CommandException($"--work names '{place}', which is there. Name a folder that the drill can make and remove.", ExitCode.WrongUsage);
            }

            DrillReport report;
            try
            {
                report = await RunAsync(folder, place, cancellationToken);
            }
            finally
            {
                if (Directory.Exists(place))
                {
                    Directory.Delete(place, recursive: true);
                }
            }

            await File.WriteAllTextAsync(Path.Combine(folder, "drill.json"), JsonSerializer.Serialize(report, PipelineJson.Indented), cancellationToken);
            await File.WriteAllTextAsync(Path.Combine(folder, "drill.md"), report.ToMarkdown(), cancellationToken);
            host.Show(report, console => console.WriteLine(report.ToMarkdown()));
            return report.Passed ? ExitCode.Done : ExitCode.Failed;
        }, cancellationToken));
        return command;
    }

    private static async Task<DrillReport> RunAsync(string folder, string place, CancellationToken cancellationToken)
    {
        (string copy, string elsewhere, string store) = (Path.Combine(place, "copy"), Path.Combine(place, "elsewhere"), Path.Combine(place, "backups"));
        try
        {
            return await RunAsync(folder, copy, elsewhere, store, Path.Combine(place, "first"), cancellationToken);
        }
        finally
        {
            await DestroyAsync(copy, store);
            await DestroyAsync(elsewhere, store);
        }
    }

    private static async Task<DrillReport> RunAsync(string folder, string copy, string elsewhere, string store, string first, CancellationToken cancellationToken)
    {
        CommandHost.Tell("Making the copy.");
        DateTimeOffset begun = DateTimeOffset.UtcNow;
        await CopyAsync(folder, copy, first, cancellationToken);
        CommandHost.Tell("Backing the copy up, changing it, and backing up what has changed.");
        DrilledCopy drilled = await BackUpAsync(copy, store, cancellationToken);
        CommandHost.Tell("Destroying the copy.");
        DateTimeOffset destroyed = DateTimeOffset.UtcNow;
        await DestroyAsync(copy, store);
        CommandHost.Tell("Restoring it elsewhere.");
        long start = Stopwatch.GetTimestamp();
        await using LocalPipeline restored = await LocalPipeline.OpenAsync(elsewhere, Settings(elsewhere, store), cancellationToken, restores: true);
        RestoreOutcome outcome = await restored.Restore.RunAsync(new RestoreOrder(drilled.Last.Id), progress: null, cancellationToken);
        foreach (string center in await restored.Models.ListTechCentersAsync(cancellationToken))
        {
            if (await restored.Models.FindServingAsync(center, cancellationToken) is ModelManifest serving)
            {
                FittedModel.Load(serving, await restored.Models.ReadAsync(serving, cancellationToken));
            }
        }

        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        CommandHost.Tell("Comparing.");
        IReadOnlyList<string> differences = [.. drilled.State.DifferencesFrom(await StoredState.ReadAsync(restored.Tables, restored.Objects, cancellationToken)), .. outcome.Damaged];
        bool kept = (await restored.Incidents.ReadChangesAsync(drilled.Sequence - 1, 1, cancellationToken)).Any(change => string.Equals(change.Incident.Number, Marker, StringComparison.Ordinal));
        return new DrillReport
        {
            At = begun,
            Passed = differences.Count == 0 && kept,
            Rows = drilled.State.Rows,
            Objects = drilled.State.Objects.Count,
            ObjectBytes = drilled.State.Bytes,
            BackupBytes = drilled.Last.Bytes,
            IncrementBytes = drilled.Last.NewBytes,
            FullSeconds = drilled.FullSeconds,
            IncrementSeconds = drilled.IncrementSeconds,
            RecoverySeconds = seconds,
            PointSeconds = (destroyed - drilled.Last.At).TotalSeconds,
            ModelFiles = drilled.State.Objects.Keys.Count(name => name.StartsWith(ModelPaths.Root + "/", StringComparison.Ordinal)),
            SameClusters = !differences.Any(difference => difference.StartsWith($"the object '{ModelPaths.Root}/", StringComparison.Ordinal)),
            SamePredictions = !differences.Contains(Predictions, StringComparer.Ordinal),
            KeptSinceFull = kept,
            Differences = differences,
        };
    }

    // A copy in a database has a schema beside the one that it is of.
    private static PipelineSettings Settings(string place, string store)
    {
        PipelineSettings settings = BackupCommands.Settings(store);
        return !settings.IsPostgreSql ? settings : settings with
        {
            Configuration = new ConfigurationBuilder().AddConfiguration(settings.Configuration)
                .AddInMemoryCollection([new("PostgreSql:Schema", $"drill_{Path.GetFileName(place)}_{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(place)))[..12]}")]).Build(),
        };
    }

    // Once more where it is gone already, which changes nothing.
    private static async Task DestroyAsync(string place, string store)
    {
        PipelineSettings settings = Settings(place, store);
        if (settings.IsPostgreSql)
        {
            await PostgreSqlServices.DropAsync(settings.Configuration);
        }

        if (Directory.Exists(place))
        {
            Directory.Delete(place, recursive: true);
        }
    }

    private static async Task CopyAsync(string folder, string copy, string store, CancellationToken cancellationToken)
    {
        string id;
        await using (LocalPipeline source = await LocalPipeline.OpenAsync(folder, BackupCommands.Settings(store), cancellationToken))
        {
            id = (await source.Backup.RunAsync(BackupType.Full, "drill", progress: null, cancellationToken))!.Id;
        }

        await using LocalPipeline target = await LocalPipeline.OpenAsync(copy, Settings(copy, store), cancellationToken, restores: true);
        RestoreOutcome outcome = await target.Restore.RunAsync(new RestoreOrder(id), progress: null, cancellationToken);
        if (outcome.Damaged.Count > 0)
        {
            throw new Storage.ObjectStoreException($"The copy could not be made: {string.Join(' ', outcome.Damaged)}");
        }

        Directory.Delete(store, recursive: true);
    }

    // What comes in between the backups is acknowledged, and has to come back.
    private static async Task<DrilledCopy> BackUpAsync(string copy, string store, CancellationToken cancellationToken)
    {
        await using LocalPipeline pipeline = await LocalPipeline.OpenAsync(copy, Settings(copy, store), cancellationToken);
        long start = Stopwatch.GetTimestamp();
        await pipeline.Backup.RunAsync(BackupType.Full, "drill", progress: null, cancellationToken);
        double full = Stopwatch.GetElapsedTime(start).TotalSeconds;
        await pipeline.Incidents.UpsertIncidentsAsync([new Incident { Number = Marker, CreatedOn = DateTimeOffset.UtcNow, Texts = ["This incident came in during a drill."], TechCenter = "drill" }], cancellationToken);
        StoredState state = await StoredState.ReadAsync(pipeline.Tables, pipeline.Objects, cancellationToken);
        start = Stopwatch.GetTimestamp();
        BackupManifest last = await pipeline.Backup.RunAsync(BackupType.Incremental, "drill", progress: null, cancellationToken) ?? throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture, $"The incremental backup saw no change, though '{Marker}' came in."));
        double increment = Stopwatch.GetElapsedTime(start).TotalSeconds;
        return new DrilledCopy(last, state, await LastSequenceAsync(pipeline, cancellationToken), full, increment);
    }

    private static async Task<long> LastSequenceAsync(LocalPipeline pipeline, CancellationToken cancellationToken)
    {
        const int page = 10_000;
        long last = 0;
        while (await pipeline.Incidents.ReadChangesAsync(last, page, cancellationToken) is { Count: > 0 } changes)
        {
            last = changes[^1].Sequence;
        }

        return last;
    }

    private sealed record DrilledCopy(BackupManifest Last, StoredState State, long Sequence, double FullSeconds, double IncrementSeconds);
}
