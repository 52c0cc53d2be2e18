using System.Text.Json.Serialization;
using Pipeline.Requests;

namespace Pipeline.Models;

/// <summary>
/// The content of <c>stages.json</c>: which version of a tech center answers, which others there are and what may become of them, and who changed that when and why.
/// At most one version is in production, one is the previous one, and one is a canary. Changes give a new state and never touch the old one.
/// </summary>
/// <param name="TechCenter">The tech center.</param>
/// <param name="Versions">The versions that have a stage, in the order of their publication; one that is not named is a candidate.</param>
/// <param name="History">What was changed, the oldest first; the newest <see cref="MostChanges"/> are kept.</param>
/// <param name="Policy">What becomes of a candidate that passes the gate; null for what the settings say.</param>
public sealed record CenterStages(string TechCenter, IReadOnlyList<StagedVersion> Versions, IReadOnlyList<StageChange> History, PromotionPolicy? Policy = null)
{
    /// <summary>Why the stages are those of the versions, and no longer those that somebody chose: the file was damaged. Null where that is not so, or since a person has decided anew.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Damage { get; init; }

    /// <summary>The changes that are kept.</summary>
    public const int MostChanges = 1_000;

    /// <summary>The version that answers; null where none does.</summary>
    [JsonIgnore]
    public StagedVersion? Production => In(ModelStage.Production);

    /// <summary>The version that a rollback brings back, also while it is on trial; null where there is none.</summary>
    [JsonIgnore]
    public StagedVersion? Previous => In(ModelStage.Previous) ?? (Canary is { WasPrevious: true } tried ? tried : null);

    /// <summary>The version that answers a share, on trial; null where there is none.</summary>
    [JsonIgnore]
    public StagedVersion? Canary => In(ModelStage.Canary);

    /// <summary>The versions that may answer, the first that is sound: production, the previous one, and those that were in production before, the newest first.</summary>
    [JsonIgnore]
    public IEnumerable<string> ServingOrder => Versions
        .Where(v => v.Stage is ModelStage.Production or ModelStage.Previous || v.WasPrevious || (v.Stage == ModelStage.Retired && v.ServedAt is not null))
        .OrderBy(v => v.Stage == ModelStage.Production ? 0 : v.Stage == ModelStage.Previous || v.WasPrevious ? 1 : 2)
        .ThenByDescending(v => ModelVersionId.Parse(v.Version))
        .Select(v => v.Version);

    /// <summary>A version's entry; that of a candidate that nothing is known of where it has none.</summary>
    public StagedVersion Find(string version) => Versions.FirstOrDefault(v => Is(v, version)) ?? new StagedVersion(version, ModelStage.Candidate, null);

    /// <summary>Keeps what the gate said of a candidate.</summary>
    public CenterStages Judge(string version, bool passed, StageReason reason) => Move(Find(version) with { Passed = passed }, Find(version).Stage, reason);

    /// <summary>Puts a version into production; the one that was there is the previous one, and the one before that is retired. A canary beside it is a candidate again.</summary>
    /// <exception cref="RequestException">The version is in production already, or archived.</exception>
    public CenterStages Promote(string version, StageReason reason)
    {
        StagedVersion promoted = RequireStored(version, "promoted");
        if (promoted.Stage == ModelStage.Production)
        {
            throw Conflict($"{version} is in production already.");
        }

        CenterStages stages = this with { Damage = null };
        if (Canary is { WasPrevious: false } canary && !Is(canary, version))
        {
            stages = stages.Move(canary, ModelStage.Candidate, reason with { Why = $"{version} was promoted meanwhile." });
        }

        if (Previous is StagedVersion previous && !Is(previous, version))
        {
            stages = stages.Move(previous, ModelStage.Retired, reason);
        }

        if (Production is StagedVersion production)
        {
            stages = stages.Move(production, ModelStage.Previous, reason);
        }

        return stages.Move(promoted with { ServedAt = reason.At }, ModelStage.Production, reason);
    }

