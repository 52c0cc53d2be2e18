namespace Pipeline.Triggers;

/// <summary>The settings that hold the timers' schedules: six-field cron expressions in UTC. local.settings.sample.json has the defaults.</summary>
internal static class Schedules
{
    /// <summary>When to preprocess; every hour by default.</summary>
    public const string Preprocess = "%PreprocessSchedule%";

    /// <summary>When to ask other systems for what is new there; ten minutes before every hour by default.</summary>
    public const string Pull = "%PullSchedule%";

    /// <summary>When to predict; every two hours by default.</summary>
    public const string Predict = "%PredictSchedule%";

    /// <summary>When to train; on 1 June and 1 December by default.</summary>
    public const string Train = "%TrainSchedule%";

    /// <summary>When to look for a training that was missed; often enough to make up for it the same day.</summary>
    public const string MissedTraining = "0 10 * * * *";

    /// <summary>When to take up trials that the command line or a training began.</summary>
    public const string Rollouts = "30 */5 * * * *";

    /// <summary>When to put old versions away.</summary>
    public const string PutAway = "0 30 3 * * *";

    /// <summary>When to learn to forecast: on the first of each month, after the archive.</summary>
    public const string Forecast = "0 30 5 1 * *";

    /// <summary>When to archive; on the first of each month at four by default.</summary>
    public const string Archive = "%ArchiveSchedule%";

    /// <summary>When to back everything up; every night at two by default.</summary>
    public const string Backup = "%BackupSchedule%";

    /// <summary>When to back the models up by themselves; every night at three by default.</summary>
    public const string BackupModels = "%BackupModelsSchedule%";

    /// <summary>When to back up what has changed; every ten minutes by default.</summary>
    public const string BackupChanges = "%BackupChangesSchedule%";

    /// <summary>When to keep the audit: every hour.</summary>
    public const string Audit = "0 20 * * * *";

    /// <summary>When to make snapshots of the streams: every hour.</summary>
    public const string StreamBackup = "0 0 * * * *";

    /// <summary>When to note measures, look at the rules and tell people; every minute by default.</summary>
    public const string Watch = "%WatchSchedule%";

    /// <summary>When to make the weekly report; on Mondays at six by default.</summary>
    public const string Report = "%ReportSchedule%";

    /// <summary>When to measure drift; every morning at four by default.</summary>
    public const string Drift = "%DriftSchedule%";

    /// <summary>When to forget old orchestrations; every night at three by default.</summary>
    public const string PurgeHistory = "%PurgeHistorySchedule%";
}
