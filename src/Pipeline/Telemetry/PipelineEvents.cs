namespace Pipeline.Telemetry;

/// <summary>The ids of the pipeline's log events. An id keeps its meaning; docs/telemetry.md lists them.</summary>
public static class PipelineEvents
{
    /// <summary>A step of a preprocessing ended.</summary>
    public const int Preprocessed = 100;

    /// <summary>The prediction of a tech center ended.</summary>
    public const int Predicted = 110;

    /// <summary>The prediction of a tech center failed.</summary>
    public const int PredictionFailed = 111;

    /// <summary>A training was started on schedule.</summary>
    public const int TrainingStarted = 120;

    /// <summary>A training run was opened.</summary>
    public const int TrainingOpened = 121;

    /// <summary>The training of a tech center ended.</summary>
    public const int TechCenterTrained = 122;

    /// <summary>A training run was closed.</summary>
    public const int TrainingClosed = 123;

    /// <summary>The training of a tech center failed, perhaps to be tried again.</summary>
    public const int TrainingFailed = 124;

    /// <summary>The history of old orchestrations was purged.</summary>
    public const int HistoryPurged = 125;

    /// <summary>A due date of the training schedule was taken up.</summary>
    public const int TrainingDue = 126;

    /// <summary>A scheduled training was not started, since too many incidents wait for preprocessing.</summary>
    public const int TrainingNotStarted = 127;

    /// <summary>A model that arrived is used.</summary>
    public const int ModelAccepted = 130;

    /// <summary>A model that arrived, or is asked for, cannot be used.</summary>
    public const int ModelUnusable = 131;

    /// <summary>A version that a training published was refused by the gate and does not serve.</summary>
    public const int GateRefused = 132;

    /// <summary>A version's stage was changed.</summary>
    public const int StageChanged = 133;

    /// <summary>A trial of a version was ended, and the version before serves on.</summary>
    public const int RolledBack = 134;

    /// <summary>Old versions and leftovers were put away.</summary>
    public const int PutAway = 135;

    /// <summary>A request failed since storage or the embedder does not answer.</summary>
    public const int ServiceUnavailable = 140;

    /// <summary>A request failed unexpectedly.</summary>
    public const int RequestFailed = 141;

    /// <summary>Clusters were named by their keywords, since the naming service gave nothing usable.</summary>
    public const int NamedByKeywords = 150;

    /// <summary>A file was taken in.</summary>
    public const int FileTaken = 160;

    /// <summary>A file was refused, or could not be taken in.</summary>
    public const int FileRefused = 161;

    /// <summary>A feed was read, up to its end or one step further.</summary>
    public const int FeedPulled = 162;

    /// <summary>A feed could not be read.</summary>
    public const int FeedFailed = 163;

    /// <summary>A stream goes on from a snapshot and its log.</summary>
    public const int StreamReplayed = 170;

    /// <summary>A job of the warehouse in BigQuery ended.</summary>
    public const int WarehouseJobEnded = 165;

    /// <summary>A snapshot of a stream is damaged, and was passed over.</summary>
    public const int StreamDamaged = 171;

    /// <summary>A snapshot of a stream could not be made.</summary>
    public const int StreamBackupFailed = 172;

    /// <summary>The list of problems that were told of before a training cannot be read, and was passed over.</summary>
    public const int StreamProblemsUnreadable = 173;

    /// <summary>Old incidents were archived.</summary>
    public const int Archived = 180;

    /// <summary>An incident was erased.</summary>
    public const int Erased = 181;

    /// <summary>An erasure was given up.</summary>
    public const int ErasureFailed = 182;

    /// <summary>An alert rule holds.</summary>
    public const int RuleHolds = 190;

    /// <summary>Messages about alerts were sent, or could not be.</summary>
    public const int AlertsSent = 191;

    /// <summary>The drift of a tech center was measured.</summary>
    public const int DriftMeasured = 193;

    /// <summary>The weekly report was made.</summary>
    public const int ReportMade = 194;

    /// <summary>The watch could not read or write the warehouse.</summary>
    public const int WatchFailed = 192;

    /// <summary>The pipeline was halted, made read-only, or goes on.</summary>
    public const int ModeChanged = 200;

    /// <summary>Work stands, since the pipeline is halted or read-only.</summary>
    public const int Stands = 201;

    /// <summary>A backup was made.</summary>
    public const int BackupMade = 210;

    /// <summary>Old backups were deleted.</summary>
    public const int BackupsPruned = 211;

    /// <summary>A backup failed for good.</summary>
    public const int BackupFailed = 212;

    /// <summary>A backup was restored.</summary>
    public const int Restored = 213;
    /// <summary>A request was refused, since its caller lacks the role.</summary>
    public const int RoleMissing = 202;

    /// <summary>Tokens cannot be verified, since what publishes the keys does not answer.</summary>
    public const int SignInUnavailable = 203;

    /// <summary>A line was added to the audit.</summary>
    public const int Audited = 220;

    /// <summary>The audit cannot be written, and acts wait in memory.</summary>
    public const int AuditWaits = 221;

    /// <summary>Lines of the audit were merged.</summary>
    public const int AuditKept = 222;

    /// <summary>The audit is not as it was written.</summary>
    public const int AuditDamaged = 223;

    /// <summary>A caller was shown texts as they came, without masking.</summary>
    public const int TextsRead = 240;

    /// <summary>Incidents that are older than the retention were removed for good.</summary>
    public const int Retained = 241;

    /// <summary>Nothing was removed, since all that is stored is older than the retention.</summary>
    public const int RetentionRefused = 242;

    /// <summary>The forecasts of a tech center were trained.</summary>
    public const int ForecastsTrained = 250;

    /// <summary>The forecasts of a tech center could not be trained.</summary>
    public const int ForecastsNotTrained = 251;
}