    /// <summary>Brings the previous version back; the one that was in production is retired.</summary>
    /// <exception cref="RequestException">There is no previous version.</exception>
    public CenterStages RollBack(StageReason reason)
    {
        if (Previous is not StagedVersion previous || Production is not StagedVersion production)
        {
            throw Conflict($"'{TechCenter}' has no previous version. Promote one by its name.");
        }

        return (this with { Damage = null }).Move(production, ModelStage.Retired, reason).Move(previous with { ServedAt = reason.At }, ModelStage.Production, reason);
    }

    /// <summary>Lets a candidate answer a share, or changes the share.</summary>
    /// <param name="version">The candidate, or the canary.</param>
    /// <param name="percent">The share in percent, 1 to 100.</param>
    /// <param name="reason">Who wants it, when and why.</param>
    /// <exception cref="RequestException">There is no production to compare with, another version is on trial, or this one is no candidate.</exception>
    public CenterStages BeginCanary(string version, int percent, StageReason reason)
    {
        StagedVersion tried = RequireStored(version, "tried");
        if (percent is < 1 or > 100)
        {
            throw RequestException.Invalid("percent", $"percent is {percent}; it must be from 1 to 100.");
        }

        return Production is null ? throw Conflict($"'{TechCenter}' has no version in production that {version} could be compared with. Promote it.")
            : Is(Production, version) ? throw Conflict($"{version} is in production already.")
            : Canary is StagedVersion other && !Is(other, version) ? throw Conflict($"{other.Version} is on trial. Wait for its end, or retire it.")
            : Move(tried with { Percent = percent, WasPrevious = tried.WasPrevious || tried.Stage == ModelStage.Previous }, ModelStage.Canary, reason);
    }

    /// <summary>Ends a trial without a promotion: the version is a candidate again, or the previous one where it was that. Nothing happens where it is on trial no more.</summary>
    public CenterStages EndCanary(string version, StageReason reason) =>
        Canary is StagedVersion canary && Is(canary, version) ? Move(canary, canary.WasPrevious ? ModelStage.Previous : ModelStage.Candidate, reason) : this;

    /// <summary>Takes a version out of use.</summary>
    /// <exception cref="RequestException">It is in production, or archived.</exception>
    public CenterStages Retire(string version, StageReason reason) =>
        RequireStored(version, "retired").Stage == ModelStage.Production
            ? throw Conflict($"{version} is in production. Promote another version first, or roll back.")
            : Move(Find(version), ModelStage.Retired, reason);

    /// <summary>Says that the files of a retired version are put away.</summary>
    /// <exception cref="RequestException">It is not retired.</exception>
    public CenterStages Archive(string version, StageReason reason) =>
        RequireStored(version, "archived").Stage == ModelStage.Retired
            ? Move(Find(version), ModelStage.Archived, reason)
            : throw Conflict($"{version} is {WordOf(Find(version).Stage)}. Retire it first.");

    /// <summary>Puts a version in the place of another, which is no more: it has the same stage from then on.</summary>
    /// <param name="version">The version that goes.</param>
    /// <param name="successor">The version that takes its place; null for none.</param>
    /// <param name="reason">Who does it, when and why.</param>
    public CenterStages Replace(string version, string? successor, StageReason reason)
    {
        StagedVersion gone = Find(version);
        StageChange change = new(reason.At, reason.Who, reason.Why, successor ?? version, gone.Stage, successor is null ? ModelStage.Archived : gone.Stage);
        return this with
        {
            Versions = [.. Versions.Where(v => !Is(v, version)), .. successor is null ? [] : new[] { gone with { Version = successor } }],
            History = [.. History.TakeLast(MostChanges - 1), change],
        };
    }

    /// <summary>Whether another state has the same version in production.</summary>
    internal bool HasSameProduction(CenterStages other) => string.Equals(Production?.Version, other.Production?.Version, StringComparison.Ordinal);

    private static string WordOf(ModelStage stage) => stage.ToString().ToLowerInvariant();

