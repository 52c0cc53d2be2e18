namespace Pipeline.Audit;

/// <summary>The words for what is done: a kind of object and what happens to it. A filter for the first word finds all of a kind.</summary>
public static class AuditActions
{
    /// <summary>A credential was sent that is not valid.</summary>
    public const string SignInFailed = "sign-in.failed";

    /// <summary>A token or key was used for the first time on a day, or since the process began.</summary>
    public const string SignInFirst = "sign-in.first";

    /// <summary>A caller asked for what the caller's role does not allow.</summary>
    public const string AccessRefused = "access.refused";

    /// <summary>Keys of a host were made.</summary>
    public const string KeyIssue = "key.issue";

    /// <summary>A new key was put in the place of another.</summary>
    public const string KeyRotate = "key.rotate";

    /// <summary>The keys of sealed files were wrapped anew.</summary>
    public const string KeyRewrap = "key.rewrap";

    /// <summary>A token was issued.</summary>
    public const string TokenIssue = "token.issue";

    /// <summary>A token was revoked.</summary>
    public const string TokenRevoke = "token.revoke";

    /// <summary>A training was ordered.</summary>
    public const string TrainingRun = "training.run";

    /// <summary>A training was cancelled.</summary>
    public const string TrainingCancel = "training.cancel";

    /// <summary>A training has ended.</summary>
    public const string TrainingEnd = "training.end";

    /// <summary>Parameters were tuned.</summary>
    public const string TrainingTune = "training.tune";

    /// <summary>A preprocessing was ordered.</summary>
    public const string PreprocessingRun = "preprocessing.run";

    /// <summary>A prediction was ordered.</summary>
    public const string PredictionRun = "prediction.run";

    /// <summary>A training published a version, and the gate settled where it goes.</summary>
    public const string ModelRelease = "model.release";

    /// <summary>A version was put into production.</summary>
    public const string ModelPromote = "model.promote";

    /// <summary>A version was put on trial.</summary>
    public const string ModelCanary = "model.canary";

    /// <summary>A rollout has ended, in production or back.</summary>
    public const string ModelRollout = "model.rollout";

    /// <summary>A version before was brought back.</summary>
    public const string ModelRollback = "model.rollback";

    /// <summary>A version was taken out of use.</summary>
    public const string ModelRetire = "model.retire";

    /// <summary>A version was put away.</summary>
    public const string ModelArchive = "model.archive";

    /// <summary>The policy of a tech center was changed.</summary>
    public const string ModelPolicy = "model.policy";

    /// <summary>Everything was halted.</summary>
    public const string ModeHalt = "mode.halt";

    /// <summary>All that changes something was stopped.</summary>
    public const string ModeReadOnly = "mode.read-only";

    /// <summary>Everything was let go on.</summary>
    public const string ModeResume = "mode.resume";

    /// <summary>A problem was corrected.</summary>
    public const string CorrectionAdd = "correction.add";

    /// <summary>A correction was taken back.</summary>
    public const string CorrectionUndo = "correction.undo";

    /// <summary>Corrections of another installation were added.</summary>
    public const string CorrectionImport = "correction.import";

    /// <summary>Incidents were taken out as a file.</summary>
    public const string TicketsExport = "tickets.export";

    /// <summary>Rejected rows were taken out as a file.</summary>
    public const string RejectsExport = "rejects.export";

    /// <summary>The audit was taken out as a file.</summary>
    public const string AuditExport = "audit.export";

    /// <summary>The audit was found to be otherwise than it was written, or entries of it were lost.</summary>
    public const string AuditDamaged = "audit.damaged";

    /// <summary>Old incidents were moved into the archive.</summary>
    public const string ArchiveRun = "archive.run";

    /// <summary>A file with incidents, and the mapping of its columns, was taken in.</summary>
    public const string DataImport = "data.import";

    /// <summary>A file with incidents was sent.</summary>
    public const string DataUpload = "data.upload";

    /// <summary>A data set was defined, or defined anew.</summary>
    public const string DatasetDefine = "dataset.define";

    /// <summary>A stream was made.</summary>
    public const string StreamCreate = "stream.create";

    /// <summary>A stream was configured anew.</summary>
    public const string StreamConfigure = "stream.configure";

    /// <summary>A snapshot of a stream was made.</summary>
    public const string StreamBackup = "stream.backup";

    /// <summary>A stream was brought back to an earlier moment.</summary>
    public const string StreamRestore = "stream.restore";

    /// <summary>Somebody answers for an alert.</summary>
    public const string AlertAcknowledge = "alert.acknowledge";

    /// <summary>Incidents older than the retention were removed for good.</summary>
    public const string RetentionRun = "retention.run";

    /// <summary>An incident was erased.</summary>
    public const string IncidentErase = "incident.erase";

    /// <summary>A backup was made.</summary>
    public const string BackupMake = "backup.make";

    /// <summary>A backup was restored.</summary>
    public const string BackupRestore = "backup.restore";
}