    private static bool Is(StagedVersion staged, string version) => string.Equals(staged.Version, version, StringComparison.Ordinal);

    private static RequestException Conflict(string message) => new(RequestProblem.Conflict, message);

    private StagedVersion? In(ModelStage stage) => Versions.FirstOrDefault(v => v.Stage == stage);

    private StagedVersion RequireStored(string version, string what) =>
        Find(version) is { Stage: not ModelStage.Archived } stored ? stored : throw Conflict($"{version} is archived and cannot be {what}. Unpack its files from the archive first.");

    private CenterStages Move(StagedVersion version, ModelStage stage, StageReason reason)
    {
        ModelStage from = Find(version.Version).Stage;
        StagedVersion moved = version with { Stage = stage, Since = from == stage ? version.Since ?? reason.At : reason.At, Percent = stage == ModelStage.Canary ? version.Percent : null, WasPrevious = stage == ModelStage.Canary && version.WasPrevious };
        StageChange change = new(reason.At, reason.Who, reason.Why, version.Version, from, stage, moved.Percent, reason.Forced);
        return this with
        {
            Versions = Versions.Any(v => Is(v, version.Version)) ? [.. Versions.Select(v => Is(v, version.Version) ? moved : v)] : [.. Versions, moved],
            History = [.. History.TakeLast(MostChanges - 1), change],
        };
    }
}

/// <summary>A version and its stage.</summary>
/// <param name="Version">Its name.</param>
/// <param name="Stage">Its stage.</param>
/// <param name="Since">Since when, in UTC; null where that is not known.</param>
/// <param name="Percent">The share that a canary answers, 1 to 100; null in every other stage.</param>
/// <param name="Passed">Whether it passed the gate; null where it was not tested.</param>
/// <param name="ServedAt">When it was last put into production, in UTC; null where it never was.</param>
public sealed record StagedVersion(string Version, ModelStage Stage, DateTimeOffset? Since, int? Percent = null, bool? Passed = null, DateTimeOffset? ServedAt = null)
{
    /// <summary>Whether it was the previous version before its trial: a rollback brings it back all the same, and without a promotion it is the previous one again.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool WasPrevious { get; init; }
}

/// <summary>A change of a version's stage.</summary>
/// <param name="At">When, in UTC.</param>
/// <param name="Who">Who or what changed it.</param>
/// <param name="Why">Why.</param>
/// <param name="Version">The version.</param>
/// <param name="From">Its stage before.</param>
/// <param name="To">Its stage since.</param>
/// <param name="Percent">The share of a canary; null otherwise.</param>
/// <param name="Forced">Whether a person promoted it against the gate.</param>
public sealed record StageChange(DateTimeOffset At, string Who, string Why, string Version, ModelStage From, ModelStage To, int? Percent = null, bool Forced = false);

/// <summary>Who changes a stage, when and why.</summary>
/// <param name="At">When, in UTC.</param>
/// <param name="Who">Who or what.</param>
/// <param name="Why">Why.</param>
/// <param name="Forced">Whether it is against the gate.</param>
public sealed record StageReason(DateTimeOffset At, string Who, string Why, bool Forced = false);

/// <summary>What a published version is used for.</summary>
public enum ModelStage
{
    /// <summary>For nothing yet.</summary>
    Candidate,

    /// <summary>It answers a share, on trial.</summary>
    Canary,

    /// <summary>It answers.</summary>
    Production,

    /// <summary>It answered before; a rollback brings it back.</summary>
    Previous,

    /// <summary>For nothing any more.</summary>
    Retired,

    /// <summary>Its files are put away.</summary>
    Archived,
}

/// <summary>What becomes of a candidate that passes the gate.</summary>
public enum PromotionPolicy
{
    /// <summary>It goes into production at once.</summary>
    Auto,

    /// <summary>It answers a share, and goes into production when it does well.</summary>
    Canary,

    /// <summary>It waits for a person.</summary>
    Manual,
}
